package index

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/grainledger/grainledger/record"
)

// recallOf begins a recall of P1 by the farm, with P1 marked.
func (c *chain) recallOf(lot string) (id string) {
	p := &record.Recall{Header: c.header(farm), Targets: []string{lot}, Level: 1, Reason: "超标", Notice: "停止食用"}
	id = c.accept(p)
	c.putRecall(id, lot, "")
	c.mark(lot, record.Mark{Kind: record.MarkRecall, By: id})
	return id
}

func (c *chain) putRecall(id, lot, lifted string) {
	c.put(record.CauseKey(id), &record.Cause{Kind: record.MarkRecall, Issuer: farm, Ref: "C", Nodes: []string{lot}, Level: 1,
		Reason: "超标", Notice: "停止食用", Lifted: lifted})
}

func (c *chain) writeOff(lot string, grams, left int64) {
	c.accept(&record.WriteOff{Header: c.header(depot), Target: lot, Grams: grams, Reason: "销毁"})
	c.stock(lot, record.Part{Party: depot, Owned: left, Held: left})
}

func wantFigures(t *testing.T, ix *Index, id string, want RecallFigures) {
	t.Helper()
	r, err := ix.Recall(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if *r.Figures != want {
		t.Errorf("figures\n%+v, want\n%+v", *r.Figures, want)
	}
}

// A recall finds what lies somewhere, and each step of taking it back moves
// its figures; their total stays.
func TestRecallFigures(t *testing.T) {
	c, ix := family(t) // P1 1000 g and its parts S1 and S2, 100 g each, at the depot
	c.stock("P1", record.Part{Party: depot, Owned: 800, Held: 800})
	take(t, ix, c)
	id := c.recallOf("P1")
	take(t, ix, c)
	wantFigures(t, ix, id, RecallFigures{Total: 800, Located: 800, Outstanding: 800})
	by := record.Mark{Kind: record.MarkRecall, By: id}
	c.mark("S1", by)
	c.mark("S2", by)
	take(t, ix, c)
	wantFigures(t, ix, id, RecallFigures{Total: 1000, Located: 1000, Outstanding: 1000})

	ref := c.ship("P1", 500)
	c.stock("P1", record.Part{Party: depot, Owned: 800, Held: 300})
	take(t, ix, c)
	wantFigures(t, ix, id, RecallFigures{Total: 1000, Located: 1000, InTransit: 500, Outstanding: 1000})

	c.now = c.now.Add(24 * time.Hour)
	c.receive("P1", ref, 490)
	c.stock("P1", record.Part{Party: depot, Owned: 790, Held: 300}, record.Part{Party: farm, Held: 490})
	c.writeOff("S2", 60, 40)
	take(t, ix, c)
	end := RecallFigures{Total: 1000, Located: 930, AtTaker: 490, Returned: 490, WrittenOff: 60, Recovered: 550, Outstanding: 440, Lost: 10}
	wantFigures(t, ix, id, end)

	s, err := ix.RecallSeries(t.Context(), id, "", 10)
	if err != nil || len(s.Days) != 2 || s.Days[0].Total != 1000 || s.Days[0].Recovered != 0 || s.Days[1].RecallFigures != end || s.Days[1].Day <= s.Days[0].Day {
		t.Errorf("the series is %+v, %v", s, err)
	}
	if first, err := ix.RecallSeries(t.Context(), id, "", 1); err != nil || len(first.Days) != 1 || first.Next == "" {
		t.Errorf("the first page of the series is %+v, %v", first, err)
	} else if rest, err := ix.RecallSeries(t.Context(), id, first.Next, 1); err != nil || len(rest.Days) != 1 || rest.Days[0].Day != s.Days[1].Day || rest.Next != "" {
		t.Errorf("the second is %+v, %v", rest, err)
	}

	// Made of it later: its loss is lost to the recall.
	c.process("F1", 80, record.Amount{Lot: "S1", Grams: 100})
	c.mark("F1", by)
	c.stock("S1")
	take(t, ix, c)
	end.Located, end.Outstanding, end.Lost = end.Located-20, end.Outstanding-20, end.Lost+20
	wantFigures(t, ix, id, end)

	c.putRecall(id, "P1", causeA)
	take(t, ix, c)
	c.writeOff("S2", 40, 0)
	take(t, ix, c)
	wantFigures(t, ix, id, end) // it has ended: nothing moves any more
	if r, err := ix.Recall(t.Context(), id); err != nil || r.Ended == "" || r.Lifted != causeA {
		t.Errorf("the recall is %+v, %v", r, err)
	}
}

// Holders are sorted as asked, in pages, and their sums are the recall's.
func TestRecallHolders(t *testing.T) {
	c, ix := family(t)
	c.stock("P1", record.Part{Party: depot, Owned: 800, Held: 300}, record.Part{Party: farm, Held: 490}, record.Part{Party: "91370000MILLER0003", Held: 10})
	id := c.recallOf("P1")
	take(t, ix, c)
	for sort, want := range map[string][]string{
		"":          {depot, "91370000MILLER0003", farm},
		"located":   {farm, depot, "91370000MILLER0003"},
		"recovered": {farm, depot, "91370000MILLER0003"},
		"holder":    {depot, farm, "91370000MILLER0003"},
	} {
		var got []string
		var sum RecallFigures
		for cursor := ""; ; {
			p, err := ix.RecallHolders(t.Context(), id, "", sort, cursor, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range p.Holders {
				got = append(got, h.Party)
				sum.Located += h.Located
				sum.Outstanding += h.Outstanding
				sum.Recovered += h.Recovered
			}
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if !reflect.DeepEqual(got, want) || sum.Located != 800 || sum.Outstanding != 310 || sum.Recovered != 490 {
			t.Errorf("by %q: %v, %+v", sort, got, sum)
		}
	}
	if p, err := ix.RecallHolders(t.Context(), id, depot, "", "", 10); err != nil || len(p.Holders) != 1 || p.Holders[0].Party != depot || p.Holders[0].Lots != 1 {
		t.Errorf("one holder alone: %+v, %v", p, err)
	}
	if _, err := ix.RecallHolders(t.Context(), id, "", "colour", "", 1); !errors.Is(err, ErrBadSort) {
		t.Errorf("a sort that is none: %v", err)
	}
	if l, err := ix.RecallLots(t.Context(), id, "", "", 10); err != nil || len(l.Lots) != 1 || len(l.Lots[0].Holdings) != 3 {
		t.Errorf("lots: %+v, %v", l, err)
	}
	if l, err := ix.RecallLots(t.Context(), id, farm, "", 10); err != nil || len(l.Lots) != 1 || len(l.Lots[0].Holdings) != 1 || l.Lots[0].Holdings[0].Party != farm {
		t.Errorf("lots of one: %+v, %v", l, err)
	}
	for _, read := range []func() error{
		func() error { _, err := ix.Recall(t.Context(), causeB); return err },
		func() error { _, err := ix.RecallHolders(t.Context(), causeB, "", "", "", 1); return err },
		func() error { _, err := ix.RecallLots(t.Context(), causeB, "", "", 1); return err },
		func() error { _, err := ix.RecallSeries(t.Context(), causeB, "", 1); return err },
	} {
		if err := read(); !errors.Is(err, ErrNotFound) {
			t.Errorf("a recall that is not there: %v", err)
		}
	}
}

// Recalls are listed, the newest first, whether in force or not.
func TestRecallsInPages(t *testing.T) {
	c, ix := family(t)
	first := c.recallOf("S1")
	take(t, ix, c)
	second := c.recallOf("P1") // has parts that it has not reached
	c.putRecall(first, "S1", causeA)
	take(t, ix, c)
	p, err := ix.Recalls(t.Context(), "", 1)
	if err != nil || len(p.Recalls) != 1 || p.Recalls[0].ID != second || p.Recalls[0].Ended != "" || !p.Recalls[0].Spreading || p.Next == "" {
		t.Fatalf("%+v, %v", p, err)
	}
	if p, err = ix.Recalls(t.Context(), p.Next, 1); err != nil || len(p.Recalls) != 1 || p.Recalls[0].ID != first || p.Recalls[0].Ended == "" || p.Recalls[0].Spreading || p.Next != "" {
		t.Errorf("%+v, %v", p, err)
	}
}

// A drill finds what a recall would, without one, and says how much of a
// mixture stems from the lot.
func TestDrill(t *testing.T) {
	c, ix := newChain(t), openIndex(t)
	c.harvest("H1", 1000)
	c.harvest("H2", 1000)
	c.purchase("P1", "H1", 300)
	c.purchase("P2", "H2", 100)
	c.merge("M", record.Amount{Lot: "P1", Grams: 300}, record.Amount{Lot: "P2", Grams: 100})
	c.stock("H1", record.Part{Party: farm, Owned: 700, Held: 700})
	c.stock("P1")
	c.stock("P2")
	c.ship("M", 100)
	c.stock("M", record.Part{Party: depot, Owned: 400, Held: 300})
	take(t, ix, c)
	d, err := ix.Drill(t.Context(), "H1")
	if err != nil || d.Lots != 3 || d.Mixes != 0 || d.Depth != 2 || d.Located != 1100 || d.InTransit != 100 || d.AtMaker != 700 ||
		d.Outstanding != 400 || d.Stems != 1000 || len(d.Holders) != 2 || d.Holders[0].Party != depot || d.Holders[0].Outstanding != 400 {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := ix.Drill(t.Context(), "none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a lot that is not there: %v", err)
	}
}
