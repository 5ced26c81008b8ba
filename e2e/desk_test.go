package e2e

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// visitor is somebody at a browser.
type visitor struct {
	*testing.T
	ctx       context.Context
	gateway   *gateway
	downloads string
}

func visit(t *testing.T, g *gateway, width int64) *visitor {
	t.Helper()
	v := &visitor{T: t, ctx: browse(t), gateway: g, downloads: t.TempDir()}
	v.sit(width)
	call(t, v.ctx, network.Enable, network.EnableParams{})
	call(t, v.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": "zh-CN"}})
	call(t, v.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: v.downloads})
	return v
}

// sit makes the window of that width.
func (v *visitor) sit(width int64) {
	v.Helper()
	call(v.T, v.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 860, DeviceScaleFactor: 1, Mobile: width < 600})
}

func (v *visitor) do(steps ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	if err := chromedp.Do(v.ctx, steps...); err != nil {
		v.Fatal(err)
	}
}

func (v *visitor) ask(expression string) string {
	v.Helper()
	return look(v.T, v.ctx, chromedp.Evaluate[string]("String("+expression+")"))
}

// until waits for an expression to hold, across pages.
func (v *visitor) until(what, expression string) {
	v.Helper()
	within(v.T, what, func() bool {
		ok, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		if err != nil && v.ctx.Err() != nil {
			v.Fatalf("%s: %v", what, err)
		}
		return err == nil && ok
	})
}

func (v *visitor) click(selector string) {
	v.Helper()
	v.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("` + selector + `").scrollIntoView({block: "center"})`))
	v.do(chromedp.Click(chromedp.CSS(selector)))
}

func (v *visitor) choose(selector string, files ...string) {
	v.Helper()
	v.do(chromedp.SetUploadFiles(chromedp.CSS(selector), files))
}

func (v *visitor) fill(selector, text string) {
	v.Helper()
	v.do(chromedp.SetValue(chromedp.CSS(selector), text))
}

// downloaded waits for a file that the browser saves.
func (v *visitor) downloaded(pattern string) (path string) {
	v.Helper()
	within(v.T, pattern+" is saved", func() bool {
		found, err := filepath.Glob(filepath.Join(v.downloads, pattern))
		if err != nil {
			v.Fatal(err)
		}
		found = slices.DeleteFunc(found, func(f string) bool { // the browser makes the file first, and fills it then
			info, err := os.Stat(f)
			return strings.HasSuffix(f, ".crdownload") || err != nil || info.Size() == 0
		})
		if len(found) > 0 {
			path = found[0]
		}
		return path != ""
	})
	return path
}

// fits wants nothing to stick out at the right.
func (v *visitor) fits(name string) {
	v.Helper()
	const wide = `[...document.querySelectorAll('main *')].filter(e => !e.closest('.jump, .unseen, thead') && e.getClientRects().length &&
		e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(e => e.tagName + '.' + e.className).join()`
	if got := v.ask(wide); got != "" || v.ask("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1") == "true" {
		v.Errorf("%s: too wide: %s", name, got)
	}
	shoot(v.T, v.ctx, name)
}

// loginElsewhere logs in with a signature made by grainctl.
func (v *visitor) loginElsewhere(uscc string) {
	v.Helper()
	v.do(chromedp.Navigate(v.gateway.url + "/desk"))
	key, err := client.OpenKeyring(v.gateway.keys(), nil).Key(uscc)
	if err != nil {
		v.Fatal(err)
	}
	v.fill("#key-id", key.Public().ID())
	v.click("#ask-challenge")
	v.until("the challenge is shown", `document.getElementById("challenge").value`)
	challenge := v.ask(`document.getElementById("challenge").value`)
	r := run(v.T, challenge, "--gateway", v.gateway.url, "sign-challenge", "-", "--keys", v.gateway.keys(), "--as", uscc)
	if r.code != 0 {
		v.Fatal(r.stderr)
	}
	v.fill("#signature", strings.TrimSpace(r.stdout))
	v.fits("desk-login")
	v.click("#elsewhere-login")
	v.until("the desk is open", `document.getElementById("table-form")`)
}

// job waits for a job that the page shows and gives its totals: accepted,
// known, refused.
func (v *visitor) job() string {
	v.Helper()
	v.until("the job is decided", `document.getElementById("job-totals")`)
	return v.ask(`[...document.querySelectorAll("#job-totals b")].map(b => b.textContent).join()`)
}

const purchaseHeader = "单位代码,单据号,业务时间,批次号,售粮人,粮食性质,毛重,皮重,扣量,净重,单价,品种代码\n"

// A depot logs in with a signature made by grainctl, uploads a table with
// faults, sees them, has the rest signed by grainctl, and keeps its receipts.
func TestDeskWithoutAKeyInTheBrowser(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t))
	g.importSeason(seasonA)
	checkFollows(t, g)
	v := visit(t, g, 1280)
	v.loginElsewhere(depot)
	if got := v.ask(`document.querySelector("h1").textContent`); got == depot || got == "" {
		t.Errorf("the desk calls it %q", got)
	}
	v.fits("desk-home")

	row := func(issuer, ref, lot, gross, net, price string) string {
		return strings.Join([]string{issuer, ref, "2025-10-30T09:00:00+08:00", lot, coop, "200", gross, "1000", "0", net, price, "1132002"}, ",") + "\n"
	}
	table := purchaseHeader +
		row(depot, "DESK-1", "DK-1", "11000", "10000", "2.78") +
		row(depot, "DESK-2", "DK-2", "11000", "9999", "2.78") + // does not add up
		row(depot, "DESK-3", "DK-1", "11000", "10000", "") + // the lot of the first row
		row("9132058242815733PW", "DESK-4", "DK-4", "11000", "10000", "") + // somebody else's
		row(depot, "DESK-5", "DK-5", "11000.12345", "10000", "") +
		row(depot, "DESK-6", "P-A-0000", "11000", "10000", "") + // a lot of the season
		row(depot, "<img src=x onerror=window.hit=1>", "DK-7", "11000", "10000", "") +
		row(depot, "=1+cmd", "DK-8", "11000", "10000", "")
	v.do(chromedp.SetValue(chromedp.CSS("#type"), "purchase"))
	v.choose("#table", write(t, "收购.csv", table))
	v.click("#check")
	v.until("the rows are shown", `document.querySelectorAll("#rows tr").length === 8`)
	v.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	v.fits("desk-preview")
	type shown struct{ Class, Why string }
	var rows []shown
	if err := json.Unmarshal([]byte(v.ask(`JSON.stringify([...document.querySelectorAll("#rows tr")].map(r =>
		({Class: r.className, Why: r.lastElementChild.textContent})))`)), &rows); err != nil {
		t.Fatal(err)
	}
	for i, want := range []shown{
		{"accepted", ""}, {"rejected", "净重不等于"}, {"rejected", "【批次号】"}, {"rejected", "不是本单位"},
		{"rejected", "【毛重】"}, {"rejected", "已被使用"}, {"accepted", ""}, {"accepted", ""},
	} {
		if rows[i].Class != want.Class || !strings.Contains(rows[i].Why, want.Why) {
			t.Errorf("row %d: %+v, want %+v", i, rows[i], want)
		}
	}
	if v.ask("window.hit") != "undefined" {
		t.Error("a cell ran as script")
	}
	v.sit(390)
	v.fits("desk-preview-390")
	v.sit(1280)

	v.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("sign-file").open = true`))
	v.click("#save-drafts")
	r := run(t, "", "sign", "--drafts", v.downloaded("drafts.json"), "--keys", g.keys())
	r.has(t, "sign --drafts", 0, "3 records are signed")
	v.choose("#signed", write(t, "signed.json", r.stdout))
	v.click("#signed-button")
	if got := v.job(); got != "3,0,0" {
		t.Errorf("the job came to %s", got)
	}
	if v.ask("window.hit") != "undefined" {
		t.Error("a ref ran as script")
	}
	v.fits("desk-job")
	v.click("#receipts-csv")
	receipts, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(readFile(t, v.downloaded("receipts-*.csv")), "\ufeff"))).ReadAll()
	if err != nil || len(receipts) != 4 || receipts[1][1] != "DESK-1" || receipts[1][2] != "accepted" || len(receipts[1][7]) != 64 {
		t.Errorf("%v, %v", receipts, err)
	}
	if !slices.ContainsFunc(receipts, func(r []string) bool { return r[1] == "'=1+cmd" }) {
		t.Errorf("a formula came out: %v", receipts)
	}
	v.click("#receipts-json")
	if got := readFile(t, v.downloaded("receipts-*.json")); !strings.Contains(got, `"ref":"DESK-1"`) {
		t.Error(got)
	}
	v.do(chromedp.Navigate(g.url + "/desk"))
	if got := v.ask(`document.getElementById("stock").textContent`); !strings.Contains(got, "DK-1") {
		t.Errorf("the stock does not show what was bought: %s", got)
	}
	g.sealed("/v1/lots/DK-1/trace") // the price reached its collection

	v.do(chromedp.SetValue(chromedp.CSS("#type"), "purchase"))
	v.choose("#table", write(t, "again.csv", table))
	v.click("#check")
	v.until("they are known again", `document.querySelectorAll("#rows tr.duplicate").length === 3`)
	v.click("#logout")
	v.until("the session is over", `document.getElementById("sign-elsewhere")`)
	v.do(chromedp.Navigate(g.url + "/desk/list/stock"))
	v.until("nothing is shown to who has left", `document.getElementById("sign-elsewhere") && !document.querySelector(".list")`)
}

// A depot keeps its key in the browser, logs in and signs a workbook with it.
func TestDeskWithAKeyInTheBrowser(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t))
	g.importSeason(seasonA)
	checkFollows(t, g)
	v := visit(t, g, 390)
	v.do(chromedp.Navigate(g.url + "/desk"))
	v.until("the key can be kept", `document.getElementById("keep").open`)
	v.choose("#pem", filepath.Join(g.keys(), depot+".pem"))
	v.choose("#seal", filepath.Join(g.keys(), depot+".seal"))
	v.fill("#label", "一号库")
	v.fill("#new-pass", "correct horse battery")
	v.fill("#new-pass-2", "correct horse battery")
	v.fits("desk-keep-390")
	v.click("#keep-button")
	v.until("the key is kept", `!document.getElementById("kept").hidden`)
	v.fill("#kept-pass", "wrong horse battery")
	v.click("#kept-login")
	v.until("a wrong passphrase is refused", `document.getElementById("kept-tell").textContent.includes("口令不正确")`)
	v.fill("#kept-pass", "correct horse battery")
	v.click("#kept-login")
	v.until("the desk is open", `document.getElementById("table-form")`)
	v.fits("desk-home-390")

	v.choose("#table", purchaseBook(t))
	v.click("#check")
	v.until("the rows are shown", `document.querySelectorAll("#rows tr").length === 4`)
	if got := v.ask(`[...document.querySelectorAll("#totals b")].map(b => b.textContent).join()`); got != "3,0,1" {
		t.Errorf("totals %s: %s", got, v.ask(`document.getElementById("rows").textContent`))
	}
	v.fits("desk-workbook-390")
	v.fill("#sign-pass", "correct horse battery")
	v.click("#sign-button")
	if got := v.job(); got != "3,0,0" {
		t.Errorf("the job came to %s: %s", got, v.ask(`document.querySelector("main").textContent`))
	}
	v.fits("desk-job-390")
	g.sealed("/v1/lots/DX-1/trace")

	// grainctl, which has the same keys, makes the same records of the rows.
	v.do(chromedp.Navigate(g.url + "/desk"))
	v.choose("#table", purchaseBook(t))
	v.click("#check")
	v.until("they are known again", `document.querySelectorAll("#rows tr.duplicate").length === 3`)
	v.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("sign-file").open = true`))
	v.click("#save-drafts")
	r := run(t, "", "sign", "--drafts", v.downloaded("drafts.json"), "--keys", g.keys())
	v.choose("#signed", write(t, "signed.json", r.stdout))
	v.click("#signed-button")
	if got := v.job(); got != "0,3,0" {
		t.Errorf("grainctl's records are others: %s", got)
	}

	v.do(chromedp.Navigate(g.url + "/desk?lang=en"))
	v.sit(1280)
	v.fits("desk-home-en")
	if got := v.ask(`document.querySelector("h2").textContent`); got != "Submit a table" {
		t.Errorf("in English: %q", got)
	}
	call(t, v.ctx, network.ClearBrowserCookies, cdp.Empty{})
}

// Who has no key makes one on the page, gives its public half to the regulator
// and puts the files away: grainctl reads them.
func TestDeskMakesAKey(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t))
	g.importSeason(seasonA)
	checkFollows(t, g)
	v := visit(t, g, 1280)
	v.do(chromedp.Navigate(strings.Replace(g.url, "127.0.0.1", "localhost", 1) + "/desk"))
	v.until("another address is warned of", `document.getElementById("origin").textContent.includes("`+g.url+`")`)
	v.do(chromedp.Navigate(g.url + "/desk"))
	v.until("the key can be kept", `document.getElementById("keep").open`)
	v.click("#from-new")
	v.fill("#new-pass", "correct horse battery")
	v.fill("#new-pass-2", "correct horse")
	v.click("#keep-button")
	v.until("two passphrases are two", `document.getElementById("keep-tell").textContent.includes("不同")`)
	v.fill("#new-pass-2", "correct horse battery")
	v.click("#keep-button")
	v.until("the key is made", `!document.getElementById("made").hidden`)
	v.fits("desk-made")
	v.click("#save-pem")
	v.click("#save-seal")
	key, err := client.LoadKey(v.downloaded("*.pem"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if id, point := v.ask(`document.getElementById("made-id").textContent`), v.ask(`document.getElementById("made-point").textContent`); id != key.Public().ID() || point != key.Public().Point() {
		t.Errorf("the file has another key than the page shows: %s", id)
	}
	if seal := strings.TrimSpace(readFile(t, v.downloaded("*.seal"))); len(seal) != 64 {
		t.Errorf("sealing key %q", seal)
	}
	login := func(what, wanted string) {
		t.Helper()
		v.fill("#kept-pass", "correct horse battery")
		v.click("#kept-login")
		v.until(what, wanted)
	}
	login("an unregistered key is refused", `document.getElementById("kept-tell").textContent.includes("没有登记")`)
	user := g.user()
	root, err := user.ring.Root()
	if err != nil {
		t.Fatal(err)
	}
	user.accept(user.sign(&record.Key{Header: head(root, "desk-key"), Action: record.KeyRegister, Subject: depot, PublicKey: key.Public().Point()}))
	login("a registered one opens the desk", `document.getElementById("table-form")`)
	user.accept(user.sign(&record.Key{Header: head(root, "desk-key-lost"), Action: record.KeyRevoke, Subject: depot, KeyID: key.Public().ID()}))
	v.do(chromedp.Navigate(g.url + "/desk"))
	v.until("a revoked one closes it", `document.getElementById("sign-elsewhere")`)
}

// purchaseBook is a workbook as grainctl makes it, filled by a person: with
// dates, numbers and a seller who is no enterprise.
func purchaseBook(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "收购.xlsx")
	run(t, "", "template", "purchase", "store", "--chinese", "--xlsx", path).has(t, "template", 0)
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range [][]any{
		{depot, "DESKX-1", "2025-10-30 09:00", "DX-1", "", "", coop, "200", 11000, 1000, 0, 10000, 2.78, "1132002"},
		{depot, "DESKX-2", "2025-10-30 10:00", "DX-2", "", "", `张三 "老张" <zs>`, "200", 11000.5, 1000, 0.1 + 0.2, 10000.2, 2.79, "1132002"},
		{depot, "DESKX-3", "2025-10-30 11:00", "DX-3", "", "", coop, "200", 11000, 1000, 0, 1, 2.78, "1132002"},
	} {
		if err := f.SetSheetRow("收购", "A"+string(rune('2'+i)), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetSheetRow("入库", "A2", &[]any{depot, "DESKX-4", "2025-10-30 12:00", "DX-1", purchaseBin, 5000}); err != nil {
		t.Fatal(err)
	}
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
	return path
}

// purchaseBin is an empty bin of the depot, or one with grain of the kind.
const purchaseBin = "91320582508808129Y001000100101"

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
