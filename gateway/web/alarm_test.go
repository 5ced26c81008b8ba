package web

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// recalled is a season whose batch was recalled by its mill.
func recalled(t testing.TB) *world {
	w := located(t, 8, 24)
	order := signed(t, 900, &record.Recall{Header: head(mill, "ZH-1", "2026-01-08T09:00:00+08:00"), Targets: []string{retailLot},
		Level: 2, Reason: "复检发现镉超标", Notice: "请停止食用并退货。", To: mill})
	trace := w.traces[retailLot]
	for i := range trace.Nodes {
		if trace.Nodes[i].ID == retailLot {
			trace.Nodes[i].Records = append(trace.Nodes[i].Records, order)
		}
	}
	l := w.lots[retailLot]
	l.Recalled = true
	l.Causes = []index.NamedCause{{ID: order.ID, Cause: record.Cause{Kind: record.MarkRecall, Issuer: mill, Ref: "ZH-1",
		Level: 2, Reason: "复检发现镉超标", Notice: "请停止食用并退货。", To: mill}}}
	return w
}

// A recall stands before everything else, and no passed test outshouts it.
func TestRecall(t *testing.T) {
	w := recalled(t)
	page := html(t, testSite(t, w), storyOf(t, w, retailLot), chinese)
	mustHave(t, page, "banner bad loud", "已召回", "请停止食用并退货。", "二级召回", "复检发现镉超标", "2026年1月8日",
		"不表示可以食用", "监管与更正", "江南第1米厂发布召回 1 次")
	if at := strings.Index(page, "banner bad loud"); at > strings.Index(page, `class="hero`) || strings.Count(page, "banner bad loud") != 1 {
		t.Error("the banner does not stand first, or twice")
	}
	mustLack(t, page, "stamp good", "现已解除")
	english := html(t, testSite(t, w), storyOf(t, w, retailLot), english)
	mustHave(t, english, "Recalled", "take it back to where you bought it", `lang="zh">请停止食用并退货。`)
}

// A recall that is over stays in the time line, with that word, and is no
// alarm; while marks spread nobody knows whether it is.
func TestRecallThatIsOver(t *testing.T) {
	w := recalled(t)
	l := w.lots[retailLot]
	l.Recalled, l.Causes = false, nil
	page := html(t, testSite(t, w), storyOf(t, w, retailLot), chinese)
	mustHave(t, page, "江南第1米厂发布召回 1 次", "现已解除")
	mustLack(t, page, "banner bad", "已召回")
	l.Spreading = true
	mustLack(t, html(t, testSite(t, w), storyOf(t, w, retailLot), chinese), "现已解除")
}

// A hold and a review are said in plain words, with who ordered them and why.
func TestHoldAndReview(t *testing.T) {
	w := season(t, 2, 4)
	l := w.lots[retailLot]
	l.Held, l.UnderReview, l.Spreading = true, true, true
	l.Causes = []index.NamedCause{
		{ID: record.SM3([]byte("h")), Cause: record.Cause{Kind: record.MarkHold, Issuer: lab, Reason: "等待复检", Document: "粮封〔2026〕3号"}},
		{ID: record.SM3([]byte("v")), Cause: record.Cause{Kind: record.MarkReview, Issuer: depot, Reason: "过磅有误",
			Voided: record.SM3([]byte("old")), Instead: record.SM3([]byte("new"))}},
	}
	nodes := w.traces[retailLot].Nodes
	for i := range nodes {
		for j := range nodes[i].Records {
			switch r := &nodes[i].Records[j]; {
			case r.Type == record.TypeHarvest:
				r.Voided = &record.Voided{By: record.SM3([]byte("v")), Replacement: record.SM3([]byte("new"))}
			case r.Type == record.TypeWithdraw:
				r.UnderReview = true
			}
		}
	}
	page := html(t, testSite(t, w), storyOf(t, w, retailLot), chinese)
	mustHave(t, page, "已封存，请勿食用", "等待复检", "粮封〔2026〕3号", "粮油质量检测站", "部分记录正在复核", "过磅有误",
		short(record.SM3([]byte("new"))), "有标记正在更新", "签名后被作废或更正", "已更正", "复核中")
}

// long is a path over many depots and mills, one after another.
func long(t testing.TB, hops int) *world {
	w := located(t, 30, 60)
	trace := w.traces[retailLot]
	for i := range hops {
		from, to := fmt.Sprintf("91320582DEPOT%05d", i), fmt.Sprintf("91320582DEPOT%05d", i+1)
		day := fmt.Sprintf("2025-11-%02dT08:%02d:00+08:00", 1+i%28, i%60)
		lot := fmt.Sprintf("M-%03d", i)
		state := record.LotState{Lot: lot, Kind: record.TypeSplit, Issuer: from, Record: record.SM3([]byte(lot)), OccurredAt: day, Variety: "1132002"}
		for _, uscc := range []string{from, to} {
			w.enterprises[uscc] = record.RegisteredEnterprise{USCC: uscc, Name: "第" + uscc[13:] + "中转库有限责任公司", Kind: record.KindStorage,
				Division: "320582", Lon: record.Decimal(fmt.Sprintf("%.3f", 118+float64(i)*0.31)), Lat: record.Decimal(fmt.Sprintf("%.3f", 31+float64(i%4)*0.4))}
		}
		trace.Nodes = append(trace.Nodes, index.Node{ID: lot, Depth: 3, Lot: &state, Records: []index.Record{
			signed(t, 500, &record.Ship{Header: head(from, "YS-"+lot, day), Lot: lot, Grams: 5, Owner: from, To: to}),
			signed(t, 501, &record.Adjust{Header: head(from, "SH-"+lot, day), Target: lot}),
		}})
		trace.Nodes[len(trace.Nodes)-1].Lot.Issuer = to
	}
	w.traces[retailLot] = trace
	return w
}

// A path with many hands stays a page that people can read, and every record
// of it is in the list behind it.
func TestLongPath(t *testing.T) {
	w := long(t, 25)
	p := pageOf(t, w)
	if n := len(p.Path.First) + len(p.Path.Last); n > openFirst+openLast+2 {
		t.Errorf("%d steps stand open", n)
	}
	if len(p.Stations) < 20 || p.Chart == nil {
		t.Errorf("%d stations", len(p.Stations))
	}
	h := handler(t, Options{Reader: w, PublicURL: "https://trace.example.cn"})
	next, rows, pages := "/lots/"+retailLot+"/records", 0, 0
	for next != "" && pages < 20 {
		body := bodyOf(t, get(t, h, next))
		rows += strings.Count(body, "<li><b>")
		pages++
		_, rest, more := strings.Cut(body, `rel="next" href="`)
		if next, _, _ = strings.Cut(rest, `"`); !more {
			next = ""
		}
	}
	want := len(storyOf(t, w, retailLot).events())
	if rows != want || pages != (want+recordsPerPage-1)/recordsPerPage {
		t.Errorf("%d records on %d pages, want %d", rows, pages, want)
	}
	for _, path := range []string{"?page=0", "?page=x", "?page=-1", "?page=99999"} {
		if r := get(t, h, "/lots/"+retailLot+"/records"+path); r.StatusCode != 400 {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
}

func TestFold(t *testing.T) {
	for n, folded := range map[int]int{0: 0, 1: 0, 17: 0, 18: 3, 40: 25} {
		line := fold(make([]step, n))
		if len(line.Folded) != folded || len(line.all()) != n {
			t.Errorf("%d steps: %d folded, %d in all", n, len(line.Folded), len(line.all()))
		}
	}
}

// Each figure says by which document and year it is judged; what should have
// been tested and was not is said too.
func TestFiguresNameTheirStandard(t *testing.T) {
	s := testSite(t, &world{})
	c := newCast(&story{lot: &index.Lot{}}, s.voices[chinese])
	r := report("x", "L", record.StageOutbound, "2025-12-15T10:00:00+08:00")
	r.Rules = append(r.Rules, record.RuleRef{Table: record.TableSafety, Document: "GB 2761-2017"}, record.RuleRef{Table: record.TableStorage, Document: "GB/T 20569-2006"})
	q := c.quality(&r)
	got := map[string]string{}
	for _, f := range append(q.Safety, q.Other...) {
		got[f.Item] = f.Standard + " " + f.Verdict.Word
	}
	for item, want := range map[string]string{
		"黄曲霉毒素B₁": "GB 2761-2017 合格", "镉": "GB 2762-2022 合格", "总汞": "GB 2762-2022 未检", "水分": "GB 1350-2009 合格",
		"脂肪酸值": "GB/T 20569-2006 合格", "出糙率": " 参考",
	} {
		if got[item] != want {
			t.Errorf("%s: %q, want %q", item, got[item], want)
		}
	}
}

// What the ledger does not have is said, and only that.
func TestGaps(t *testing.T) {
	all := pageOf(t, located(t, 2, 4))
	if len(all.Gaps) != 2 { // the purchase that is flagged unconfirmed, and what was not tested
		t.Errorf("gaps of a full path: %v", all.Gaps)
	}
	w := season(t, 2, 4)
	w.origins[retailLot] = w.origins[retailLot][:3]
	w.lots[retailLot].Inspections = nil
	w.bins[bin] = nil
	gaps := strings.Join(pageOf(t, w).Gaps, "\n")
	mustHave(t, gaps, "25% 的粮食没有收获记录", "4 笔收购中有 1 笔没有卖方签名", "没有出库前的检验报告", "成品没有检验报告", "没有公开的位置")
}

// madeCredits is a credit view that a test writes.
type madeCredits map[string]Credit

func (m madeCredits) Public(context.Context, []string) (map[string]Credit, error) { return m, nil }

// Without a credit ledger the page says that there is none; with one it shows
// what is public of the enterprises that may be named.
func TestCredit(t *testing.T) {
	w := season(t, 2, 4)
	none := bodyOf(t, get(t, handler(t, Options{Reader: w, PublicURL: "https://x.example"}), batchPath))
	mustHave(t, none, "本账本目前没有任何企业的公开信用记录")
	mustLack(t, none, "信用等级")
	some := bodyOf(t, get(t, handler(t, Options{Reader: w, PublicURL: "https://x.example",
		Credits: madeCredits{mill: {Grade: "A", Rule: "粮信〔2026〕1号", AsOf: "2026-01-01", Disputed: true}}}), batchPath))
	mustHave(t, some, "信用等级 A", "异议中", "粮信〔2026〕1号")
	mustLack(t, some, "没有任何企业的公开信用记录")
}

// What is public of credit changes with the day, so pages that show it are made
// anew each time.
func TestCreditIsNotKept(t *testing.T) {
	w, credits := season(t, 2, 4), madeCredits{mill: {Grade: "A"}}
	h := handler(t, Options{Reader: w, PublicURL: "https://x.example", Credits: credits, Keeper: &moments{}})
	mustHave(t, bodyOf(t, get(t, h, batchPath)), "信用等级 A")
	credits[mill] = Credit{Grade: "B"}
	mustHave(t, bodyOf(t, get(t, h, batchPath)), "信用等级 B")
}
