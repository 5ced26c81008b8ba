package index

import (
	"slices"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// standing is what a trace out of memory says of a node.
func standing(t *testing.T, ix *Index, lot string, dir Direction, node string) Standing {
	t.Helper()
	var last []byte
	for range 2 { // the second time out of memory
		raw, err := ix.AppendTrace(t.Context(), nil, lot, dir, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		if last != nil && string(raw) != string(last) {
			t.Fatalf("asked again: %s, before: %s", raw, last)
		}
		last = raw
	}
	var trace Trace
	if err := json.Unmarshal(last, &trace); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(trace.Nodes, func(n Node) bool { return n.ID == node })
	if i < 0 {
		t.Fatalf("no %s in %s", node, last)
	}
	return trace.Nodes[i].Standing
}

// A trace that is kept in memory shows a recall from the block on that brings
// it, says while it spreads that it does, and shows no longer what was
// released: by a block that speaks of the cause alone.
func TestKeptTracesShowRecalls(t *testing.T) {
	c, ix := family(t)
	c.harvest("H2", 10)
	take(t, ix, c)
	want := func(node string, recalled, spreading bool) {
		t.Helper()
		for _, from := range []struct {
			lot string
			dir Direction
		}{{"H1", Down}, {node, Up}} {
			if got := standing(t, ix, from.lot, from.dir, node); got.Recalled != recalled || got.Spreading != spreading {
				t.Errorf("%s in the trace of %s: %+v, want recalled %t, spreading %t", node, from.lot, got, recalled, spreading)
			}
		}
		if other := standing(t, ix, "H2", Down, "H2"); other.Recalled || other.Spreading != spreading {
			t.Errorf("another lot: %+v, want spreading %t", other, spreading)
		}
	}
	want("P1", false, false)
	want("S1", false, false)
	moment := ix.Moment()
	c.cause(causeA, record.MarkRecall, "")
	c.mark("P1", recalled)
	take(t, ix, c)
	if ix.Unchanged(moment, []string{"P1"}) || ix.Unchanged(moment, []string{"H2"}) {
		t.Error("pages made before the recall are shown again")
	}
	want("P1", true, true)
	want("S1", false, true)
	c.mark("S1", recalled)
	take(t, ix, c)
	want("S1", true, true)
	c.mark("S2", recalled)
	moment = ix.Moment()
	take(t, ix, c)
	if ix.Unchanged(moment, []string{"H2"}) {
		t.Error("pages that say that marks spread are shown again when none does")
	}
	want("P1", true, false)
	want("S2", true, false)
	moment = ix.Moment()
	c.cause(causeA, record.MarkRecall, causeB)
	take(t, ix, c)
	if ix.Unchanged(moment, []string{"S2"}) {
		t.Error("pages made before the release are shown again")
	}
	want("P1", false, false)
	want("S2", false, false)
}

// While marks spread, blocks that change nothing of it leave pages of other
// nodes as they are.
func TestSpreadingKeepsOtherPages(t *testing.T) {
	c, ix := family(t)
	c.harvest("H2", 10)
	c.cause(causeA, record.MarkRecall, "")
	c.mark("P1", recalled)
	take(t, ix, c)
	moment := ix.Moment()
	c.mark("S1", recalled)
	take(t, ix, c)
	if !ix.Unchanged(moment, []string{"H2"}) || ix.Unchanged(moment, []string{"S1"}) {
		t.Error("H2 changed, or S1 did not")
	}
}

// A lot whose making is undone stems from nothing, whatever was kept of it.
func TestOriginsOfWhatWasUndone(t *testing.T) {
	c, ix := newChain(t), openIndex(t)
	c.harvest("H1", 1000)
	c.harvest("H2", 1000)
	c.merge("M1", amounts("H1", 500, "H2", 500)...)
	take(t, ix, c)
	count := func(want int) {
		t.Helper()
		for range 2 {
			if origins, err := ix.Origins(t.Context(), "M1"); err != nil || len(origins) != want {
				t.Errorf("origins %v, %v, want %d", origins, err, want)
			}
		}
	}
	count(2)
	c.edge("M1", "H2", 0, c.lots["M1"].Record)
	c.undo("M1", "H1")
	take(t, ix, c)
	count(0)
	if s, err := ix.SumScope(t.Context(), "H1"); err != nil || s.Lots != 1 {
		t.Errorf("the scope of H1 is %+v, %v", s, err)
	}
	if page, err := ix.Stock(t.Context(), StockFilter{Party: depot}, "", 10); err != nil || len(page.Items) != 0 {
		t.Errorf("stock %+v, %v", page.Items, err)
	}
}

// The year of a bin's content is that of what is left in it.
func TestYearOfAMixThatADepositWasTakenOutOf(t *testing.T) {
	c, ix := newChain(t), openIndex(t)
	c.harvest("H1", 1000)
	c.makeLot(&record.Harvest{Header: c.header(farm)}, record.LotState{Lot: "H0", Grams: 1000, Variety: "1110100", HarvestYear: 2025})
	c.store("H1", bin, 300)
	take(t, ix, c)
	years := func(want int) {
		t.Helper()
		page, err := ix.Stock(t.Context(), StockFilter{Place: bin}, "", 10)
		if err != nil || len(page.Items) != 1 || page.Items[0].Year != want {
			t.Errorf("%+v, %v, want year %d", page.Items, err, want)
		}
	}
	years(2026)
	c.store("H0", bin, 300)
	deposit := c.verdicts[len(c.verdicts)-1].ID
	take(t, ix, c)
	years(0)
	b := c.binState(bin)
	b.Grams -= 300
	c.edge(b.MixID(), "H0", 0, deposit)
	c.put(record.BinKey(bin), b)
	c.tx()
	c.withdraw(bin, "W1", 100) // in the same block
	take(t, ix, c)
	years(2026)
	page, err := ix.Stock(t.Context(), StockFilter{Party: depot, Year: 2026}, "", 10)
	if err != nil || !slices.ContainsFunc(page.Items, func(i StockItem) bool { return i.Lot == "W1" }) {
		t.Errorf("what was drawn from it: %+v, %v", page.Items, err)
	}
}
