package spread

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// Whatever is done with recalled grain, the figures of a recall add up to the
// gram: what it found at first is recovered, outstanding or lost; holders and
// lots sum to the same; and the model that did it all agrees.
func TestRecallFiguresAddUp(t *testing.T) {
	w := newWorld(t)

	miller := uscc("91320582MA0000006")
	w.accept(&record.Enterprise{Header: w.head(rootUSCC), USCC: miller, Name: "米厂", Kind: record.KindProcessor, Division: "320582"},
		&record.Key{Header: w.head(rootUSCC), Action: record.KeyRegister, Subject: miller, PublicKey: w.key(miller).Public().Point()},
		&record.Harvest{Header: w.head(coop), Lot: "H", Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 1_000_000 * kg})
	stop := w.spreading(1, w.ledger)
	defer stop()
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		marked := fmt.Sprintf("P-%d", round)
		w.accept(&record.Purchase{Header: w.head(depot), Lot: marked, FromLot: "H", FromGrams: 100 * kg, Seller: coop, Nature: "200",
			GrossGrams: 100 * kg, NetGrams: 100 * kg})
		// Some of it lies with the mill already, some is on its way there.
		sent := &record.Ship{Header: w.head(depot), Lot: marked, Grams: 20 * kg, Owner: depot, To: miller}
		under := &record.Ship{Header: w.head(depot), Lot: marked, Grams: 10 * kg, Owner: depot, To: miller}
		w.accept(sent, under, &record.Receive{Header: w.head(miller), Shipper: depot, Shipment: sent.Ref, Lot: marked, Grams: 20 * kg})
		id := w.accept(&record.Recall{Header: w.head(depot), Targets: []string{marked}, Level: 2, Reason: "超标", Notice: "停止食用"})
		w.finished()
		var total, returned, written, lost int64 = 100 * kg, 0, 0, 0
		atDepot, atMill := int64(70*kg), int64(20*kg)
		way := int64(10 * kg)
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			part := rapid.Int64Range(1, 5*kg).Draw(rt, "grams")
			switch rapid.IntRange(0, 3).Draw(rt, "what") {
			case 0: // written off where it lies
				w.accept(&record.WriteOff{Header: w.head(depot), Target: marked, Grams: part, Reason: "销毁"})
				atDepot, written = atDepot-part, written+part
			case 1: // sent back, some of it lost on the way
				if atMill < part {
					continue
				}
				loss := rapid.Int64Range(0, part-1).Draw(rt, "loss")
				back := &record.Ship{Header: w.head(miller), Lot: marked, Grams: part, Owner: depot, To: depot}
				w.accept(back, &record.Receive{Header: w.head(depot), Shipper: miller, Shipment: back.Ref, Lot: marked, Grams: part - loss})
				atMill, atDepot, returned, lost = atMill-part, atDepot+part-loss, returned+part-loss, lost+loss
			case 2: // refused at the door
				if way > 0 {
					w.accept(&record.Return{Header: w.head(miller), Shipper: depot, Shipment: under.Ref, Lot: marked})
					atDepot, returned, way = atDepot+way, returned+way, 0
				}
			case 3: // written off by mistake, and taken back
				off := &record.WriteOff{Header: w.head(depot), Target: marked, Grams: part, Reason: "误"}
				w.accept(off)
				a, err := record.Annul(w.sign(off), "误报")
				if err != nil {
					rt.Fatal(err)
				}
				w.accept(&record.Void{Header: w.head(depot), Annulment: a})
			}
			w.catchUp()
			r, err := w.index.Recall(w.Context(), id)
			if err != nil {
				rt.Fatal(err)
			}
			want := index.RecallFigures{Total: total, Located: atDepot + atMill + way, InTransit: way, AtTaker: atDepot, Returned: returned, WrittenOff: written,
				Recovered: atDepot + written, Outstanding: atMill + way, Lost: lost}
			if *r.Figures != want {
				rt.Fatalf("figures\n%+v, want\n%+v", *r.Figures, want)
			}
			w.wantParts(rt, id, &want)
		}
	})
}

// wantParts wants holders and lots to sum to the figures.
func (w *world) wantParts(rt rapid.TB, id string, want *index.RecallFigures) {
	h, err := w.index.RecallHolders(w.Context(), id, "", "", "", index.MaxLimit)
	if err != nil {
		rt.Fatal(err)
	}
	var located, recovered, outstanding, there int64
	for _, one := range h.Holders {
		located, recovered, outstanding = located+one.Located, recovered+one.Recovered, outstanding+one.Outstanding
	}
	l, err := w.index.RecallLots(w.Context(), id, "", "", index.MaxLimit)
	if err != nil {
		rt.Fatal(err)
	}
	for _, one := range l.Lots {
		there += one.InTransit
		for _, p := range one.Holdings {
			there += p.Held
		}
	}
	if located != want.Located || recovered != want.Recovered || outstanding != want.Outstanding || there != want.Located {
		rt.Fatalf("holders sum to %d, %d, %d and lots to %d; the recall is %+v", located, recovered, outstanding, there, *want)
	}
}

// On a graph of any shape, with bins, splits and merges before and after, the
// sums that blocks have moved are those that all lots and holders make.
func TestRecallOfAGrownGraph(t *testing.T) {
	w := newWorld(t)
	stop := w.spreading(2, w.ledger)
	defer stop()
	lots := w.grow(rand.New(rand.NewPCG(7, 8)), 120)
	for _, lot := range []string{"H", lots[1], lots[9]} {
		id := w.recall(lot)
		w.finished()
		r, err := w.index.Recall(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		d, err := w.index.Drill(t.Context(), lot)
		if err != nil || d.Located != r.Figures.Located || int64(d.Lots+d.Mixes) != r.Marked || d.Stems > d.Located || d.Stems <= 0 {
			t.Errorf("of %s the drill found %+v, %v; the recall %+v", lot, d, err, r.Figures)
		}
		w.wantParts(t, id, r.Figures)
		if r.Figures.Lost != 0 || r.Figures.Total != r.Figures.Located {
			t.Errorf("nothing was done, and the figures are %+v", r.Figures)
		}
	}
}
