package web

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

func testSite(t testing.TB, r Reader) *site {
	t.Helper()
	s, err := newSite(Options{Reader: r, PublicURL: "https://trace.example.cn/"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func storyOf(t testing.TB, w *world, lot string) *story {
	t.Helper()
	s, err := gather(context.Background(), w, nil, lot)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// html renders a story as a browser would get it.
func html(t testing.TB, s *site, st *story, l language) string {
	t.Helper()
	p := lotView{page: build(st, s.voices[l])}
	var b bytes.Buffer
	v := view{Lang: l.tag(), Other: l.other().tag(), Switch: "?lang=" + string(l.other()), Title: p.Title, Page: p}
	if err := s.pages[l]["lot"].Execute(&b, v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func mustHave(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("page lacks %q", text)
		}
	}
}

func mustLack(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("page has %q", text)
		}
	}
}

func TestPage(t *testing.T) {
	long := strings.Repeat("江苏省张家港市金港街道长江村优质粳稻种植专业合作社联合社", 3)
	cases := []struct {
		name   string
		change func(w *world)
		has    []string
		lacks  []string
	}{
		{"a common batch", nil, []string{
			"大米", "批号 2026010100", "晚粳稻谷", "江苏张家港市", "2025 年", "16.19 吨", "江南第1米厂", "2025年12月14日",
			"来自 8 个种植单位的 24 车晚粳稻谷", "张家港第1粮库有限公司", "24 批粮食在仓内混合存放", "承运：第1物流公司",
			"已签收（2025年12月12日）", "第1超市、第2超市", "黄曲霉毒素B₁", "≤ 10", "合格", "宜存", "二等",
			"卖方尚未签名确认", "12.5%", "总汞、无机砷、铬", "GB 2762-2022",
		}, []string{"不得食用", "不合格", "20 吨", "24.556", "2025年12月20日", "2024年11月10日", "品种代码"}},
		{"non-food", func(w *world) { w.lots[retailLot].NonFood = "x" }, []string{"不得食用", "12325"}, nil},
		{"recalled", func(w *world) {
			w.lots[retailLot].Recalled = true
			w.lots[retailLot].Causes = []index.NamedCause{{Cause: record.Cause{Kind: record.MarkRecall, Notice: "请<b>停止</b>食用"}}}
		}, []string{"已召回", "召回公告", "请&lt;b&gt;停止&lt;/b&gt;食用", `role="alert"`}, []string{"检验 <b>合格"}},
		{"on hold", func(w *world) { w.lots[retailLot].Held = true }, []string{"已封存，请勿食用"}, []string{"检验 <b>合格"}},
		{"under review", func(w *world) { w.lots[retailLot].UnderReview = true }, []string{"部分记录正在复核"}, []string{"已召回"}},
		{"while a mark spreads", func(w *world) { w.lots[retailLot].Spreading = true }, []string{"有标记正在更新"}, []string{"已召回"}},
		{"sold as feed in part", func(w *world) {
			w.lots[retailLot].Parts = []record.Part{{Party: shopA, NonFood: 5}}
		}, []string{"其中一部分已作非食用销售"}, nil},
		{"over a safety limit", func(w *world) {
			r := &w.lots[retailLot].Inspections[0]
			r.Passed, r.Safe, r.Items[1].Verdict = false, false, "beyond"
		}, []string{"食品安全指标超标", "不合格"}, nil},
		{"a quality item failed", func(w *world) { w.lots[retailLot].Inspections[0].Passed = false },
			[]string{"有质量指标不合格"}, []string{"食品安全指标超标"}},
		{"no report yet", func(w *world) { w.lots[retailLot].Inspections = nil },
			[]string{"尚无出厂检验报告"}, []string{"检验 <b>"}},
		{"unknown variety and place", func(w *world) {
			for i := range w.origins[retailLot] {
				w.origins[retailLot][i].Variety, w.origins[retailLot][i].Place = "1999999", "329999"
			}
		}, []string{"品种代码 1999999", "江苏 (329999)"}, nil},
		{"a place of no known province", func(w *world) {
			for i := range w.origins[retailLot] {
				w.origins[retailLot][i].Place = "990001"
			}
		}, []string{"990001"}, nil},
		{"no trace and no origins", func(w *world) { w.traces, w.origins = nil, nil },
			[]string{"大米", "加工", "江南第1米厂", "未追溯到收获环节", "100%"}, []string{"个种植单位"}},
		{"a part without harvest", func(w *world) { w.origins[retailLot] = w.origins[retailLot][:18] },
			[]string{"未追溯到收获环节", "25%"}, nil},
		{"long names", func(w *world) { w.origins[retailLot][23].IssuerName = long }, []string{long}, nil},
		{"markup in names", func(w *world) {
			w.lots[retailLot].Product = `<script>alert(1)</script>`
			w.names[shopA] = `"><img src=x onerror=alert(1)>`
			w.origins[retailLot][0].IssuerName = `</svg><b onclick=x>`
		}, []string{"&lt;script&gt;", "&lt;img src=x"}, []string{"<script>", "<img src=x", "<b onclick"}},
		{"a text that looks like a placeholder", func(w *world) { w.names[carrier] = "{who}{n?a|b}" },
			[]string{"承运：{who}{n?a|b}"}, nil},
		{"reserve grain", func(w *world) {
			for i := range w.traces[retailLot].Nodes {
				if l := w.traces[retailLot].Nodes[i].Lot; l != nil && l.Nature != "" {
					l.Nature = "110"
				}
			}
		}, []string{"储备粮承储企业", "江南第1米厂"}, []string{"张家港第1粮库有限公司", depot}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := season(t, 8, 24)
			if c.change != nil {
				c.change(w)
			}
			page := html(t, testSite(t, w), storyOf(t, w, retailLot), chinese)
			mustHave(t, page, c.has...)
			mustLack(t, page, c.lacks...)
		})
	}
}

func TestPageInEnglish(t *testing.T) {
	w := season(t, 8, 24)
	page := html(t, testSite(t, w), storyOf(t, w, retailLot), english)
	mustHave(t, page, `lang="en"`, "Rice", "Late japonica paddy rice", "Zhangjiagang, Jiangsu", "16.19 t",
		"24 truckloads of late japonica paddy rice from 8 growers", "Aflatoxin", "Pass", "14 Dec 2025")
}

func TestManyOrigins(t *testing.T) {
	w := season(t, 40, 40)
	p := build(storyOf(t, w, retailLot), testSite(t, w).voices[chinese])
	if len(p.Origins.Top) != shownOrigins || len(p.Origins.Rest) != 40-shownOrigins {
		t.Errorf("%d origins before the fold, %d behind", len(p.Origins.Top), len(p.Origins.Rest))
	}
	if p.Origins.RestSum != "85%" || p.Origins.Unknown != nil {
		t.Errorf("rest %s, unknown %v", p.Origins.RestSum, p.Origins.Unknown)
	}
	for _, st := range p.Path.all() {
		if len(st.Evidence) > maxEvidence || len(st.Evidence)+st.More != st.Count {
			t.Errorf("%s: %d records listed, %d more, %d in all", st.Stage, len(st.Evidence), st.More, st.Count)
		}
	}
}

func TestOrderOfSteps(t *testing.T) {
	w := season(t, 8, 24)
	p := build(storyOf(t, w, retailLot), testSite(t, w).voices[chinese])
	var got []string
	for _, st := range p.Path.all() {
		got = append(got, st.Title)
	}
	want := "收获 收购 收购检验 入库 储存检验 出库检验 出库 原粮交易 运输 加工 出厂检验 销售"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("steps: %s\nwant:  %s", s, want)
	}
}

// What happened to a parent beside the path is not part of it.
func TestBesideThePath(t *testing.T) {
	w := season(t, 2, 2)
	elsewhere := signed(t, 9, &record.Sell{Header: head(depot, "XS-9", "2025-12-11T12:00:00+08:00"),
		Lot: "W-A-00", Buyer: shopB, Grams: 1, Purpose: record.PurposeFeed})
	other := signed(t, 9, &record.Purchase{Header: head(shopA, "SG-9", "2025-10-05T12:00:00+08:00"), Lot: "P-OTHER",
		FromLot: "H-A-0000", FromGrams: 1, Seller: coop(0), Nature: "200", GrossGrams: 2, TareGrams: 1, NetGrams: 1})
	back := signed(t, 9, &record.Ship{Header: head(depot, "YS-0", "2025-12-11T12:30:00+08:00"),
		Lot: "W-A-00", Grams: 1, Owner: mill, To: mill, Carrier: shopB})
	cancel := signed(t, 9, &record.CancelShip{Header: head(depot, "QX-0", "2025-12-11T12:40:00+08:00"),
		Shipment: "YS-0", Lot: "W-A-00"})
	nodes := w.traces[retailLot].Nodes
	for i := range nodes {
		switch nodes[i].ID {
		case "W-A-00":
			nodes[i].Records = append(nodes[i].Records, elsewhere, back, cancel)
		case "H-A-0000":
			nodes[i].Records = append(nodes[i].Records, other)
		}
	}
	for _, e := range storyOf(t, w, retailLot).events() {
		if e.record != nil && (e.record.ID == elsewhere.ID || e.record.ID == other.ID ||
			e.record.ID == back.ID || e.record.ID == cancel.ID) {
			t.Errorf("the path has %s %s", e.record.Type, e.record.Ref)
		}
	}
}

// A seller that signed later has confirmed.
func TestConfirmedLater(t *testing.T) {
	r := index.Record{Flags: []record.Flag{record.FlagUnconfirmed, record.FlagDeduction}, Cosigned: []string{coop(1)}}
	if f := flagsOf(event{with: coop(1), record: &r}); fmt.Sprint(f) != "[deduction_differs]" {
		t.Errorf("confirmed: flags %v", f)
	}
	if f := flagsOf(event{with: coop(2), record: &r}); len(f) != 2 {
		t.Errorf("signed by another: flags %v", f)
	}
}

func TestWeights(t *testing.T) {
	v := testSite(t, &world{}).voices[chinese]
	for grams, want := range map[int64]string{
		1: "0.001 千克", 500_000: "500 千克", 999_999: "999.999 千克", 1_000_000: "1 吨",
		16_190_000: "16.19 吨", 1_234_567_000_000: "1,234,567 吨",
	} {
		if got := v.weight(grams); got != want {
			t.Errorf("%d g: %s, want %s", grams, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{
		1: "100%", 0.9999999: "100%", 0.9997: "99.9%", 0.125: "12.5%", 0.25: "25%", 0.0001: "<0.1%",
	} {
		if got := percent(share); got != want {
			t.Errorf("%v: %s, want %s", share, got, want)
		}
	}
}
