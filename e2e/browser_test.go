package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// browse starts a headless Chromium with a profile of its own.
func browse(t *testing.T) context.Context {
	t.Helper()
	profile, err := os.MkdirTemp("", "grainledger-e2e-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(profile) }) // it may still write for a moment
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("no-first-run", true),
		chromedp.WSURLReadTimeout(time.Minute))
	ctx, expire := context.WithTimeout(context.Background(), 2*time.Minute)
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

// telephone makes the browser one of 360 by 740 points whose owner reads a
// language.
func telephone(t *testing.T, ctx context.Context, language string) {
	t.Helper()
	call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: 360, Height: 740, DeviceScaleFactor: 2, Mobile: true})
	call(t, ctx, network.Enable, network.EnableParams{})
	call(t, ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
		Headers: network.Headers{"Accept-Language": language}})
}

// call sends one command of the browser's protocol.
func call[P, R any](t *testing.T, ctx context.Context, c cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(ctx, c, params); err != nil {
		t.Fatal(err)
	}
}

func look[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// measured is what a page measures in the browser.
type measured struct {
	Width  int      `json:"width"`  // of all that there is to scroll
	Wide   []string `json:"wide"`   // what sticks out at the right
	Images int      `json:"images"` // that did not load
	Styled bool     `json:"styled"`
}

const measure = `({
  width: document.documentElement.scrollWidth,
  wide: [...document.querySelectorAll('body *')]
    .filter(e => e.getClientRects().length && e.getBoundingClientRect().right > 360.5)
    .map(e => e.tagName + '.' + e.className),
  images: [...document.images].filter(i => !i.complete || !i.naturalWidth).length,
  styled: getComputedStyle(document.body).fontFamily !== '' && document.styleSheets.length > 0,
})`

// A shopper scans the code on a bag of the sample season.
func TestShopperScansABag(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t))
	g.importSeason(seasonA)
	checkFollows(t, g)
	ctx := browse(t)
	for _, c := range []struct {
		name, language string
		has, hasNot    []string
	}{
		{"bag-zh", "zh-CN", []string{"产地", "品种", "收获年度", "大米", "2025", "粳稻", "合格", "第1米厂", "2026010100"}, []string{"苏E", "2.78"}},
		{"bag-en", "en", []string{"Rice", "2025", "2026010100"}, []string{"收获年度"}},
	} {
		telephone(t, ctx, c.language)
		if err := chromedp.Do(ctx, chromedp.Navigate(g.url+"/01/06901234567809/10/2026010100")); err != nil {
			t.Fatal(err)
		}
		shoot(t, ctx, c.name)
		text := look(t, ctx, chromedp.Text(chromedp.CSS("body")))
		for _, w := range c.has {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q:\n%s", c.name, w, text)
			}
		}
		for _, w := range c.hasNot {
			if strings.Contains(text, w) {
				t.Errorf("%s has %q", c.name, w)
			}
		}
		open := chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach(d => d.open = true)`)
		if err := chromedp.Do(ctx, open); err != nil {
			t.Fatal(err)
		}
		if m := look(t, ctx, chromedp.Evaluate[measured](measure)); m.Width > 360 || len(m.Wide) > 0 || m.Images > 0 || !m.Styled {
			t.Errorf("%s: %+v", c.name, m)
		}
		shoot(t, ctx, c.name+"-open")
	}
}

// shoot keeps a picture of the page in the directory that E2E_SHOTS names.
func shoot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("E2E_SHOTS")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), look(t, ctx, chromedp.FullScreenshot(100)), 0o644); err != nil {
		t.Fatal(err)
	}
}
