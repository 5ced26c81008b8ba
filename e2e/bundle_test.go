package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/grainledger/grainledger/e2e/made"
	"github.com/grainledger/grainledger/proof"
)

// maxConsumerBundle is the most bytes of a consumer's bundle on the wire.
const maxConsumerBundle = 150 << 10

// anchored starts a gateway with the sample season, and waits until bundles
// can be made of it.
func anchored(t *testing.T, on ledgerKind) *gateway {
	t.Helper()
	g := start(t, on.newPlace(t), "--anchor-every", "1s")
	g.importSeason(seasonA)
	within(t, "the season is anchored", func() bool {
		code, _ := g.fetch("/v1/lots/R-A-00/bundle")
		return code == http.StatusOK
	})
	return g
}

// A bundle is checked at the command line, in two languages, while the gateway
// is away.
func TestBundleAtTheCommandLine(t *testing.T) { eachLedger(t, bundleAtTheCommandLine) }

func bundleAtTheCommandLine(t *testing.T, on ledgerKind) {
	g := anchored(t, on)
	dir := t.TempDir()
	keys, file, full := filepath.Join(dir, "keys.json"), filepath.Join(dir, "b.json"), filepath.Join(dir, "full.json")
	g.grainctl("trust", keys)
	g.grainctl("bundle", "R-A-00", file)
	g.grainctl("bundle", "R-A-00", full, "--full")
	run(t, "", "--gateway", g.url, "trust", keys).has(t, "trust over a file that is there", 1, "exists")
	run(t, "", "--gateway", g.url, "bundle", "NO-SUCH", filepath.Join(dir, "none")).has(t, "bundle of no lot", 1, "no such thing")
	g.stop()

	for _, name := range []string{file, full} {
		run(t, "", "verify", name, "--trust", keys).has(t, "verify", 0, "VERIFIED", "GTIN 06901234567809, batch 2026010100",
			"100.00 % of this lot", "[not checked] Mixture in a bin", "[not checked] What came later")
	}
	run(t, "", "verify", file, "--trust", keys, "--lang", "zh").has(t, "verify in Chinese", 0, "核验通过", "[未核验] 仓内混合比例")
	run(t, "", "verify", file, "--trust", keys, "--json").has(t, "verify as JSON", 0, `"holds": true`)
	run(t, "", "verify", file).has(t, "verify without a trust file", 1, "--trust")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	run(t, string(raw), "verify", "-", "--trust", keys).has(t, "verify from standard input", 0, "VERIFIED")
	forged := write(t, "forged.json", strings.Replace(string(raw), `"grams":16190000`, `"grams":26190000`, 1))
	run(t, "", "verify", forged, "--trust", keys).has(t, "verify a forged one", 1, "FAILED", "the bundle failed", "The weight is not that of the record")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(raw); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	if packed.Len() > maxConsumerBundle {
		t.Errorf("a consumer's bundle has %d bytes", packed.Len())
	}
	b, err := proof.ParseBundle(raw)
	if err != nil || len(b.Records) > proof.ConsumerRecords {
		t.Errorf("%d records, %v", len(b.Records), err)
	}
}

// Lots of a season that was made for what is hard have bundles that verify,
// small and full, and cover what the lot stems from.
func TestLotsHaveBundles(t *testing.T) {
	s := made.New(made.Options{Seed: 5, Rows: 2500, Depots: 2, Bins: 2, Mills: 2, Faults: 10})
	dir := t.TempDir()
	if err := s.Write(dir, false); err != nil {
		t.Fatal(err)
	}
	g := start(t, onEmbedded.newPlace(t), "--anchor-every", "1s")
	g.importSeason(dir)
	within(t, "the last lot is anchored", func() bool {
		for _, l := range s.Lots {
			if code, _ := g.fetch("/v1/lots/" + l.ID + "/bundle"); code != http.StatusOK {
				return false
			}
		}
		return true
	})
	_, raw := g.fetch("/v1/trust")
	trust, err := proof.ParseTrust(raw)
	if err != nil {
		t.Fatal(err)
	}
	cut, most := 0, 0
	for i, l := range s.Lots {
		for j, size := range []struct {
			name  string
			limit int
		}{{"consumer", proof.ConsumerRecords}, {"full", 1000}} {
			if i%3 != 0 || j == 1 && i%30 != 0 { // full ones have hundreds of signatures
				continue
			}
			code, raw := g.fetch("/v1/lots/" + l.ID + "/bundle?for=" + size.name)
			if code != http.StatusOK {
				t.Fatalf("%s %s: %d %s", l.ID, size.name, code, raw)
			}
			r := proof.VerifyBundle(raw, trust)
			if !r.Holds {
				for _, c := range r.Checks {
					if c.Outcome == proof.Fails {
						t.Errorf("%s %s: %s %s at %s", l.ID, size.name, c.Check, c.Why, c.At)
					}
				}
				continue
			}
			b, err := proof.ParseBundle(raw)
			if err != nil {
				t.Fatal(err)
			}
			if len(b.Records) > size.limit || r.Subject.Lot != l.ID || b.Coverage.OriginsTotal != int64(len(l.Origins)) {
				t.Errorf("%s %s: %d records, %+v, want %d origins", l.ID, size.name, len(b.Records), b.Coverage, len(l.Origins))
			}
			for _, o := range b.Coverage.Origins {
				want := l.Origins[o.Lot] * float64(b.Coverage.Grams)
				if math.Abs(float64(o.Grams)-want) > 1 {
					t.Errorf("%s: %s gives %d g, want %.1f", l.ID, o.Lot, o.Grams, want)
				}
			}
			if b.Coverage.OriginsLeftOut > 0 {
				cut++
			}
			most = max(most, len(b.Records))
		}
	}
	if cut == 0 {
		t.Error("no bundle leaves an origin out: the season is too simple")
	}
	t.Logf("%d lots, %d bundles that leave origins out, at most %d records", len(s.Lots), cut, most)
}

// lying is a gateway that stands between a shopper and the real one and
// changes the bundles that pass.
func lying(t *testing.T, g *gateway, change func(path string, body []byte) (string, []byte)) string {
	t.Helper()
	to, err := url.Parse(g.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/bundle") {
			proxy.ServeHTTP(w, r)
			return
		}
		path, _ := change(r.URL.Path, nil)
		_, body := g.fetch(path)
		_, body = change(path, body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// checkedBy opens the page of the sample batch and gives what its check says.
func checkedBy(t *testing.T, ctx context.Context, site, language string) (class, text string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(site+"/01/06901234567809/10/2026010100?lang="+language)); err != nil {
		t.Fatal(err)
	}
	const ask = `(() => { const b = document.querySelector('#check .outcome'); return [b.className, b.innerText]; })()`
	within(t, "the check on the page ends", func() bool {
		answer := look(t, ctx, chromedp.Evaluate[[]string](ask))
		class, text = answer[0], answer[1]
		return class != "outcome info"
	})
	return class, text
}

// The page checks the evidence itself: it says so where all holds, and is loud
// where the gateway lies.
func TestPhoneChecksTheBundle(t *testing.T) {
	g := anchored(t, onEmbedded)
	ctx := browse(t)
	for _, c := range []struct {
		name, language string
		site           string
		class          string
		has            []string
	}{
		{"good-en", "en", g.url, "outcome good", []string{"Verified on this device", "36 signed records", "100.00 %", "public log"}},
		{"good-zh", "zh", g.url, "outcome good", []string{"已在本机核验通过", "36 条签名记录", "100.00 %"}},
		{"tampered-en", "en", lying(t, g, func(path string, body []byte) (string, []byte) {
			return path, bytes.Replace(body, []byte("MEUCI"), []byte("MEUCJ"), 1)
		}), "outcome bad", []string{"THE CHECK FAILED", "Do not rely on this page"}},
		{"tampered-zh", "zh", lying(t, g, func(path string, body []byte) (string, []byte) {
			return path, bytes.Replace(body, []byte(`"covered":1`), []byte(`"covered":2`), 1)
		}), "outcome bad", []string{"核验失败", "请勿采信"}},
		{"another-lot", "en", lying(t, g, func(_ string, body []byte) (string, []byte) {
			return "/v1/lots/W-A-00/bundle", body
		}), "outcome bad", []string{"THE CHECK FAILED"}},
		{"nothing", "en", lying(t, g, func(string, []byte) (string, []byte) {
			return "/v1/lots/NONE/bundle", []byte("{}")
		}), "outcome bad", []string{"THE CHECK FAILED"}},
	} {
		telephone(t, ctx, c.language)
		class, text := checkedBy(t, ctx, c.site, c.language)
		if class != c.class {
			t.Errorf("%s: %s, want %s: %s", c.name, class, c.class, text)
		}
		for _, want := range c.has {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q: %s", c.name, want, text)
			}
		}
		shoot(t, ctx, "check-"+c.name)
		open := chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach(d => d.open = true)`)
		if err := chromedp.Do(ctx, open); err != nil {
			t.Fatal(err)
		}
		if m := look(t, ctx, chromedp.Evaluate[measured](measure)); m.Width > 360 || len(m.Wide) > 0 {
			t.Errorf("%s: %+v", c.name, m)
		}
		shoot(t, ctx, "check-"+c.name+"-open")
	}
	call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1280, Height: 900, DeviceScaleFactor: 1})
	if class, text := checkedBy(t, ctx, g.url, "en"); class != "outcome good" {
		t.Errorf("on a desk: %s: %s", class, text)
	}
	shoot(t, ctx, "check-desk")
}

// Without scripts the page says that nothing was checked.
func TestPhoneWithoutScripts(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t))
	g.importSeason(seasonA)
	ctx := browse(t)
	call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	telephone(t, ctx, "en")
	if err := chromedp.Do(ctx, chromedp.Navigate(g.url+"/01/06901234567809/10/2026010100?lang=en")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second) // a script that ran would have said something else by now
	if text := look(t, ctx, chromedp.Text(chromedp.CSS("#check"))); !strings.Contains(text, "Nothing was checked on this device") {
		t.Errorf("without scripts the page says %q", text)
	}
}
