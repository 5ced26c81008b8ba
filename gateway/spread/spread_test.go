package spread

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

const kg = 1000

// grow makes a graph: lots split, merged, stored and withdrawn at random. It
// answers the depot's lots.
func (w *world) grow(r *rand.Rand, records int) []string {
	w.accept(&record.Harvest{Header: w.head(coop), Lot: "H", Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 1_000_000 * kg})
	left := map[string]int64{} // grams of each lot of the depot's
	var lots []string
	made := func(grams int64) string {
		id := fmt.Sprintf("L%d", len(left))
		left[id] = grams
		lots = append(lots, id)
		return id
	}
	for range 8 {
		id := made(1000 * kg)
		w.accept(&record.Purchase{Header: w.head(depot), Lot: id, FromLot: "H", FromGrams: 1000 * kg, Seller: coop, Nature: "200",
			GrossGrams: 1000 * kg, NetGrams: 1000 * kg})
	}
	inBin := int64(0)
	for range records {
		from, other := lots[r.IntN(len(lots))], lots[r.IntN(len(lots))]
		part := left[from] / 4
		switch n := r.IntN(4); {
		case n == 0 && part > 0:
			left[from] -= 2 * part
			w.accept(&record.Split{Header: w.head(depot), Lot: from, Outputs: []record.Amount{{Lot: made(part), Grams: part}, {Lot: made(part), Grams: part}}})
		case n == 1 && part > 0 && left[other] > 0 && from != other:
			left[from], left[other] = left[from]-part, left[other]-1
			w.accept(&record.Merge{Header: w.head(depot), Inputs: []record.Amount{{Lot: from, Grams: part}, {Lot: other, Grams: 1}},
				Output: record.Amount{Lot: made(part + 1), Grams: part + 1}})
		case n == 2 && part > 0:
			left[from], inBin = left[from]-part, inBin+part
			w.accept(&record.Store{Header: w.head(depot), Lot: from, Bin: bin, Grams: part})
		case n == 3 && inBin > 1:
			drawn := inBin / 2
			inBin -= drawn
			w.accept(&record.Withdraw{Header: w.head(depot), Bin: bin, Lot: made(drawn), Grams: drawn, Purpose: record.PurposeFeed})
		}
	}
	return lots
}

func (w *world) recall(lots ...string) string {
	return w.accept(&record.Recall{Header: w.head(rootUSCC), Targets: lots, Level: 1, Reason: "超标", Notice: "停止食用"})
}

// On a real ledger, with several spreaders at once: when nothing is late any
// more, each cause has marked all that was made of its lots and nothing else.
func TestSpreadsToAllThatWasMade(t *testing.T) {
	w := newWorld(t)
	lots := w.grow(rand.New(rand.NewPCG(1, 2)), 150)
	stop := w.spreading(3, w.ledger)
	defer stop()
	causes := map[string]string{}
	for _, lot := range []string{"H", lots[2], lots[5], lots[19]} {
		causes[w.recall(lot)] = lot
	}
	w.finished()
	for id, lot := range causes {
		w.wantReached(id, lot)
		c, err := w.index.Cause(t.Context(), id)
		if err != nil || c.Spreading || c.Waiting != 0 || c.Marked < 1 {
			t.Errorf("the cause is %+v, %v", c, err)
		}
	}
	l, err := w.index.Lot(t.Context(), lots[2])
	if err != nil || !l.Recalled || l.Spreading || len(l.Causes) != 2 {
		t.Errorf("%s is %+v, %v", lots[2], l.Standing, err)
	}
}

// More edges than one transaction takes go in pages, and a cause says how far
// it is; lifted, it has nothing more to do.
func TestSpreadsInPages(t *testing.T) {
	w := newWorld(t)
	w.accept(&record.Harvest{Header: w.head(coop), Lot: "H", Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 1_000_000 * kg})
	const perSplit, splits = 450, 3
	for s := range splits {
		var out []record.Amount
		for i := range perSplit {
			out = append(out, record.Amount{Lot: fmt.Sprintf("S%d-%d", s, i), Grams: kg})
		}
		w.accept(&record.Split{Header: w.head(coop), Lot: "H", Outputs: out})
	}
	id := w.recall("H")
	if n := w.late(); n != perSplit*splits {
		t.Fatalf("%d marks are late, want %d", n, perSplit*splits)
	}
	l, err := w.index.Lot(t.Context(), "S0-0")
	if err != nil || !l.Spreading || l.Recalled {
		t.Errorf("before it has spread a lot says %+v, %v", l.Standing, err)
	}
	c, err := w.index.Cause(t.Context(), id)
	if err != nil || !c.Spreading || c.Waiting != perSplit*splits || c.Marked != 1 {
		t.Errorf("the cause is %+v, %v", c, err)
	}
	stop := w.spreading(1, w.ledger)
	w.finished()
	stop()
	w.wantReached(id, "H")

	second := w.recall("H")
	if w.late() == 0 {
		t.Fatal("the second recall is not late")
	}
	w.accept(&record.Release{Header: w.head(rootUSCC), Record: second, Of: record.Reference{Issuer: rootUSCC, Ref: fmt.Sprintf("R-%d", w.refs-1)}, Reason: "误发"})
	if n := w.late(); n != 0 {
		t.Errorf("%d marks of a lifted cause are late", n)
	}
}

// Marks that leave a bin in the transaction in which the bin leaves its mix are
// gone for the index too: nothing waits for ever to be spread.
func TestNothingIsLateOfMarksThatAreGone(t *testing.T) {
	w := newWorld(t)
	w.accept(&record.Harvest{Header: w.head(coop), Lot: "H", Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 1000 * kg})
	buy := func(lot string) record.Payload {
		return &record.Purchase{Header: w.head(depot), Lot: lot, FromLot: "H", FromGrams: 100 * kg, Seller: coop, Nature: "200",
			GrossGrams: 100 * kg, NetGrams: 100 * kg}
	}
	store := func(lot string) record.Payload {
		return &record.Store{Header: w.head(depot), Lot: lot, Bin: bin, Grams: 10 * kg}
	}
	draw := func(lot string) record.Payload {
		return &record.Withdraw{Header: w.head(depot), Bin: bin, Lot: lot, Grams: kg, Purpose: record.PurposeFeed}
	}
	bad := store("P2")
	w.accept(buy("P1"), buy("P2"),
		&record.Inspect{Header: w.head(depot), Target: "P2", Stage: record.StagePurchase, Items: []record.Measured{{Item: "cadmium_mgkg", Value: "0.9"}}}, bad)
	a, err := record.Annul(w.sign(bad), "仓号有误")
	if err != nil {
		t.Fatal(err)
	}
	w.accept(&record.Void{Header: w.head(depot), Annulment: a}, store("P1"), draw("W2"), store("P1"))
	if n := w.late(); n != 0 {
		t.Errorf("%d marks are late", n)
	}
	l, err := w.index.Lot(t.Context(), "W2")
	if err != nil || len(l.Marks) != 1 { // that it was drawn for feed
		t.Errorf("W2 has %v, %v", l.Marks, err)
	}
}

// faulty is a ledger of which every second call fails in one of the ways that
// ledgers fail.
type faulty struct {
	Ledger
	mu    sync.Mutex
	calls int
}

func (f *faulty) Submit(ctx context.Context, tx ledger.Tx) (ledger.Commit, error) {
	f.mu.Lock()
	n := f.calls
	f.calls++
	f.mu.Unlock()
	switch n % 6 {
	case 0:
		return ledger.Commit{}, ledger.ErrConflict
	case 2:
		return ledger.Commit{}, ledger.ErrUnavailable
	case 4: // it took effect, and nobody knows
		c, err := f.Ledger.Submit(ctx, tx)
		return ledger.Commit{TxID: c.TxID}, errors.Join(err, ledger.ErrUnknown)
	}
	return f.Ledger.Submit(ctx, tx)
}

// A ledger that fails now and then holds it up and breaks nothing.
func TestSpreadsOverAFaultyLedger(t *testing.T) {
	w := newWorld(t)
	lots := w.grow(rand.New(rand.NewPCG(3, 4)), 60)
	f := &faulty{Ledger: w.ledger}
	stop := w.spreading(2, f)
	defer stop()
	id := w.recall("H")
	other := w.recall(lots[3])
	w.finished()
	w.wantReached(id, "H")
	w.wantReached(other, lots[3])
	if f.calls < 2 {
		t.Error("the ledger was hardly asked: the test is blind")
	}
}

// A spreader that was stopped in the middle is followed by another, which goes
// on where it was: what is to be done stands in the index.
func TestSpreadGoesOnAfterARestart(t *testing.T) {
	w := newWorld(t)
	w.grow(rand.New(rand.NewPCG(5, 6)), 80)
	id := w.recall("H")
	for w.late() > 0 {
		stop := w.spreading(1, w.ledger)
		time.Sleep(3 * time.Millisecond)
		stop()
	}
	w.wantReached(id, "H")
}
