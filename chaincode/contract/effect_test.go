package contract_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/grainledger/grainledger/record"
)

func TestNonFoodIsInherited(t *testing.T) {
	bad := record.Measured{Item: "cadmium_mgkg", Value: "0.41"}
	w := newWorld(t)
	w.harvested("H1", 1000)
	w.bought(depot, "P1", "H1", 400)
	w.bought(depot, "P2", "H1", 400)
	v := w.accept(w.report("P1", record.StagePurchase, bad))
	if !slices.Contains(v.Flags, record.FlagNonFood) {
		t.Error("not flagged")
	}
	w.accept(&record.Split{Header: w.head(depot), Lot: "P1", Outputs: []record.Amount{{Lot: "S1", Grams: 100 * kg}}})
	w.accept(&record.Merge{Header: w.head(depot), Inputs: []record.Amount{{Lot: "S1", Grams: 50 * kg}, {Lot: "P2", Grams: 50 * kg}}, Output: record.Amount{Lot: "M1", Grams: 100 * kg}})
	w.stored(binA, "P2", 100)
	if v := w.accept(&record.Store{Header: w.head(depot), Lot: "P1", Bin: binA, Grams: kg}); !slices.Contains(v.Flags, record.FlagNonFoodMixed) {
		t.Error("mixing was not flagged")
	}
	w.passed(binA)
	w.refuse(record.NotForFood, &record.Withdraw{Header: w.head(depot), Bin: binA, Lot: "W1", Grams: kg, Purpose: record.PurposeFood})
	w.accept(&record.Withdraw{Header: w.head(depot), Bin: binA, Lot: "W1", Grams: kg, Purpose: record.PurposeFeed})
	for _, lot := range []string{"P1", "S1", "M1", "W1"} {
		if !w.unfit(lot) {
			t.Errorf("%s may be eaten", lot)
		}
	}
	if w.unfit("P2") {
		t.Error("P2 must not be marked")
	}
	// Emptied, the bin begins anew.
	w.accept(&record.Withdraw{Header: w.head(depot), Bin: binA, Lot: "W2", Grams: 100 * kg, Purpose: record.PurposeFeed})
	w.stored(binA, "P2", 10)
	if b := w.bin(binA); w.unfit(b.MixID()) || b.Epoch != 2 {
		t.Errorf("the new epoch is %+v", b)
	}
}

func TestGrainSoldForAnotherPurpose(t *testing.T) {
	w := newWorld(t)
	w.harvested("H1", 1000)
	w.bought(depot, "P1", "H1", 400)
	w.accept(&record.Sell{Header: w.head(depot), Lot: "P1", Buyer: mill, Grams: 100 * kg, Purpose: record.PurposeFeed})
	w.accept(&record.Sell{Header: w.head(depot), Lot: "P1", Buyer: mill, Grams: 50 * kg, Purpose: record.PurposeFood})
	s := value[record.Stock](w, record.StockKey("P1"))
	i := slices.IndexFunc(s.Parts, func(p record.Part) bool { return p.Party == mill })
	if p := s.Parts[i]; p.Owned != 50*kg || p.NonFood != 100*kg {
		t.Errorf("the mill's part is %+v", p)
	}
	// What is fit for food is drawn first; drawing more marks what is made.
	h := w.head(depot)
	w.accept(&record.Ship{Header: h, Lot: "P1", Grams: 150 * kg, Owner: mill, To: mill})
	w.accept(&record.Receive{Header: w.head(mill), Shipper: depot, Shipment: h.Ref, Lot: "P1", Grams: 150 * kg})
	milled := func(out string, kilos int64) {
		w.accept(&record.Process{Header: w.head(mill), Inputs: []record.Amount{{Lot: "P1", Grams: kilos * kg}},
			Outputs: []record.Product{{Lot: out, Product: "大米", Grams: kilos * kg}}})
	}
	milled("R1", 50)
	milled("R2", 50)
	if w.unfit("R1") || !w.unfit("R2") {
		t.Error("the wrong product is marked")
	}
}

func TestTransit(t *testing.T) {
	w := newWorld(t)
	prepare(w)
	h := shipped(w)
	part := func(party string) record.Part {
		s := value[record.Stock](w, record.StockKey("P1"))
		if i := slices.IndexFunc(s.Parts, func(p record.Part) bool { return p.Party == party }); i >= 0 {
			return s.Parts[i]
		}
		return record.Part{}
	}
	if p := part(depot); p.Owned != 400*kg || p.Held != 300*kg {
		t.Errorf("on its way: %+v", p)
	}
	v := w.accept(&record.Receive{Header: w.head(mill), Shipper: depot, Shipment: h.Ref, Lot: "P1", Grams: 90 * kg})
	if !slices.Contains(v.Flags, record.FlagTransitLoss) {
		t.Error("a loss of a tenth was not flagged")
	}
	if p := part(depot); p.Owned != 390*kg || p.Held != 300*kg {
		t.Errorf("the loss does not fall on the owner: %+v", p)
	}
	if p := part(mill); p.Owned != 0 || p.Held != 90*kg {
		t.Errorf("the receiver has %+v", p)
	}
	h = shipped(w)
	w.accept(&record.CancelShip{Header: w.head(depot), Shipment: h.Ref, Lot: "P1"})
	if p := part(depot); p.Owned != 390*kg || p.Held != 300*kg {
		t.Errorf("after the shipment was cancelled: %+v", p)
	}
}

func TestBinMixes(t *testing.T) {
	w := newWorld(t)
	w.harvested("H1", 1000)
	w.bought(depot, "P1", "H1", 100)
	w.bought(depot, "P2", "H1", 100)
	w.stored(binA, "P1", 60)
	w.stored(binA, "P2", 30)
	w.passed(binA)
	w.drawn(binA, "W1", 30)
	w.drawn(binA, "W2", 30)
	w.stored(binA, "P1", 30)
	w.passed(binA)
	w.drawn(binA, "W3", 60)
	w.stored(binA, "P2", 10)
	edges := map[string]int64{}
	for e, grams := range w.edges() {
		if e.parent != "H1" {
			edges[e.child+"<"+e.parent] += grams
		}
	}
	mix := func(epoch, n int) string { return record.MixID(binA, epoch, n) }
	for edge, grams := range map[string]int64{
		mix(1, 0) + "<P1": 60 * kg, mix(1, 0) + "<P2": 30 * kg,
		"W1<" + mix(1, 0): 30 * kg, "W2<" + mix(1, 0): 30 * kg,
		mix(1, 1) + "<" + mix(1, 0): 30 * kg, mix(1, 1) + "<P1": 30 * kg,
		"W3<" + mix(1, 1): 60 * kg, mix(2, 0) + "<P2": 10 * kg,
	} {
		if edges[edge] != grams {
			t.Errorf("%s: %d g, want %d", edge, edges[edge], grams)
		}
		delete(edges, edge)
	}
	if len(edges) > 0 {
		t.Errorf("edges too many: %v", edges)
	}
}

func TestLossesOfStorage(t *testing.T) {
	w := newWorld(t)
	w.harvested("H1", 10_000)
	p := &record.Purchase{Header: w.head(depot), Lot: "P1", FromLot: "H1", FromGrams: 5000 * kg, Seller: coop, Nature: "200", GrossGrams: 5000 * kg, NetGrams: 5000 * kg}
	w.accept(p)
	s := &record.Store{Header: w.head(depot), Lot: "P1", Bin: binA, Grams: 5000 * kg}
	s.OccurredAt = w.at(200)
	w.accept(s)
	// The quota for 200 days is 0.15 % of what was stored: 7.5 kg.
	adjust := func(grams int64) []record.Flag {
		return w.accept(&record.Adjust{Header: w.head(depot), Target: binA, Kind: record.AdjustNatural, Grams: grams}).Flags
	}
	if f := adjust(7500); len(f) != 0 {
		t.Errorf("within the quota: %v", f)
	}
	if f := adjust(1); !slices.Contains(f, record.FlagOverQuota) {
		t.Errorf("a gram over the quota: %v", f)
	}
	v := w.accept(&record.WriteOff{Header: w.head(depot), Target: binA, Grams: kg, Reason: "霉变"})
	if !slices.Contains(v.Flags, record.FlagRegulatorNotified) {
		t.Error("a write-off does not show to the regulator")
	}
}

func TestRuleTablesAreReplaced(t *testing.T) {
	w := newWorld(t)
	w.harvested("H1", 1000)
	w.bought(depot, "P1", "H1", 400)
	s := &record.Store{Header: w.head(depot), Lot: "P1", Bin: binA, Grams: 400 * kg}
	s.OccurredAt = w.at(50)
	w.accept(s)
	r := w.report(binA, record.StageOutbound)
	r.OccurredAt = w.at(40)
	w.accept(r)
	out := func(daysAgo int) *record.Withdraw {
		p := &record.Withdraw{Header: w.head(depot), Bin: binA, Lot: "W" + w.at(daysAgo)[:10], Grams: kg, Purpose: record.PurposeFood}
		p.OccurredAt = w.at(daysAgo)
		return p
	}
	w.refuse(record.NoInspection, out(0))  // 40 days old, 30 are allowed
	w.refuse(record.NoInspection, out(41)) // before the report
	w.accept(out(10))
	w.accept(&record.Rule{Header: w.head(rootUSCC), Table: record.TableValidity, EffectiveFrom: w.at(5)[:10],
		Document: "国粮规〔2026〕1号", Content: []byte(`{"outboundDays":60}`)})
	w.refuse(record.NoInspection, out(6)) // the rule of that day
	w.accept(out(4))
}

func TestGrainIsSoldOnItsWay(t *testing.T) {
	w := newWorld(t)
	prepare(w)
	h := w.head(depot)
	w.accept(&record.Ship{Header: h, Lot: "P1", Grams: 400 * kg, Owner: depot, To: mill})
	sell := func(to string, kilos int64) {
		t.Helper()
		w.accept(&record.Sell{Header: w.head(depot), Lot: "P1", Buyer: to, Grams: kilos * kg, Purpose: record.PurposeFood})
	}
	sell(mill, 300)
	sell(shop, 99)
	// 9 kg are lost: the 1 kg that the depot kept, and 8 of the shop's, which
	// holds none of what it owns. The mill has its own in its hands.
	w.accept(&record.Receive{Header: w.head(mill), Shipper: depot, Shipment: h.Ref, Lot: "P1", Grams: 391 * kg})
	owned := map[string]int64{}
	for _, p := range value[record.Stock](w, record.StockKey("P1")).Parts {
		owned[p.Party] = p.Owned
	}
	if owned[depot] != 0 || owned[mill] != 300*kg || owned[shop] != 91*kg {
		t.Errorf("the loss fell as %v", owned)
	}
}

func TestReductionsAddUp(t *testing.T) {
	w := newWorld(t)
	w.harvested("H1", 2000)
	w.bought(depot, "P1", "H1", 1000)
	w.stored(binA, "P1", 1000)
	drier := func(grams int64) []record.Flag {
		return w.accept(&record.Adjust{Header: w.head(depot), Target: binA, Kind: record.AdjustMoisture, Grams: grams, Before: "14.0", After: "13.0"}).Flags
	}
	// 1,000 kg from 14 % to 13 % lose 11,494 g, however often that is claimed.
	if f := drier(11_494); len(f) != 0 {
		t.Errorf("within what the values allow: %v", f)
	}
	if f := drier(1); !slices.Contains(f, record.FlagOverQuota) {
		t.Errorf("claimed again: %v", f)
	}
}

func TestProductsDoNotMixWithRawGrain(t *testing.T) {
	w := newWorld(t)
	prepare(w)
	w.accept(&record.Facility{Header: w.head(rootUSCC), Code: mill + "001000100101", Name: "仓", USCC: mill, Kind: record.FacilityBin})
	bin := mill + "001000100101"
	w.accept(&record.Process{Header: w.head(mill), Inputs: []record.Amount{{Lot: "M1", Grams: 100 * kg}}, Outputs: []record.Product{{Lot: "R1", Product: "大米", Grams: 100 * kg}}})
	w.stored(bin, "R1", 50)
	w.refuse(record.MixedBin, &record.Store{Header: w.head(mill), Lot: "M1", Bin: bin, Grams: kg})
	w.passed(bin)
	w.drawn(bin, "W1", 10)
	if l := value[record.LotState](w, record.LotKey("W1")); l.Product != "大米" {
		t.Errorf("the withdrawn lot is %q", l.Product)
	}
}

func TestWhoseGrain(t *testing.T) {
	w := newWorld(t)
	prepare(w)
	sell := func(to string, kilos int64) {
		t.Helper()
		w.accept(&record.Sell{Header: w.head(depot), Lot: "P1", Buyer: to, Grams: kilos * kg, Purpose: record.PurposeFood})
	}
	sell(mill, 150)
	sell(shop, 150) // the depot keeps 100 of 400 kg, and holds them all
	store := func(kilos int64, owner string) *record.Store {
		return &record.Store{Header: w.head(depot), Lot: "P1", Bin: binA, Grams: kilos * kg, Owner: owner}
	}
	w.refuse(record.OwnerUnclear, store(120, ""))         // the mill's, or the shop's
	w.refuse(record.InsufficientQuantity, store(160, "")) // nobody's
	w.accept(store(120, mill))
	w.refuse(record.MixedBin, store(30, "")) // the depot's own, in a bin that holds the mill's
	w.accept(store(30, mill))
}

func TestAnAccompliceCannotLoseAnothersGrain(t *testing.T) {
	w := newWorld(t)
	w.harvested("H1", 100)
	w.accept(&record.Sell{Header: w.head(coop), Lot: "H1", Buyer: depot, Grams: 50 * kg, Purpose: record.PurposeFood})
	ship := func(to string, kilos int64) string {
		h := w.head(coop)
		w.accept(&record.Ship{Header: h, Lot: "H1", Grams: kilos * kg, Owner: coop, To: to})
		return h.Ref
	}
	h := w.head(coop)
	w.accept(&record.Ship{Header: h, Lot: "H1", Grams: 50 * kg, Owner: depot, To: depot})
	w.accept(&record.Receive{Header: w.head(depot), Shipper: coop, Shipment: h.Ref, Lot: "H1", Grams: 50 * kg})
	ref := ship(coop2, 50)
	w.accept(&record.Sell{Header: w.head(coop), Lot: "H1", Buyer: mill, Grams: 50 * kg, Purpose: record.PurposeFood})
	w.accept(&record.Receive{Header: w.head(coop2), Shipper: coop, Shipment: ref, Lot: "H1", Grams: 0})
	for _, p := range value[record.Stock](w, record.StockKey("H1")).Parts {
		if p.Party == depot && (p.Owned != 50*kg || p.Held != 50*kg) {
			t.Errorf("the depot, no party to the shipment, has %+v", p)
		}
	}
}

func TestAnOwnLabSpeaksForItsOwnGrain(t *testing.T) {
	w := newWorld(t)
	prepare(w)
	w.accept(&record.Sell{Header: w.head(depot), Lot: "P1", Buyer: mill, Grams: 1, Purpose: record.PurposeFood})
	r := w.report("P1", record.StageStorage, record.Measured{Item: "cadmium_mgkg", Value: "9"})
	r.Issuer = mill
	w.accept(r)
	if w.unfit("P1") {
		t.Error("the owner of one gram condemned the lot")
	}
	w.accept(&record.Sell{Header: w.head(depot), Lot: "P1", Buyer: shop, Grams: kg, Purpose: record.PurposeFood})
	w.refuse(record.NotForFood, &record.Sell{Header: w.head(mill), Lot: "P1", Buyer: shop, Grams: 1, Purpose: record.PurposeFood})
	r = w.report("M1", record.StageStorage, record.Measured{Item: "cadmium_mgkg", Value: "9"})
	r.Issuer = mill // all its own
	w.accept(r)
	if !w.unfit("M1") {
		t.Error("the mill's own lot may be eaten")
	}
}

func TestABinHasABound(t *testing.T) {
	w := newWorld(t)
	for i := range 3 {
		lot := fmt.Sprintf("P%d", i)
		w.accept(&record.Purchase{Header: w.head(depot), Lot: lot, Variety: "1132002", Seller: stranger, Nature: "200", GrossGrams: record.MaxGrams / 2, NetGrams: record.MaxGrams / 2})
		p := &record.Store{Header: w.head(depot), Lot: lot, Bin: binA, Grams: record.MaxGrams / 2}
		if i < 2 {
			w.accept(p)
		} else {
			w.refuse(record.TooMuch, p)
		}
	}
}

func TestGrainThatNoRuleKnowsCanLeaveItsBin(t *testing.T) {
	w := newWorld(t)
	w.accept(&record.Purchase{Header: w.head(depot), Lot: "PX", Variety: "1990000", Seller: stranger, Nature: "200", GrossGrams: kg, NetGrams: kg})
	w.stored(binA, "PX", 1)
	v := w.accept(w.report(binA, record.StageOutbound, record.Measured{Item: "moisture", Value: "12"}))
	if !slices.Contains(v.Flags, record.FlagNoRule) {
		t.Errorf("not flagged: %v", v.Flags)
	}
	w.drawn(binA, "WX", 1)
}
