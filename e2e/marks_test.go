package e2e

import (
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// standing is what these tests read of the answers about lots, bins, nodes of
// a trace and records.
type standing struct {
	NonFood     string           `json:"nonFood"`
	UnderReview bool             `json:"underReview"`
	Held        bool             `json:"held"`
	Recalled    bool             `json:"recalled"`
	Spreading   bool             `json:"spreading"`
	Marks       []record.Mark    `json:"marks"`
	Causes      []client.Cause   `json:"causes"`
	Voided      *record.Voided   `json:"voided"`
	Nodes       []map[string]any `json:"nodes"`
	Next        string           `json:"next"`
}

func (g *gateway) standing(path string) (s standing) {
	g.t.Helper()
	g.get(path, &s)
	return s
}

// spread waits until a cause has reached all that it must.
func (g *gateway) spread(id string) (c client.Cause) {
	g.t.Helper()
	within(g.t, "marks have spread", func() bool {
		c = client.Cause{}
		g.get("/v1/causes/"+id, &c)
		return !c.Spreading
	})
	return c
}

// id is the id of a record that its issuer signs.
func (w *market) id(p record.Payload) string {
	w.t.Helper()
	s := w.sign(p)
	return s.Envelope.ID()
}

// A recall reaches what was made before it, in every answer and on the page of
// the shopper; ended, it is nowhere in force, and the page's time line says so.
func TestRecallReachesTheShopper(t *testing.T) { eachLedger(t, recallReachesTheShopper) }

func recallReachesTheShopper(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	w := newMarket(g.user())
	const gtin, batch = "06901234567892", "B-1"
	w.say(&record.Process{Header: w.by(mill), Inputs: []record.Amount{{Lot: "P-1", Grams: 10 * kg}},
		Outputs: []record.Product{{Lot: "R-1", Product: "大米", Grams: 10 * kg, GTIN: gtin, Batch: batch}}})
	page := "/01/" + gtin + "/10/" + batch
	if _, body := g.fetch(page); strings.Contains(string(body), "召回") {
		t.Fatal("the page speaks of a recall before there is one")
	}
	trace := func(want bool) { // asked twice: the second answer is out of memory
		t.Helper()
		for range 2 {
			for _, n := range g.standing("/v1/lots/P-1/trace?direction=down").Nodes {
				if got := n["recalled"] == true; got != want {
					t.Errorf("the trace says of %v that it is recalled: %t", n["id"], got)
				}
			}
		}
	}
	trace(false)
	recall := &record.Recall{Header: w.by(w.root), Targets: []string{"P-1"}, Level: 1, Reason: "镉超标", Notice: "请停止食用并退回购买处。", To: mill}
	w.say(recall)
	id := w.id(recall)
	if c := g.spread(id); c.Kind != record.MarkRecall || c.Marked < 3 || c.Notice != recall.Notice {
		t.Errorf("the cause is %+v", c)
	}
	for _, path := range []string{"/v1/lots/P-1", "/v1/lots/R-1", "/v1/bins/" + binFull} {
		if s := g.standing(path); !s.Recalled || s.Spreading || len(s.Causes) != 1 || s.Causes[0].ID != id {
			t.Errorf("%s says %+v", path, s)
		}
	}
	trace(true)
	for lang, words := range map[string][]string{"zh": {"已召回", recall.Notice, "alert"}, "en": {"Recalled", recall.Notice, "alert"}} {
		_, body := g.fetch(page + "?lang=" + lang)
		for _, word := range words {
			if !strings.Contains(string(body), word) {
				t.Errorf("the page in %s does not say %q", lang, word)
			}
		}
	}
	if _, body := g.fetch(page); !strings.Contains(string(body), "已召回") { // in the language that it was kept in
		t.Error("the page that was made before the recall is shown again")
	}
	reached := g.standing("/v1/causes/" + id + "/nodes?limit=2")
	if len(reached.Nodes) != 2 || reached.Next == "" {
		t.Errorf("the first page of nodes is %+v", reached)
	}
	w.say(&record.Release{Header: w.by(w.root), Record: id, Of: record.Reference{Issuer: w.root, Ref: recall.Ref}, Reason: "复检合格"})
	for _, path := range []string{"/v1/lots/P-1", "/v1/lots/R-1", "/v1/bins/" + binFull} {
		if s := g.standing(path); s.Recalled || len(s.Marks) != 0 || len(s.Causes) != 0 {
			t.Errorf("after its end %s says %+v", path, s)
		}
	}
	trace(false)
	_, body := g.fetch(page)
	for word, want := range map[string]bool{"已召回": false, recall.Notice: false, "发布召回 1 次": true, "现已解除": true} {
		if strings.Contains(string(body), word) != want {
			t.Errorf("after the recall the page says %q: %t", word, !want)
		}
	}
}

// A record that was taken back says so, by what and for what; what rests on it
// is under review, and what was undone is gone from paths and shops.
func TestVoidShowsEverywhere(t *testing.T) { eachLedger(t, voidShowsEverywhere) }

func voidShowsEverywhere(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	w := newMarket(g.user())
	const gtin, batch = "06901234567892", "B-1"
	milled := func(lot string) *record.Process {
		return &record.Process{Header: w.by(mill), Inputs: []record.Amount{{Lot: "P-1", Grams: 10 * kg}},
			Outputs: []record.Product{{Lot: lot, Product: "大米", Grams: 10 * kg, GTIN: gtin, Batch: batch}}}
	}
	wrong, right := milled("R-1"), milled("R-2")
	w.say(wrong)
	a, err := record.Annul(w.sign(wrong).Envelope, "批号有误")
	if err != nil {
		t.Fatal(err)
	}
	correct := &record.Correct{Header: w.by(mill), Annulment: a, Replacement: w.id(right)}
	w.say(correct, right)
	s := g.standing("/v1/records/" + a.Record)
	if s.Voided == nil || s.Voided.By != w.id(correct) || s.Voided.Replacement != correct.Replacement || s.UnderReview {
		t.Errorf("the record that was taken back says %+v", s)
	}
	if o := g.origins("R-1"); len(o) != 0 {
		t.Errorf("what was undone has the origins %v", o)
	}
	if _, body := g.fetch("/01/" + gtin + "/10/" + batch); !strings.Contains(string(body), w.id(right)[:8]) {
		t.Error("the code on the bag does not lead to the right batch")
	}

	buying := &record.Purchase{Header: w.by(depot), Lot: "P-X", Variety: rice, Seller: nobody, Nature: bought, GrossGrams: 100 * kg, NetGrams: 100 * kg}
	w.say(buying, &record.Split{Header: w.by(depot), Lot: "P-X", Outputs: []record.Amount{{Lot: "S-X", Grams: kg}}})
	void := w.void(buying)
	w.say(void)
	id := w.id(void)
	if c := g.spread(id); c.Kind != record.MarkReview || c.Marked != 2 || c.Voided == "" {
		t.Errorf("the cause is %+v", c)
	}
	if s := g.standing("/v1/records/" + w.id(buying)); s.Voided == nil || !s.UnderReview {
		t.Errorf("the record says %+v", s)
	}
	for _, lot := range []string{"P-X", "S-X"} {
		if s := g.standing("/v1/lots/" + lot); !s.UnderReview {
			t.Errorf("%s says %+v", lot, s)
		}
		if _, body := g.fetch("/lots/" + lot); !strings.Contains(string(body), "复核") {
			t.Errorf("the page of %s does not say that it is under review", lot)
		}
	}
}

// A gateway that was away while marks were set goes on spreading when it is
// back.
func TestSpreadGoesOnAfterAKill(t *testing.T) {
	at := onEmbedded.newPlace(t)
	g := start(t, at)
	w := newMarket(g.user())
	var parts []record.Amount
	for _, id := range []string{"S-1", "S-2", "S-3"} {
		parts = append(parts, record.Amount{Lot: id, Grams: kg})
	}
	w.say(&record.Split{Header: w.by(depot), Lot: "P-1", Outputs: parts})
	hold := &record.Hold{Header: w.by(w.root), Target: "P-1", Reason: "待检"}
	w.say(hold)
	id := w.id(hold)
	g.kill()
	g = start(t, at)
	g.spread(id)
	for _, p := range parts {
		if s := g.standing("/v1/lots/" + p.Lot); !s.Held {
			t.Errorf("%s says %+v", p.Lot, s)
		}
	}
}
