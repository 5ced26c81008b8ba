package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// screenshots names the environment variable with the directory that gets a
// picture of every page; without it none are taken.
const screenshots = "GRAINLEDGER_SCREENSHOTS"

// startBrowser starts a headless Chromium with a profile of its own.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	// The profile is removed by hand: the browser may still be writing into
	// it for a moment, and t.TempDir would take that for a failure.
	profile, err := os.MkdirTemp("", "grainledger-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(profile) })
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-quic", true),
		chromedp.WSURLReadTimeout(time.Minute))
	ctx, expire := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(expire)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium (make deps installs it): %v", err)
	}
	return ctx
}

// serve puts the pages on a loopback port.
func serve(t *testing.T, w *world) string {
	t.Helper()
	var h http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { h.ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	h = handler(t, Options{Reader: w, PublicURL: server.URL})
	return server.URL
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func ask[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// command sends one command of the browser's protocol.
func command[P, R any](t *testing.T, ctx context.Context, c cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(ctx, c, params); err != nil {
		t.Fatal(err)
	}
}

// pretend makes the browser a device of a width whose owner reads a language.
func pretend(t *testing.T, ctx context.Context, width int64, language string, dark bool) {
	t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	command(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 740, DeviceScaleFactor: 2, Mobile: width < 600})
	command(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	command(t, ctx, network.Enable, network.EnableParams{})
	command(t, ctx, network.ClearBrowserCookies, cdp.Empty{})
	command(t, ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
		Headers: network.Headers{"Accept-Language": language}})
}

// shoot keeps a picture of the whole page.
func shoot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv(screenshots)
	if dir == "" {
		return
	}
	png := ask(t, ctx, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// layout is what a page measures.
type layout struct {
	Over   int      `json:"width"`  // what the page is wider than the window
	Wide   []string `json:"wide"`   // what sticks out at the right
	Small  []string `json:"small"`  // what is too small for a finger
	Images int      `json:"images"` // that did not load
	Styled bool     `json:"styled"`
	Faint  []string `json:"faint"` // text below the contrast of WCAG 2 AA
}

const measure = `(() => {
  const rgb = s => (s.match(/[\d.]+/g) || []).map(Number);
  const light = c => {
    const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3) return c;
    }
    return [255, 255, 255];
  };
  const faint = all => all.filter(e => {
    if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) return false;
    const s = getComputedStyle(e), a = light(rgb(s.color)), b = light(behind(e));
    const size = parseFloat(s.fontSize), large = size >= 24 || size >= 18.66 && s.fontWeight >= 700;
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < (large ? 3 : 4.5);
  });
  const name = e => e.tagName + '.' + e.className + ' ' + (e.textContent || '').trim().slice(0, 30);
  const all = [...document.querySelectorAll('body *')].filter(e => e.getClientRects().length);
  return {
    width: document.documentElement.scrollWidth - innerWidth,
    wide: all.filter(e => e.getBoundingClientRect().right > innerWidth + 0.5).map(name),
    small: all.filter(e => e.matches('a, button, summary, input') && e.getBoundingClientRect().height < 43.5).map(name),
    images: [...document.images].filter(i => !i.complete || !i.naturalWidth).length,
    faint: faint(all).map(name),
    styled: getComputedStyle(document.querySelector('.hero')).borderTopLeftRadius !== '0px',
  };
})()`

func checkLayout(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	l := ask(t, ctx, chromedp.Evaluate[layout](measure))
	if l.Over > 0 || len(l.Wide) > 0 || len(l.Small) > 0 || l.Images > 0 || len(l.Faint) > 0 || !l.Styled {
		t.Errorf("%s: %+v", name, l)
	}
}

// crowded is a season with what is hard to lay out.
func crowded(t *testing.T) *world {
	w := season(t, 40, 40)
	long := strings.Repeat("江苏省张家港市金港街道长江村优质粳稻种植专业合作社联合社", 2)
	for i := range w.origins[retailLot] {
		w.origins[retailLot][i].Share = 1 / float64(45+i)
	}
	w.origins[retailLot][0].IssuerName = long
	w.origins[retailLot][1].IssuerName = strings.Repeat("UnbreakableCooperativeName", 4)
	w.names[carrier] = long
	w.lots[retailLot].NonFood = record.SM3(nil)
	r := &w.lots[retailLot].Inspections[0]
	r.Items = append(r.Items, record.Finding{Item: "an_item_that_no_table_of_names_knows_yet_mgkg", Value: "123456789.123456",
		Limit: "999999999.999999", Bound: "max", Verdict: "within"})
	return w
}

func TestBrowser(t *testing.T) {
	ctx := startBrowser(t)
	common := season(t, 8, 24)
	for i := range 14 {
		common.retail = append(common.retail, index.RetailLot{IssuerName: "江南第2米厂",
			LotState: record.LotState{Product: "大米", GTIN: "06901234567816", Batch: fmt.Sprintf("20260102%02d", i),
				OccurredAt: "2025-12-15T10:00:00+08:00"}})
	}
	site, hard, lost, far := serve(t, common), serve(t, crowded(t)), serve(t, recalled(t)), serve(t, long(t, 7))
	for _, c := range []struct {
		name, url, language string
		dark                bool
		has                 []string
		width               int64 // 0: 360
	}{
		{"batch-zh", site + batchPath, "zh-CN", false, []string{"大米", "晚粳稻谷", "来自 8 个种植单位", "12.5%", "合格"}, 0},
		{"batch-en", site + batchPath, "en", false, []string{"Rice", "24 truckloads", "Zhangjiagang", "Pass"}, 0},
		{"batch-dark", site + batchPath, "zh-CN", true, []string{"大米"}, 0},
		{"crowded", hard + batchPath, "zh-CN", false, []string{"不得食用", "其余 34 个"}, 0},
		{"crowded-dark", hard + batchPath, "en", true, []string{"Not for food"}, 0},
		{"start", site + "/", "zh-CN", false, []string{"这袋粮，从哪里来？", "更早的批次"}, 0},
		{"wrong-gtin", site + "/01/06901234567808/10/2026010100", "zh-CN", false, []string{"商品条码不正确"}, 0},
		{"unknown", site + "/01/06901234567809/10/NONE", "en", false, []string{"This batch is not known"}, 0},
		{"lot", site + "/lots/W-A-00", "zh-CN", true, []string{"批次 W-A-00"}, 0},
		{"narrow", site + batchPath, "zh-CN", false, []string{"大米"}, 320},
		{"narrow-crowded", hard + batchPath, "en", true, []string{"Not for food"}, 320},
		{"recalled", lost + batchPath, "zh-CN", false, []string{"已召回", "请停止食用并退货。"}, 0},
		{"recalled-en", lost + batchPath, "en", true, []string{"Recalled", "Return to"}, 320},
		{"long", far + batchPath, "zh-CN", false, []string{"中间还有", "中转库"}, 0},
		{"long-en", far + batchPath, "en", true, []string{"more steps in between"}, 320},
		{"records", far + "/lots/" + retailLot + "/records", "zh-CN", false, []string{"全部签名记录", "下一页"}, 320},
	} {
		t.Run(c.name, func(t *testing.T) {
			pretend(t, ctx, cmp.Or(c.width, 360), c.language, c.dark)
			do(t, ctx, chromedp.Navigate(c.url))
			mustHave(t, ask(t, ctx, chromedp.Text(chromedp.CSS("body"))), c.has...)
			shoot(t, ctx, c.name)
			do(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach(d => d.open = true)`))
			checkLayout(t, ctx, c.name)
			shoot(t, ctx, c.name+"-open")
		})
	}
	t.Run("desk", func(t *testing.T) {
		pretend(t, ctx, 1280, "zh-CN", false)
		do(t, ctx, chromedp.Navigate(site+batchPath))
		shoot(t, ctx, "desk")
	})
}

// Everything works with script switched off: there is none.
func TestWithoutScript(t *testing.T) {
	ctx := startBrowser(t)
	site := serve(t, season(t, 8, 24))
	pretend(t, ctx, 360, "zh-CN", false)
	command(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	heading := chromedp.Text(chromedp.CSS("h1"))
	do(t, ctx, chromedp.Navigate(site+batchPath))
	follow(t, ctx, chromedp.Click(chromedp.CSS(".switch")))
	if got := ask(t, ctx, heading); got != "Rice" {
		t.Errorf("switched to %q", got)
	}
	do(t, ctx, chromedp.Navigate(site+"/"))
	if got := ask(t, ctx, heading); !strings.HasPrefix(got, "Where did") {
		t.Errorf("the language is forgotten: %q", got)
	}
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#gtin"), "6901234567809"),
		chromedp.SendKeys(chromedp.CSS("#batch"), retailBatch))
	follow(t, ctx, chromedp.Click(chromedp.CSS(".find button")))
	if got := ask(t, ctx, chromedp.Text(chromedp.CSS(".sub"))); got != "Batch "+retailBatch {
		t.Errorf("the form found %q", got)
	}
	if got := ask(t, ctx, chromedp.Location()); got != site+batchPath {
		t.Errorf("the form led to %s", got)
	}
}

// follow does a step that leads to another page and waits for it.
func follow(t *testing.T, ctx context.Context, step chromedp.Action[chromedp.Void]) {
	t.Helper()
	if _, err := chromedp.RunResponse(ctx, step); err != nil {
		t.Fatal(err)
	}
}
