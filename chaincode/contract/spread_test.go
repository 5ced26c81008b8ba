package contract_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/record"
)

// steps lists the edges along which a mark is missing.
func (w *world) steps() []record.SpreadStep {
	var out []record.SpreadStep
	edges := w.edges()
	for _, e := range slices.SortedFunc(maps.Keys(edges), edge.compare) {
		if edges[e] == 0 {
			continue
		}
		have := w.marks(e.child)
		if slices.ContainsFunc(w.marks(e.parent), func(m record.Mark) bool {
			return slices.Contains(w.marked(e.parent, m.Kind), m.By) && !slices.Contains(have, m) &&
				!slices.Contains(have, record.Mark{Kind: m.Kind, By: record.MarkMany})
		}) {
			out = append(out, record.SpreadStep{Parent: e.parent, Child: e.child, Record: e.record})
		}
	}
	return out
}

// spread calls the contract's function and answers how many marks it set.
func (w *world) spread(steps []record.SpreadStep) int {
	w.Helper()
	arg, err := json.Marshal(steps)
	if err != nil {
		w.Fatal(err)
	}
	s, err := w.run(record.FnSpread, arg, nil)
	if err != nil {
		w.Fatal(err)
	}
	var done record.SpreadDone
	if err := json.Unmarshal(s.response, &done); err != nil {
		w.Fatal(err)
	}
	return done.Set
}

// spreadAll spreads in pages until nothing is missing.
func (w *world) spreadAll(page int) {
	w.Helper()
	for steps := w.steps(); len(steps) > 0; steps = w.steps() {
		if w.spread(steps[:min(page, len(steps))]) == 0 {
			w.Fatalf("nothing is set along %v", steps)
		}
	}
}

// reached is every node that a cause must have marked: those it was set on and
// all that was made of them.
func (w *world) reached(c *record.Cause) map[string]bool {
	children := map[string][]string{}
	for e, grams := range w.edges() {
		if grams > 0 {
			children[e.parent] = append(children[e.parent], e.child)
		}
	}
	out := map[string]bool{}
	for todo := slices.Clone(c.Nodes); len(todo) > 0; todo = todo[1:] {
		if !out[todo[0]] {
			out[todo[0]] = true
			todo = append(todo, children[todo[0]]...)
		}
	}
	return out
}

// Over random histories with late marks: once spreading has finished, each
// cause in force marks all that was made of its nodes and nothing else; what
// is lifted is in force nowhere; and mass was conserved all along.
func TestMarksReachEveryDescendantAndNobodyElse(t *testing.T) {
	base := newBusyWorld(t)
	late := 0
	rapid.Check(t, func(t *rapid.T) {
		w := base.fork()
		b := &books{in: w.grams(t)}
		for n := range rapid.IntRange(30, 80).Draw(t, "records") {
			p := drawRecord(t, w, n)
			moved := w.heldInputs(p)
			v := w.say(p)
			if v.Outcome == record.Accepted {
				b.post(w, p, v.Flags)
				b.check(t, w)
				if moved != "" {
					t.Fatalf("a %s record moved %s, which is held", p.Type(), moved)
				}
			}
			if steps := w.steps(); len(steps) > 0 && rapid.IntRange(0, 4).Draw(t, "spread") == 0 {
				w.spread(rapid.Permutation(steps).Draw(t, "steps"))
			}
		}
		late += len(w.steps())
		w.spreadAll(rapid.IntRange(1, 20).Draw(t, "page"))
		w.wantMarks(t)
		for _, id := range w.causes() {
			if c := value[record.Cause](w, record.CauseKey(id)); c.Lifted == "" && c.Kind != record.MarkNonFood {
				w.accept(w.releaseOf(county, id))
			}
		}
		w.wantMarks(t)
	})
	if late == 0 {
		t.Error("no mark was ever late: the test is blind")
	}
}

func (w *world) causes() (ids []string) {
	for _, key := range slices.Sorted(maps.Keys(w.values)) {
		if len(key) > 6 && key[:6] == "cause/" {
			ids = append(ids, key[6:])
		}
	}
	return ids
}

// wantMarks compares the marks in force with what the graph says.
func (w *world) wantMarks(t *rapid.T) {
	t.Helper()
	want := map[string]bool{}
	for _, id := range w.causes() {
		c := value[record.Cause](w, record.CauseKey(id))
		if c.Lifted != "" {
			continue
		}
		for node := range w.reached(c) {
			if !w.takenBack(node) {
				want[fmt.Sprint(node, " ", c.Kind, " ", id)] = true
			}
		}
	}
	got := map[string]bool{}
	for node := range w.nodes() {
		if w.takenBack(node) {
			continue
		}
		for _, m := range w.marks(node) {
			if slices.Contains(w.marked(node, m.Kind), m.By) {
				got[fmt.Sprint(node, " ", m.Kind, " ", m.By)] = true
			}
		}
	}
	if !maps.Equal(want, got) {
		t.Fatalf("marks are\n%v\nand should be\n%v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// nodes are the lots and mixes of the graph.
func (w *world) nodes() map[string]bool {
	out := map[string]bool{}
	for key := range w.values {
		switch {
		case len(key) > 4 && key[:4] == "lot/":
			out[key[4:]] = true
		case len(key) > 4 && key[:4] == "bin/":
			out[w.bin(key[4:]).MixID()] = true
		}
	}
	for e := range w.edges() {
		out[e.child], out[e.parent] = true, true
	}
	return out
}

// takenBack tells whether a lot's making was undone: it is no grain any more.
func (w *world) takenBack(node string) bool {
	lot := value[record.LotState](w, record.LotKey(node))
	if lot == nil {
		return false
	}
	undone := map[string]bool{}
	by := ""
	for key := range w.values {
		if len(key) > 4 && key[:4] == "rec/" {
			e := value[record.Entry](w, key)
			undone[e.ID] = slices.Contains(e.Flags, record.FlagUndone)
			if e.ID == lot.Record && e.Voided != nil {
				by = e.Voided.By
			}
		}
	}
	return undone[by]
}

// heldInputs names an input of a moving record that is held, "" where none is.
func (w *world) heldInputs(p record.Payload) string {
	var lots []string
	switch p := p.(type) {
	case *record.Purchase:
		lots = []string{p.FromLot}
	case *record.Store:
		lots = []string{p.Lot}
		if b := w.bin(p.Bin); b != nil && b.Grams > 0 {
			lots = append(lots, b.MixID())
		}
	case *record.Withdraw:
		if b := w.bin(p.Bin); b != nil {
			lots = []string{b.MixID()}
		}
	case *record.Split:
		lots = []string{p.Lot}
	case *record.Merge:
		lots = []string{p.Inputs[0].Lot, p.Inputs[1].Lot}
	case *record.Process:
		lots = []string{p.Inputs[0].Lot}
	case *record.Ship:
		lots = []string{p.Lot}
	case *record.Sell:
		lots = []string{p.Lot}
	}
	for _, lot := range lots {
		known := record.BinOfMix(lot) != "" || value[record.LotState](w, record.LotKey(lot)) != nil
		if known && len(w.marked(lot, record.MarkHold)) > 0 {
			return lot
		}
	}
	return ""
}

// holdings is who owns and holds what, what lies in bins and what is on its
// way: what taking a record back at once restores to the gram.
func (w *world) holdings() map[string]string {
	out := map[string]string{}
	for key := range w.values {
		switch {
		case len(key) > 4 && key[:4] == "qty/":
			s := value[record.Stock](w, key)
			for _, p := range s.Parts {
				if p.Owned != 0 || p.NonFood != 0 || p.Held != 0 {
					out[key+" "+p.Party] = fmt.Sprint(p.Owned, p.NonFood, p.Held)
				}
			}
		case len(key) > 4 && key[:4] == "bin/":
			if b := value[record.BinState](w, key); b.Grams > 0 {
				out[key] = fmt.Sprint(b.Grams, b.DepositedGrams, b.NaturalGrams, b.Owner, b.Marks)
			}
		case len(key) > 4 && key[:4] == "shp/":
			if s := value[record.Shipment](w, key); s.Status == record.InTransit {
				out[key] = fmt.Sprint(s.Grams, s.To)
			}
		}
	}
	return out
}

// A record that is taken back at once leaves everybody with what they had
// before it, whatever came before.
func TestVoidAtOnceRestoresWhatWas(t *testing.T) {
	base := newBusyWorld(t)
	undone := map[record.Type]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := base.fork()
		for n := range rapid.IntRange(20, 60).Draw(t, "records") {
			before := w.holdings()
			p := drawRecord(t, w, n)
			if w.say(p).Outcome != record.Accepted || record.AnnulmentOf(p) != nil ||
				slices.Contains(marking, p.Type()) || p.Type() == record.TypeCheckpoint {
				continue
			}
			if w.arrivesHeld(p) || w.bringsMarks(p) {
				continue // is under review instead
			}
			again := w.fork()
			v := again.accept(&record.Void{Header: again.head(county), Annulment: again.annulment(p)}, p.Head().Issuer)
			if !slices.Contains(v.Flags, record.FlagUndone) || slices.Contains(v.Flags, record.FlagStillNonFood) {
				t.Fatalf("a %s record is not undone at once: %v", p.Type(), v.Flags)
			}
			if p.Type() != record.TypeInspect && !maps.Equal(before, again.holdings()) {
				t.Fatalf("after %s and its void:\n%v\nbefore:\n%v", p.Type(), again.holdings(), before)
			}
			undone[p.Type()]++
		}
	})
	for _, typ := range []record.Type{record.TypeHarvest, record.TypePurchase, record.TypeInspect, record.TypeStore, record.TypeWithdraw,
		record.TypeSplit, record.TypeMerge, record.TypeProcess, record.TypeShip, record.TypeReceive, record.TypeReturn,
		record.TypeCancelShip, record.TypeSell, record.TypeAdjust, record.TypeWriteOff} {
		if undone[typ] == 0 {
			t.Errorf("no %s record was ever undone: the test is blind for it", typ)
		}
	}
}

// arrivesHeld tells whether a record ends the way of grain that is held or
// recalled.
func (w *world) arrivesHeld(p record.Payload) bool {
	var lot string
	switch p := p.(type) {
	case *record.Receive:
		lot = p.Lot
	case *record.Return:
		lot = p.Lot
	case *record.CancelShip:
		lot = p.Lot
	}
	return value[record.LotState](w, record.LotKey(lot)) != nil &&
		len(w.marked(lot, record.MarkHold))+len(w.marked(lot, record.MarkRecall)) > 0
}

// bringsMarks tells whether a deposit, after others, brought its bin marks of
// other records.
func (w *world) bringsMarks(p record.Payload) bool {
	s, ok := p.(*record.Store)
	if !ok || w.bin(s.Bin).DepositedGrams == s.Grams {
		return false
	}
	e := value[record.Entry](w, record.EntryKey(s.Issuer, s.Ref))
	return slices.ContainsFunc(e.Undo.Took, func(m record.Mark) bool { return m.By != e.ID })
}

var marking = []record.Type{record.TypeHold, record.TypeRecall, record.TypeRelease}
