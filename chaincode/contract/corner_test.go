package contract_test

import (
	"testing"

	"github.com/grainledger/grainledger/record"
)

func TestARefusedRecordLeavesNothingToTheNext(t *testing.T) {
	w := newWorld(t)
	prepare(w)
	split := &record.Split{Header: w.head(depot), Lot: "P1", Outputs: []record.Amount{{Lot: "S1", Grams: 300 * kg}, {Lot: "S2", Grams: 101 * kg}}}
	v := w.submit(w.sign(split), w.sign(w.harvest(coop, "H2")))
	want(t, v[0], record.Rejected, record.InsufficientQuantity)
	want(t, v[1], record.Accepted, 0)
	if value[record.LotState](w, record.LotKey("S1")) != nil {
		t.Error("the first output of the refused split exists")
	}
}

func TestCustodyAndOwnershipAreCountedApart(t *testing.T) {
	w := newWorld(t)
	prepare(w)
	shipped(w) // 300 kg are left in the depot's hands, of 400 it bought
	w.accept(&record.CancelShip{Header: w.head(depot), Shipment: lastShipment(w), Lot: "P1"})
	w.accept(&record.Ship{Header: w.head(depot), Lot: "P1", Grams: 100 * kg, Owner: depot, To: depot2})
	w.accept(&record.Receive{Header: w.head(depot2), Shipper: depot, Shipment: lastShipment(w), Lot: "P1", Grams: 100 * kg})
	// The depot owns 400 kg and holds 300; depot2 holds 100 and owns none.
	w.refuse(record.InsufficientQuantity, &record.Store{Header: w.head(depot), Lot: "P1", Bin: binA, Grams: 300*kg + 1})
	w.refuse(record.InsufficientQuantity, &record.Store{Header: w.head(depot2), Lot: "P1", Bin: binC, Grams: 100*kg + 1})
	w.accept(&record.Store{Header: w.head(depot), Lot: "P1", Bin: binA, Grams: 300 * kg})
	w.accept(&record.Store{Header: w.head(depot2), Lot: "P1", Bin: binC, Grams: 100 * kg}) // 代储
	if b := value[record.BinState](w, record.BinKey(binC)); b.Owner != depot {
		t.Errorf("the grain in depot2's bin belongs to %s", b.Owner)
	}
	w.passed(binC)
	w.drawn(binC, "W1", 40)
	s := value[record.Stock](w, record.StockKey("W1"))
	for _, p := range s.Parts {
		if (p.Party == depot) != (p.Owned == 40*kg) || (p.Party == depot2) != (p.Held == 40*kg) {
			t.Errorf("the withdrawn lot is held as %+v", s.Parts)
		}
	}
}

func lastShipment(w *world) string {
	ref := ""
	for key := range w.values {
		if len(key) > 4 && key[:4] == "shp/" {
			ref = max(ref, value[record.Shipment](w, key).Ref)
		}
	}
	return ref
}

func TestSellingOnWhatIsNotForFood(t *testing.T) {
	w := newWorld(t)
	prepare(w)
	sell := func(by, to string, kilos int64, purpose string) {
		t.Helper()
		w.accept(&record.Sell{Header: w.head(by), Lot: "P1", Buyer: to, Grams: kilos * kg, Purpose: purpose})
	}
	sell(depot, mill, 100, record.PurposeFeed)
	sell(depot, mill, 100, record.PurposeFood)
	sell(mill, shop, 150, record.PurposeIndustrial) // the marked grain goes first
	s := value[record.Stock](w, record.StockKey("P1"))
	total := int64(0)
	for _, p := range s.Parts {
		total += p.Owned + p.NonFood
		if p.Party == mill && (p.Owned != 50*kg || p.NonFood != 0) || p.Party == shop && (p.Owned != 0 || p.NonFood != 150*kg) {
			t.Errorf("%+v", p)
		}
	}
	if total != 400*kg {
		t.Errorf("%d g are owned", total)
	}
}

func TestTheRootDoesNotStandInForARevokedKey(t *testing.T) {
	w := newWorld(t)
	w.accept(&record.Key{Header: w.head(coop), Action: record.KeyRevoke, Subject: coop, KeyID: w.key(coop).Public().ID()})
	want(t, w.say(w.harvest(coop, "H1"), rootUSCC), record.Rejected, record.KeyNotValid)
}
