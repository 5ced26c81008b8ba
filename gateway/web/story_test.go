package web

import (
	"strings"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// single is a page about one lot that stands alone.
func single(t testing.TB, lot record.LotState, records ...index.Record) string {
	w := &world{
		lots: map[string]*index.Lot{lot.Lot: {LotState: lot, RecordPlace: index.Place{Block: 7, Time: lot.OccurredAt}}},
		traces: map[string]index.Trace{lot.Lot: {Nodes: []index.Node{
			{ID: lot.Lot, Lot: &lot, Records: records}}}},
		names: registry,
	}
	return html(t, testSite(t, w), storyOf(t, w, lot.Lot), chinese)
}

// A person who sold grain is not named anywhere.
func TestPersonWhoSold(t *testing.T) {
	bought := signed(t, 7, &record.Purchase{Header: head(depot, "SG-1", "2025-10-05T08:00:00+08:00"), Lot: "P-1",
		Nature: "200", Variety: "1120000", Origin: "320582", GrossGrams: 2, TareGrams: 1, NetGrams: 1,
		Sealed: []string{record.SM3(nil)}}, record.FlagUnconfirmed)
	page := single(t, record.LotState{Lot: "P-1", Kind: record.TypePurchase, Issuer: depot, Record: bought.ID,
		OccurredAt: bought.OccurredAt, Variety: "1120000", Origin: "320582", Nature: "200"}, bought)
	mustHave(t, page, "小麦", "江苏张家港市", "过磅收购 1 车小麦", "其中 1 车来自农户（个人信息依法不公开）", "卖方尚未签名确认")
}

// Records that this gateway cannot read are counted and named by their kind.
func TestRecordsThatCannotBeRead(t *testing.T) {
	bare := func(kind record.Type) index.Record {
		return index.Record{ID: record.SM3([]byte(kind)), Type: kind, Issuer: depot, OccurredAt: "not a time"}
	}
	var records []index.Record
	for _, kind := range append(record.Types(), "recall", "") {
		records = append(records, bare(kind))
	}
	page := single(t, record.LotState{Lot: "X", Kind: record.TypeProcess, Record: records[0].ID}, records...)
	mustHave(t, page, "其他记录", registry[depot])
	mustLack(t, page, "0001年", "not a time")
}

// A report's record brings its block and its flags.
func TestReportWithItsRecord(t *testing.T) {
	w := season(t, 1, 1)
	r := signed(t, 55, &record.Inspect{Header: head(lab, "ZJ-1", "2025-12-15T10:00:00+08:00"), Target: retailLot,
		Stage: record.StageProduct, Items: []record.Measured{{Item: "moisture", Value: "14.2"}}}, record.FlagStandard)
	w.lots[retailLot].Inspections[0].Record = r.ID
	nodes := w.traces[retailLot].Nodes
	nodes[len(nodes)-1].Records = append(nodes[len(nodes)-1].Records, r)
	page := html(t, testSite(t, w), storyOf(t, w, retailLot), chinese)
	mustHave(t, page, "第 55 区块", "报告引用的标准与判定所用标准不同")
	if n := strings.Count(page, short(r.ID)); n != 1 {
		t.Errorf("the report is listed %d times", n)
	}
}

func TestWordsOfQuality(t *testing.T) {
	c := newCast(&story{lot: &index.Lot{}}, testSite(t, &world{}).voices[chinese])
	for class, want := range map[string]badge{
		"suitable": {"宜存", good}, "marginal": {"轻度不宜存", warn}, "unsuitable": {"重度不宜存", bad}, "new": {"new", info},
	} {
		if got := c.storage(class); *got != want {
			t.Errorf("%s: %v", class, *got)
		}
	}
	for grade, want := range map[string]string{"": "", "1": "一等", "ungraded": "等外", "new": "new"} {
		if got := c.quality(&record.Inspection{Grade: grade}).Grade; got != want {
			t.Errorf("grade %q: %q", grade, got)
		}
	}
	unknown := c.finding(&record.Inspection{}, record.Finding{Item: "thallium_mgkg", Value: "0.1", Limit: "0.05", Bound: "max", Verdict: "beyond"})
	if unknown.Item != "thallium" || unknown.Value != "0.1 mg/kg" || unknown.Verdict.Word != "不合格" {
		t.Errorf("unknown item: %+v", unknown)
	}
}

// What the index cannot answer in one go is left out, and the page says so.
func TestTooMuch(t *testing.T) {
	w := season(t, 2, 2)
	s := storyOf(t, w, retailLot)
	if err := s.tolerate(index.ErrTooLarge); err != nil {
		t.Fatal(err)
	}
	s.origins = nil
	page := html(t, testSite(t, w), s, chinese)
	mustHave(t, page, "这里只列出一部分")
	mustLack(t, page, "谁种的", "未追溯到收获环节")
}

func TestSoldForFeed(t *testing.T) {
	sold := signed(t, 7, &record.Sell{Header: head(depot, "XS-1", "2025-11-20T09:00:00+08:00"), Lot: "P-1", Buyer: mill,
		Grams: 1, Purpose: record.PurposeIndustrial})
	page := single(t, record.LotState{Lot: "P-1", Kind: record.TypePurchase, Issuer: depot, Record: record.SM3(nil)}, sold)
	mustHave(t, page, "不作食用")
}

func TestDays(t *testing.T) {
	site := testSite(t, &world{})
	day := func(s string) time.Time { return parseTime(s + "T20:00:00Z") } // the next day in Beijing
	for _, c := range []struct{ from, to, zh, en string }{
		{"2025-10-01", "2025-10-01", "2025年10月2日", "2 Oct 2025"},
		{"2025-10-01", "2025-11-03", "2025年10月2日 – 11月4日", "2 Oct – 4 Nov 2025"},
		{"2025-12-31", "2026-01-31", "2026年1月1日 – 2月1日", "1 Jan – 1 Feb 2026"},
		{"2025-11-01", "2026-01-31", "2025年11月2日 – 2026年2月1日", "2 Nov 2025 – 1 Feb 2026"},
		{"bad", "bad", "", ""},
	} {
		zh := site.voices[chinese].days(day(c.from), day(c.to))
		en := site.voices[english].days(day(c.from), day(c.to))
		if zh != c.zh || en != c.en {
			t.Errorf("%s to %s: %q, %q", c.from, c.to, zh, en)
		}
	}
}
