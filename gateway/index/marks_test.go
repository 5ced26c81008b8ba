package index

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/grainledger/grainledger/record"
)

// cause writes the state of a cause.
func (c *chain) cause(id, kind, lifted string) {
	c.put(record.CauseKey(id), &record.Cause{Kind: kind, Issuer: depot, Ref: "C", Nodes: []string{"P1"}, Lifted: lifted, Notice: "停止食用"})
}

// mark writes a lot with marks.
func (c *chain) mark(lot string, marks ...record.Mark) {
	s := *c.lots[lot]
	s.Marks = marks
	c.putLot(s)
}

// undo takes the record back that made a lot out of one parent.
func (c *chain) undo(lot, parent string) {
	maker := c.lots[lot].Record
	c.edge(lot, parent, 0, maker)
	c.stock(lot)
	c.entryOf(lot, func(e *record.Entry) { e.Voided = &record.Voided{By: causeA} })
}

var (
	causeA, causeB = record.SM3([]byte("a")), record.SM3([]byte("b"))
	held           = record.Mark{Kind: record.MarkHold, By: causeA}
	recalled       = record.Mark{Kind: record.MarkRecall, By: causeA}
	many           = record.Mark{Kind: record.MarkHold, By: record.MarkMany}
)

// family is H1 -> P1 -> S1, S2 in blocks of an index.
func family(t *testing.T) (*chain, *Index) {
	c, ix := newChain(t), openIndex(t)
	c.harvest("H1", 1000)
	c.purchase("P1", "H1", 1000)
	c.split("P1", record.Amount{Lot: "S1", Grams: 100}, record.Amount{Lot: "S2", Grams: 100})
	take(t, ix, c)
	return c, ix
}

func take(t *testing.T, ix *Index, c *chain) {
	t.Helper()
	c.tx()
	if err := ix.Apply(context.Background(), c.block()); err != nil {
		t.Fatal(err)
	}
}

func wantLate(t *testing.T, ix *Index, children ...string) {
	t.Helper()
	steps, err := ix.Late(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range steps {
		got = append(got, s.Child)
	}
	slices.Sort(got)
	if !slices.Equal(got, children) {
		t.Errorf("late are %v, want %v", got, children)
	}
}

// What is late follows the marks, block by block.
func TestLateFollowsTheMarks(t *testing.T) {
	c, ix := family(t)
	wantLate(t, ix)
	c.cause(causeA, record.MarkHold, "")
	c.mark("P1", held)
	take(t, ix, c)
	wantLate(t, ix, "S1", "S2")
	c.mark("S1", held)
	take(t, ix, c)
	wantLate(t, ix, "S2")
	c.mark("S2", many) // a collective mark stands for those that are not listed
	take(t, ix, c)
	wantLate(t, ix)
	c.mark("S2")
	take(t, ix, c)
	wantLate(t, ix, "S2")
	c.cause(causeA, record.MarkHold, causeB)
	take(t, ix, c)
	wantLate(t, ix)
	c.mark("S1") // a lifted mark that is dropped makes nothing late
	take(t, ix, c)
	wantLate(t, ix)
}

// Marks and edges of one block count together, whatever their order in it.
func TestLateWithinOneBlock(t *testing.T) {
	c, ix := newChain(t), openIndex(t)
	c.harvest("H1", 1000)
	c.purchase("P1", "H1", 1000)
	c.tx()
	c.cause(causeA, record.MarkHold, "")
	c.mark("H1", held)
	take(t, ix, c)
	wantLate(t, ix, "P1")
}

// Answers list what is in force and say what it comes to.
func TestStandings(t *testing.T) {
	c, ix := family(t)
	c.cause(causeA, record.MarkHold, "")
	c.cause(causeB, record.MarkRecall, causeA)
	c.mark("P1", held, record.Mark{Kind: record.MarkRecall, By: causeB})
	take(t, ix, c)
	l, err := ix.Lot(t.Context(), "P1")
	if err != nil || !l.Held || l.Recalled || !l.Spreading || !slices.Equal(l.Marks, []record.Mark{held}) ||
		len(l.Causes) != 1 || l.Causes[0].ID != causeA || l.Causes[0].Nodes != nil {
		t.Errorf("P1 is %+v with %v and %v, %v", l.Standing, l.Marks, l.Causes, err)
	}
	s, err := ix.Lot(t.Context(), "S1")
	if err != nil || s.Held || !s.Spreading {
		t.Errorf("S1 is %+v, %v", s.Standing, err)
	}
	tr, err := ix.Trace(t.Context(), "P1", Down, "", 10)
	if err != nil || !tr.Nodes[0].Held || tr.Nodes[0].Recalled || len(tr.Nodes[0].Lot.Marks) != 1 || tr.Nodes[1].Held {
		t.Errorf("the trace is %+v, %v", tr.Nodes, err)
	}
	k, err := ix.Cause(t.Context(), causeA)
	if err != nil || !k.Spreading || k.Waiting != 2 || k.Marked != 1 || k.Notice == "" {
		t.Errorf("the cause is %+v, %v", k, err)
	}
	if _, err := ix.Cause(t.Context(), record.SM3(nil)); !errors.Is(err, ErrNotFound) {
		t.Errorf("a cause that is not there: %v", err)
	}
}

// Pages of what a cause has reached hold each node once.
func TestReachedInPages(t *testing.T) {
	c, ix := family(t)
	c.cause(causeA, record.MarkHold, "")
	for _, lot := range []string{"P1", "S1", "S2"} {
		c.mark(lot, held)
	}
	take(t, ix, c)
	var got []string
	for cursor := ""; ; {
		p, err := ix.Reached(t.Context(), causeA, cursor, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range p.Nodes {
			got = append(got, n.ID)
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	if slices.Sort(got); !slices.Equal(got, []string{"P1", "S1", "S2"}) {
		t.Errorf("reached are %v", got)
	}
	if _, err := ix.Reached(t.Context(), causeA, "forged", 2); !errors.Is(err, ErrBadCursor) {
		t.Errorf("a forged cursor: %v", err)
	}
	if _, err := ix.Reached(t.Context(), causeB, "", 2); !errors.Is(err, ErrNotFound) {
		t.Errorf("a cause that is not there: %v", err)
	}
}

// A mix that its bin has left keeps its marks, and what a void cuts off is no
// path any more.
func TestMarksOfMixesAndCutEdges(t *testing.T) {
	c, ix := newChain(t), openIndex(t)
	c.harvest("H1", 1000)
	c.purchase("P1", "H1", 1000)
	c.store("P1", bin, 500)
	c.withdraw(bin, "W1", 100)
	take(t, ix, c)
	mix := c.bins[bin].MixID()
	c.store("P1", bin, 100) // opens another mix
	c.cause(causeA, record.MarkHold, "")
	c.put(record.MixMarksKey(mix), &record.MixMarks{Marks: []record.Mark{held}})
	take(t, ix, c)
	wantLate(t, ix, c.bins[bin].MixID(), "W1")
	tr, err := ix.Trace(t.Context(), "W1", Up, "", 10)
	if err != nil || len(tr.Nodes) < 2 || !tr.Nodes[1].Held || len(tr.Nodes[1].Marks) != 1 {
		t.Fatalf("the trace is %+v, %v", tr.Nodes, err)
	}
	maker := c.lots["W1"].Record
	c.edge("W1", mix, 0, maker)
	take(t, ix, c)
	wantLate(t, ix, c.bins[bin].MixID())
	if tr, err = ix.Trace(t.Context(), "W1", Up, "", 10); err != nil || len(tr.Nodes) != 1 || len(tr.Edges) != 0 {
		t.Errorf("what was cut off is on the path: %+v, %v", tr, err)
	}
}

// A record that was taken back says by what; under review while that is.
func TestVoidedRecord(t *testing.T) {
	c, ix := newChain(t), openIndex(t)
	c.harvest("H1", 1000)
	take(t, ix, c)
	first, err := ix.Lot(t.Context(), "H1")
	if err != nil {
		t.Fatal(err)
	}
	rec, err := ix.Record(t.Context(), first.Record)
	if err != nil || rec.Voided != nil || rec.UnderReview {
		t.Fatalf("before: %+v, %v", rec, err)
	}
	c.put(record.EntryKey(rec.Issuer, rec.Ref), &record.Entry{ID: rec.ID, Type: rec.Type,
		Voided: &record.Voided{By: causeA, Replacement: causeB}})
	c.cause(causeA, record.MarkReview, "")
	take(t, ix, c)
	rec, err = ix.Record(t.Context(), rec.ID)
	if err != nil || rec.Voided == nil || rec.Voided.By != causeA || rec.Voided.Replacement != causeB || !rec.UnderReview {
		t.Errorf("after: %+v, %v", rec, err)
	}
	c.cause(causeA, record.MarkReview, causeB)
	take(t, ix, c)
	if rec, err = ix.Record(t.Context(), rec.ID); err != nil || rec.Voided == nil || rec.UnderReview {
		t.Errorf("after the review: %+v, %v", rec, err)
	}
}

// A batch whose making was taken back is no batch any more, and its name can
// be given again.
func TestBatchThatWasTakenBack(t *testing.T) {
	c, ix := family(t)
	key := record.BatchKey("06901234567892", "B1")
	c.put(key, "S1")
	take(t, ix, c)
	c.put(key, "")
	take(t, ix, c)
	if lot, err := ix.LotByBatch(t.Context(), "06901234567892", "B1"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the batch is %q, %v", lot, err)
	}
	c.put(key, "S2")
	take(t, ix, c)
	if lot, err := ix.LotByBatch(t.Context(), "06901234567892", "B1"); err != nil || lot != "S2" {
		t.Errorf("the batch is %q, %v", lot, err)
	}
}
