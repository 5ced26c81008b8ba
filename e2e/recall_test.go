package e2e

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// loggedIn is the gateway for who has logged in as a party of the market.
func (w *market) loggedIn(g *gateway, party string) (token string) {
	w.t.Helper()
	key, err := client.OpenKeyring(g.keys(), nil).Key(party)
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := client.New(g.url)
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := c.Login(w.t.Context(), key, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return s.Token
}

func fetchAs(t *testing.T, address, token string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body
}

// A depot recalls what it bought. The mill sends its part back, and every view
// of the recall moves: figures, sheets, the command line and the page, which
// shows each caller what is its own.
func TestRecallIsTakenBack(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t))
	w := newMarket(g.user())
	recall := &record.Recall{Header: w.by(depot), Targets: []string{"P-1"}, Level: 1, Reason: "镉超标", Notice: "请停止食用并退回购买处。"}
	w.say(recall)
	id := w.id(recall)
	g.spread(id)
	base := g.url + "/v1/recalls/" + id
	byDepot, byMill, byShop, byRoot := w.loggedIn(g, depot), w.loggedIn(g, mill), w.loggedIn(g, lab), ""

	c, err := client.New(g.url)
	if err != nil {
		t.Fatal(err)
	}
	figures := func() client.RecallFigures {
		t.Helper()
		r, err := c.WithToken(byDepot).Recall(t.Context(), id)
		if err != nil || r.Figures == nil {
			t.Fatalf("%+v, %v", r, err)
		}
		return *r.Figures
	}
	before := figures() // 300 kg and the bin at the depot, 100 kg at the mill, 100 kg on its way there
	if before.Total != 500*kg || before.Outstanding != 200*kg || before.InTransit != 100*kg || before.Recovered != 300*kg || before.Returned != 0 {
		t.Fatalf("at first %+v", before)
	}
	back := &record.Ship{Header: w.by(mill), Lot: "P-1", Grams: 60 * kg, Owner: mill, To: depot}
	w.say(back, &record.Receive{Header: w.by(depot), Shipper: mill, Shipment: back.Ref, Lot: "P-1", Grams: 60 * kg},
		&record.WriteOff{Header: w.by(mill), Target: "P-1", Owner: mill, Grams: 10 * kg, Reason: "已销毁"})
	after := figures()
	if after.Total != before.Total || after.Recovered != 370*kg || after.Returned != 60*kg || after.WrittenOff != 10*kg || after.Outstanding != 130*kg {
		t.Errorf("then %+v", after)
	}

	for _, test := range []struct {
		name, path, token string
		status            int
		has, hasNot       string
	}{
		{"anybody sees that there is one", "", byRoot, 200, recall.Notice, "figures"},
		{"and not who has it", "/holders", "", 401, "login_required", mill},
		{"nor the sheet", "/sheet.csv", "", 401, "login_required", mill},
		{"the issuer sees all", "/holders?sort=located", byDepot, 200, mill, ""},
		{"a holder itself", "/holders", byMill, 200, mill, depot + `","name`},
		{"in its sheet, too", "/sheet.csv", byMill, 200, mill, depot},
		{"and no sums", "/series", byMill, 403, "not_yours", ""},
		{"nor figures", "", byMill, 200, recall.Notice, "figures"},
		{"who has none sees none", "/holders", byShop, 200, `"holders":[]`, mill},
		{"the issuer sees how it went on", "/series", byDepot, 200, `"recoveredGrams":370000`, ""},
	} {
		status, body := fetchAs(t, base+test.path, test.token)
		if status != test.status || !strings.Contains(string(body), test.has) || test.hasNot != "" && strings.Contains(string(body), test.hasNot) {
			t.Errorf("%s: %d %s", test.name, status, body)
		}
	}
	wantSheet(t, base+"/sheet.xlsx", byDepot)

	r := run(t, "", "--gateway", g.url, "recall", id, "--keys", g.keys(), "--as", depot)
	if r.code != 0 || !strings.Contains(r.stdout, "370.000") || !strings.Contains(r.stdout, mill) {
		t.Errorf("grainctl recall: %d %s %s", r.code, r.stdout, r.stderr)
	}
	r = run(t, "", "--gateway", g.url, "recall", "--drill", "P-1", "--keys", g.keys(), "--as", depot)
	if r.code != 0 || !strings.Contains(r.stdout, "outstanding") || !strings.Contains(r.stdout, "130.000") {
		t.Errorf("grainctl recall --drill: %d %s %s", r.code, r.stdout, r.stderr)
	}
	recallPages(t, g, id, byDepot, byMill)
}

// wantSheet wants a sheet with a filter, a frozen head and no formula.
func wantSheet(t *testing.T, address, token string) {
	t.Helper()
	status, body := fetchAs(t, address, token)
	f, err := excelize.OpenReader(bytes.NewReader(body))
	if status != 200 || err != nil {
		t.Fatalf("%d, %v", status, err)
	}
	defer f.Close()
	rows, err := f.GetRows("召回")
	if err != nil || len(rows) != 3 || rows[0][0] != "持有单位" || rows[1][1] != depot {
		t.Errorf("%v, %v", rows, err) // depot first: what is on its way has been sent by it
	}
	for _, cell := range []string{"A2", "B2", "D2"} {
		if formula, err := f.GetCellFormula("召回", cell); err != nil || formula != "" {
			t.Errorf("%s is %q, %v", cell, formula, err)
		}
	}
	if p, err := f.GetPanes("召回"); err != nil || !p.Freeze || p.YSplit != 1 {
		t.Errorf("panes %+v, %v", p, err)
	}
}

// recallPages looks at the pages in a browser, which need no script.
func recallPages(t *testing.T, g *gateway, id, issuer, holder string) {
	v := visit(t, g, 1280)
	as := func(token string) {
		call(t, v.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": "zh-CN", "Authorization": "Bearer " + token}})
	}
	as(issuer)
	v.do(chromedp.Navigate(g.url + "/desk/recalls"))
	v.fits("recalls-1280")
	v.click(".list .more")
	v.until("the recall is shown", `document.getElementById("chart")`)
	for _, word := range []string{"370 千克", "130 千克", "74%", "召回中"} {
		if !strings.Contains(v.ask("document.body.innerText"), word) {
			t.Errorf("the page lacks %q:\n%s", word, v.ask("document.body.innerText"))
		}
	}
	v.fits("recall-1280")
	names := `[...document.querySelectorAll("#holder-table tbody th small")].map(e => e.textContent).join()`
	if got := v.ask(names); got != depot+","+mill {
		t.Errorf("most outstanding first: %s", got)
	}
	v.click("#holder-table thead th:nth-child(5) a")
	v.until("it is sorted by what was sent back", `location.search.includes("sort=returned")`)
	if got := v.ask(names); got != mill+","+depot {
		t.Errorf("by what was sent back: %s", got)
	}
	v.sit(390)
	v.do(chromedp.Navigate(g.url + "/desk/recalls/" + id))
	v.fits("recall-390")
	v.do(chromedp.Navigate(g.url + "/desk/recalls/" + id + "?lang=en"))
	v.fits("recall-390-en")
	as(holder)
	v.do(chromedp.Navigate(g.url + "/desk/recalls/" + id + "?lang=zh"))
	v.fits("recall-holder")
	if got := v.ask(names); got != mill || v.ask(`document.getElementById("sums")`) != "null" {
		t.Errorf("a holder sees %s, and sums: %s", got, v.ask(`document.getElementById("sums")`))
	}
}
