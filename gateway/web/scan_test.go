package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/gateway/scans"
)

const phone = "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile"

func counter(t testing.TB) *scans.Counter {
	t.Helper()
	c, err := scans.Open(context.Background(), filepath.Join(t.TempDir(), "scans.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// visit asks for a path as a phone at an address would.
func visit(h http.Handler, method, path, from string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr = from + ":4711"
	r.Header.Set("User-Agent", phone)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

var timesLookedUp = regexp.MustCompile(`第 (\d+) 次查询`)

// What is a scan, and what is none. Steps follow one another; each says how
// often the page then was looked up.
func TestWhatIsAScan(t *testing.T) {
	counts := counter(t)
	h := handler(t, Options{Reader: season(t, 2, 4), PublicURL: "https://trace.example.cn", Scans: counts,
		Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	for _, c := range []struct {
		name    string
		method  string
		path    string
		from    string
		headers []string
		want    int64
	}{
		{"the first phone", "GET", batchPath, "198.51.100.1", nil, 1},
		{"loads it again", "GET", batchPath, "198.51.100.1", nil, 1},
		{"another phone", "GET", batchPath, "198.51.100.2", nil, 2},
		{"another phone on the same address", "GET", batchPath, "198.51.100.2", []string{"User-Agent", "Mozilla/5.0 (iPhone)"}, 3},
		{"HEAD", "HEAD", batchPath, "198.51.100.3", nil, 3},
		{"a program", "GET", batchPath, "198.51.100.4", []string{"User-Agent", "curl/8.1"}, 3},
		{"a search engine", "GET", batchPath, "198.51.100.4", []string{"User-Agent", "Mozilla/5.0 (compatible; Baiduspider/2.0)"}, 3},
		{"nobody says who asks", "GET", batchPath, "198.51.100.4", []string{"User-Agent", ""}, 3},
		{"a look ahead", "GET", batchPath, "198.51.100.5", []string{"Sec-Purpose", "prefetch;prerender"}, 3},
		{"an older look ahead", "GET", batchPath, "198.51.100.5", []string{"X-Moz", "prefetch"}, 3},
		{"an image of it", "GET", batchPath, "198.51.100.5", []string{"Sec-Fetch-Dest", "image"}, 3},
		{"from our start page", "GET", batchPath, "198.51.100.6", []string{"Sec-Fetch-Site", "same-origin"}, 3},
		{"from our start page, an old browser", "GET", batchPath, "198.51.100.6", []string{"Referer", "https://trace.example.cn/"}, 3},
		{"from a site that begins like ours", "GET", batchPath, "198.51.100.6", []string{"Referer", "https://trace.example.cn.evil.example/"}, 4},
		{"the code itself", "GET", batchPath + "/qr.png", "198.51.100.7", nil, 4},
		{"by the id of its lot", "GET", "/lots/" + retailLot, "198.51.100.7", nil, 4},
		{"a GTIN of thirteen digits leads on", "GET", "/01/6901234567809/10/" + retailBatch, "198.51.100.7", nil, 4},
		{"a batch that is not there", "GET", "/01/" + retailGTIN + "/10/NONE", "198.51.100.7", nil, 4},
		{"two phones behind our proxy: one", "GET", batchPath, "10.1.1.1", []string{"X-Forwarded-For", "203.0.113.1"}, 5},
		{"and the other", "GET", batchPath, "10.1.1.1", []string{"X-Forwarded-For", "9.9.9.9, 203.0.113.2, 10.2.2.2"}, 6},
		{"who makes up an address before it", "GET", batchPath, "10.1.1.1", []string{"X-Forwarded-For", "8.8.8.8, 203.0.113.2"}, 6},
		{"a proxy that nobody named", "GET", batchPath, "192.0.2.1", []string{"X-Forwarded-For", "203.0.113.9"}, 7},
		{"and again under another address", "GET", batchPath, "192.0.2.1", []string{"X-Forwarded-For", "203.0.113.10"}, 7},
	} {
		visit(h, c.method, c.path, c.from, c.headers...)
		n, err := counts.Count(t.Context(), scans.Code{GTIN: retailGTIN, Batch: retailBatch})
		if err != nil || n.Total != c.want {
			t.Errorf("%s: %d scans, want %d (%v)", c.name, n.Total, c.want, err)
		}
	}
	body := bodyOf(t, visit(h, "GET", batchPath, "198.51.100.1"))
	if m := timesLookedUp.FindStringSubmatch(body); m == nil || m[1] != "7" {
		t.Errorf("the page says %v", m)
	}
	mustHave(t, body, "首次查询 20", "若您购买时封装完好而查询次数很多，请当心仿冒")
}

// A page that did not change and whose count did not is not sent again; one
// whose count did is.
func TestCountIsPartOfTheVersion(t *testing.T) {
	w := season(t, 2, 4)
	h := handler(t, Options{Reader: w, PublicURL: "https://trace.example.cn", Scans: counter(t)})
	first := visit(h, "GET", batchPath, "198.51.100.1")
	tag := first.Header.Get("ETag")
	if again := visit(h, "GET", batchPath, "198.51.100.1", "If-None-Match", tag); again.StatusCode != 304 {
		t.Errorf("the same again: %d", again.StatusCode)
	}
	if again := visit(h, "GET", batchPath, "198.51.100.2", "If-None-Match", tag); again.StatusCode != 200 {
		t.Errorf("after another scan: %d", again.StatusCode)
	}
	if head := visit(h, "HEAD", batchPath, "198.51.100.1"); head.Header.Get("Content-Length") == "" || bodyOf(t, head) != "" {
		t.Errorf("HEAD: %v", head.Header)
	}
}

func TestWarningOfCopies(t *testing.T) {
	for _, c := range []struct {
		w            ScanWarning
		total, grams int64
		want         bool
	}{
		{DefaultScanWarning, 9_714, 16_190_000, false},
		{DefaultScanWarning, 9_715, 16_190_000, true},
		{DefaultScanWarning, 100, 1_000, false}, // a single bag: nobody is alarmed by its owner's family
		{DefaultScanWarning, 101, 1_000, true},
		{ScanWarning{}, 1 << 40, 1, false},
		{ScanWarning{PerTonne: 1 << 30}, 1 << 39, 1_000_000_000, false},
	} {
		if got := c.w.many(c.total, c.grams); got != c.want {
			t.Errorf("%+v: %d scans of %d g: %t", c.w, c.total, c.grams, got)
		}
	}
	h := handler(t, Options{Reader: season(t, 2, 4), PublicURL: "https://trace.example.cn", Scans: counter(t),
		Warning: ScanWarning{PerTonne: 1, AtLeast: 1}})
	for i := range 17 {
		visit(h, "GET", batchPath, "198.51.100."+string(rune('1'+i%9)), "User-Agent", phone+strings.Repeat("x", i))
	}
	mustHave(t, bodyOf(t, visit(h, "GET", batchPath+"?lang=en", "198.51.100.1")), "scans many", "This is far more often than there are packs")
}

type brokenScans struct{ Scans }

func (brokenScans) Scan(context.Context, scans.Code, string) (scans.Count, error) {
	return scans.Count{}, errors.New("disk full")
}

// A count that cannot be had keeps nobody from the page.
func TestPageWithoutCount(t *testing.T) {
	h := handler(t, Options{Reader: season(t, 2, 4), PublicURL: "https://trace.example.cn", Scans: brokenScans{}})
	r := visit(h, "GET", batchPath, "198.51.100.1")
	body := bodyOf(t, r)
	if r.StatusCode != 200 {
		t.Errorf("%d", r.StatusCode)
	}
	mustHave(t, body, "大米", "</html>")
	mustLack(t, body, "次查询", "disk")
}
