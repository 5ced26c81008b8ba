package contract_test

import (
	"slices"
	"testing"

	"github.com/grainledger/grainledger/record"
)

// newHoldWorld has grain in every state: H1 harvested, P1 bought, 40 kg of it
// in bin A, W1 withdrawn from there, R1 milled of W1, and a load on its way.
func newHoldWorld(t *testing.T) *world {
	w := newWorld(t)
	w.harvested("H1", 1000)
	w.bought(depot, "P1", "H1", 100)
	w.bought(depot, "P2", "H1", 100)
	w.bought(mill, "M1", "H1", 100)
	w.stored(binA, "P1", 40)
	w.passed(binA)
	w.drawn(binA, "W1", 10)
	return w
}

func (w *world) holdOf(by, target string) *record.Hold {
	return &record.Hold{Header: w.head(by), Target: target, Reason: "镉超标，待复检"}
}

// heldAt is the hold of another target.
func heldAt(h *record.Hold, target string) *record.Hold {
	h.Target = target
	return h
}

func (w *world) recallOf(by string, lots ...string) *record.Recall {
	return &record.Recall{Header: w.head(by), Targets: lots, Level: 1, Reason: "超标", Notice: "请停止食用"}
}

// id is the id of the record under a header.
func (w *world) id(h record.Header) string {
	w.Helper()
	return value[record.Entry](w, record.EntryKey(h.Issuer, h.Ref)).ID
}

func TestWhoMayHoldAndRecall(t *testing.T) {
	w := newHoldWorld(t)
	far := uscc("11110000MA000000B")
	w.accept(&record.Enterprise{Header: w.head(rootUSCC), USCC: far, Name: "远", Kind: record.KindRegulator, Division: "110000"})
	w.accept(&record.Key{Header: w.head(rootUSCC), Action: record.KeyRegister, Subject: far, PublicKey: w.key(far).Public().Point()})
	w.accept(&record.Sell{Header: w.head(depot), Lot: "P2", Buyer: stranger, Grams: 10 * kg, Purpose: record.PurposeFood})
	out := w.head(depot)
	w.accept(&record.Ship{Header: out, Lot: "P2", Grams: 10 * kg, Owner: stranger, To: stranger})
	w.accept(&record.Receive{Header: w.head(stranger), Shipper: depot, Shipment: out.Ref, Lot: "P2", Grams: 10 * kg})
	held := func(by, holder string) *record.Hold {
		h := w.holdOf(by, "P2")
		h.Holder = holder
		return h
	}
	for _, tc := range []struct {
		name string
		say  record.Payload
		want record.Code // 0 where it is accepted
	}{
		{"a regulator of the division", w.holdOf(county, "P1"), 0},
		{"the root, which is everywhere", w.holdOf(rootUSCC, "P1"), 0},
		{"a regulator of another division", w.holdOf(far, "P1"), record.NotAuthorised},
		{"a regulator where somebody holds some", held(far, stranger), 0},
		{"a regulator where somebody holds none", heldAt(held(far, stranger), "P1"), record.NotCustodian},
		{"a regulator with a holder of another division", held(far, depot), record.NotAuthorised},
		{"an owner", w.holdOf(depot, "P1"), 0},
		{"who bought some", w.holdOf(stranger, "P2"), 0},
		{"who owns nothing", w.holdOf(shop, "P1"), record.NotOwner},
		{"a lab", w.holdOf(lab, "P1"), record.NotAuthorised},
		{"a lot that is not there", w.holdOf(county, "X"), record.UnknownLot},
		{"a bin's regulator", w.holdOf(county, binA), 0},
		{"the owner of what lies in a bin", w.holdOf(depot, binA), 0},
		{"another's bin", w.holdOf(mill, binA), record.NotOwner},
		{"a bin that never held anything", w.holdOf(county, binB), record.InsufficientQuantity},
		{"a bin that is not there", w.holdOf(county, depot+"009000100101"), record.UnknownBin},
		{"recall by a regulator", w.recallOf(county, "P1", "P2"), 0},
		{"recall by the maker", w.recallOf(coop, "H1"), 0},
		{"recall by who has nothing to do with it", w.recallOf(shop, "P1"), record.NotOwner},
		{"recall of lots of which one is another's", w.recallOf(mill, "M1", "P1"), record.NotOwner},
		{"recall to a party that is not registered", func() record.Payload {
			r := w.recallOf(county, "P1")
			r.To = uscc("91110000MA000000C")
			return r
		}(), record.UnknownEnterprise},
	} {
		t.Run(tc.name, func(t *testing.T) {
			again := w.fork()
			again.TB = t
			if tc.want == 0 {
				again.accept(tc.say)
			} else {
				again.refuse(tc.want, tc.say)
			}
		})
	}
}

// Held grain does not move, and what is on its way arrives.
func TestHeldGrainDoesNotMove(t *testing.T) {
	base := newHoldWorld(t)
	way := base.head(depot)
	base.accept(&record.Ship{Header: way, Lot: "P2", Grams: 10 * kg, Owner: depot, To: mill})
	for _, id := range []string{"H1", "P1", "P2", "M1", "W1", binA} {
		base.accept(base.holdOf(county, id))
	}
	one := []record.Amount{{Lot: "P1", Grams: kg}}
	for _, tc := range []struct {
		name string
		want record.Code
		say  func(w *world) record.Payload
	}{
		{"sell", record.OnHold, func(w *world) record.Payload {
			return &record.Sell{Header: w.head(depot), Lot: "P1", Buyer: mill, Grams: kg, Purpose: record.PurposeFood}
		}},
		{"sell more than there is", record.OnHold, func(w *world) record.Payload {
			return &record.Sell{Header: w.head(depot), Lot: "P1", Buyer: mill, Grams: 9999 * kg, Purpose: record.PurposeFood}
		}},
		{"ship", record.OnHold, func(w *world) record.Payload {
			return &record.Ship{Header: w.head(depot), Lot: "P1", Grams: kg, Owner: depot, To: mill}
		}},
		{"store", record.OnHold, func(w *world) record.Payload {
			return &record.Store{Header: w.head(depot), Lot: "P1", Bin: binB, Grams: kg}
		}},
		{"split", record.OnHold, func(w *world) record.Payload {
			return &record.Split{Header: w.head(depot), Lot: "P1", Outputs: []record.Amount{{Lot: "S1", Grams: kg}}}
		}},
		{"split more than there is", record.OnHold, func(w *world) record.Payload {
			return &record.Split{Header: w.head(depot), Lot: "P1", Outputs: []record.Amount{{Lot: "S1", Grams: 9999 * kg}}}
		}},
		{"merge", record.OnHold, func(w *world) record.Payload {
			return &record.Merge{Header: w.head(depot), Inputs: append(one, record.Amount{Lot: "P2", Grams: kg}), Output: record.Amount{Lot: "X1", Grams: 2 * kg}}
		}},
		{"process", record.OnHold, func(w *world) record.Payload {
			return &record.Process{Header: w.head(mill), Inputs: []record.Amount{{Lot: "M1", Grams: kg}}, Outputs: []record.Product{{Lot: "R1", Product: "大米", Grams: kg}}}
		}},
		{"withdraw", record.OnHold, func(w *world) record.Payload {
			return &record.Withdraw{Header: w.head(depot), Bin: binA, Lot: "W2", Grams: kg, Purpose: record.PurposeFeed}
		}},
		{"a purchase out of a held harvest", record.OnHold, func(w *world) record.Payload {
			return &record.Purchase{Header: w.head(mill), Lot: "P9", FromLot: "H1", FromGrams: kg, Seller: coop, Nature: "200", GrossGrams: kg, NetGrams: kg}
		}},
		{"receive", 0, func(w *world) record.Payload {
			return &record.Receive{Header: w.head(mill), Shipper: depot, Shipment: way.Ref, Lot: "P2", Grams: 10 * kg}
		}},
		{"return", 0, func(w *world) record.Payload {
			return &record.Return{Header: w.head(mill), Shipper: depot, Shipment: way.Ref, Lot: "P2"}
		}},
		{"cancel", 0, func(w *world) record.Payload {
			return &record.CancelShip{Header: w.head(depot), Shipment: way.Ref, Lot: "P2"}
		}},
		{"inspect", 0, func(w *world) record.Payload { return w.report("P1", record.StageStorage) }},
		{"adjust", 0, func(w *world) record.Payload {
			return &record.Adjust{Header: w.head(depot), Target: binA, Kind: record.AdjustNatural, Grams: kg}
		}},
		{"write off", 0, func(w *world) record.Payload {
			return &record.WriteOff{Header: w.head(depot), Target: "P1", Grams: kg, Reason: "销毁"}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := base.fork()
			w.TB = t
			if tc.want == 0 {
				w.accept(tc.say(w))
			} else {
				w.refuse(tc.want, tc.say(w))
			}
		})
	}
}

// Deposits into a held bin would change what is held.
func TestNothingIsStoredInAHeldBin(t *testing.T) {
	w := newHoldWorld(t)
	w.accept(w.holdOf(county, binA))
	w.refuse(record.OnHold, &record.Store{Header: w.head(depot), Lot: "P2", Bin: binA, Grams: kg})
}

// Recalled grain goes to whoever recalls it or takes it back, out of a bin too,
// and nowhere else.
func TestRecalledGrainGoesBack(t *testing.T) {
	w := newHoldWorld(t)
	r := w.recallOf(coop, "H1")
	r.To = mill
	w.accept(r)
	w.spreadAll(3)
	ship := func(lot, to string) *record.Ship {
		return &record.Ship{Header: w.head(depot), Lot: lot, Grams: kg, Owner: depot, To: to}
	}
	w.refuse(record.OnHold, ship("P1", shop))
	w.accept(ship("P1", coop))
	w.accept(ship("P1", mill))
	w.accept(&record.Withdraw{Header: w.head(depot), Bin: binA, Lot: "W2", Grams: kg, Purpose: record.PurposeFood})
	if len(w.marked("W2", record.MarkRecall)) != 1 {
		t.Error("a lot out of a recalled bin is not recalled")
	}
	w.refuse(record.OnHold, ship("W2", shop))
	w.accept(ship("W2", mill))
	w.accept(w.recallOf(county, "P1"))
	w.refuse(record.OnHold, ship("P1", mill)) // two recalls, and only one of them sends it there
	w.accept(w.holdOf(county, "W2"))
	w.refuse(record.OnHold, ship("W2", mill))
}

// One write ends a hold wherever it has spread to; another hold stays.
func TestReleaseEndsItEverywhere(t *testing.T) {
	w := newHoldWorld(t)
	first, second := w.holdOf(county, "P1"), w.holdOf(depot, "P1")
	w.accept(first)
	w.accept(second)
	w.spreadAll(2)
	for _, node := range []string{"P1", record.MixID(binA, 1, 0), "W1"} {
		if by := w.marked(node, record.MarkHold); len(by) != 2 {
			t.Errorf("%s is held by %v", node, by)
		}
	}
	w.refuse(record.NotAuthorised, w.releaseOf(depot, w.id(first.Header))) // not its own, and no regulator
	w.accept(w.releaseOf(county, w.id(first.Header)))
	w.refuse(record.AlreadyLifted, w.releaseOf(county, w.id(first.Header)))
	w.refuse(record.OnHold, &record.Sell{Header: w.head(depot), Lot: "W1", Buyer: mill, Grams: kg, Purpose: record.PurposeFood})
	w.accept(w.releaseOf(depot, w.id(second.Header)))
	w.accept(&record.Sell{Header: w.head(depot), Lot: "W1", Buyer: mill, Grams: kg, Purpose: record.PurposeFood})
	w.accept(&record.Store{Header: w.head(depot), Lot: "P1", Bin: binA, Grams: kg})
}

func TestWhatCannotBeReleased(t *testing.T) {
	w := newHoldWorld(t)
	bad := w.report("P1", record.StageStorage, record.Measured{Item: "cadmium_mgkg", Value: "0.9"})
	w.accept(bad)
	w.refuse(record.WrongRecordKind, &record.Release{Header: w.head(rootUSCC), Record: w.id(bad.Header), Of: record.Reference{Issuer: lab, Ref: bad.Ref}, Reason: "x"})
	harvest := value[record.LotState](w, record.LotKey("H1")).Record
	w.refuse(record.UnknownRecord, &record.Release{Header: w.head(county), Record: harvest, Of: record.Reference{Issuer: lab, Ref: bad.Ref}, Reason: "x"})
	w.refuse(record.UnknownRecord, &record.Release{Header: w.head(county), Record: harvest, Of: record.Reference{Issuer: coop, Ref: "none"}, Reason: "x"})
	w.refuse(record.AlreadyLifted, &record.Release{Header: w.head(county), Target: "P1", Reason: "x"})
	w.refuse(record.AlreadyLifted, &record.Release{Header: w.head(county), Target: binA, Reason: "x"})
}

// More causes than a node lists are not lost: a collective mark holds the lot
// until a regulator has looked at it, and what is made of it as well.
func TestMoreCausesThanANodeLists(t *testing.T) {
	w := newHoldWorld(t)
	var ids []string
	for range record.MaxMarks + 2 {
		h := w.holdOf(county, "P1")
		w.accept(h)
		ids = append(ids, w.id(h.Header))
	}
	if marks := w.marks("P1"); len(marks) != record.MaxMarks+1 || !slices.Contains(marks, record.Mark{Kind: record.MarkHold, By: record.MarkMany}) {
		t.Fatalf("P1 has %d marks", len(marks))
	}
	w.spreadAll(1)
	for _, id := range ids {
		w.accept(w.releaseOf(county, id))
	}
	sale := func(lot string) *record.Sell {
		return &record.Sell{Header: w.head(depot), Lot: lot, Buyer: mill, Grams: kg, Purpose: record.PurposeFood}
	}
	w.refuse(record.OnHold, sale("P1"))
	w.refuse(record.OnHold, sale("W1"))
	w.refuse(record.NotAuthorised, &record.Release{Header: w.head(depot), Target: "P1", Reason: "x"})
	for _, target := range []string{"P1", binA, "W1"} {
		w.accept(&record.Release{Header: w.head(county), Target: target, Reason: "逐项复核"})
	}
	w.accept(sale("P1"))
	w.accept(sale("W1"))
}

// A mark that was lifted makes room for another.
func TestLiftedMarksMakeRoom(t *testing.T) {
	w := newHoldWorld(t)
	for range record.MaxMarks + 5 {
		h := w.holdOf(county, "P1")
		w.accept(h)
		w.accept(w.releaseOf(county, w.id(h.Header)))
	}
	if by := w.marked("P1", record.MarkHold); len(by) != 0 {
		t.Errorf("P1 is held by %v", by)
	}
}

// Nothing is marked along an edge that is not there, and taking a step again
// changes nothing.
func TestSpreadTakesOnlyEdgesThatAreThere(t *testing.T) {
	w := newHoldWorld(t)
	w.accept(w.holdOf(county, "P1"))
	steps := w.steps()
	before := w.digest()
	wrong := []record.SpreadStep{
		{Parent: "P1", Child: "P2", Record: steps[0].Record},
		{Parent: steps[0].Child, Child: steps[0].Parent, Record: steps[0].Record},
		{Parent: "P1", Child: steps[0].Child, Record: record.SM3([]byte("x"))},
		{Parent: "X", Child: "Y", Record: steps[0].Record},
	}
	if n := w.spread(wrong); n != 0 || w.digest() != before {
		t.Fatalf("%d marks were set along edges that are not there", n)
	}
	if n := w.spread(steps); n != len(steps) {
		t.Errorf("%d marks set along %d edges", n, len(steps))
	}
	after := w.digest()
	if n := w.spread(steps); n != 0 || w.digest() != after {
		t.Errorf("again %d marks were set", n)
	}
	second := w.holdOf(county, "P1")
	w.accept(second)
	w.accept(w.releaseOf(county, w.id(second.Header)))
	after = w.digest()
	if n := w.spread(steps); n != 0 || w.digest() != after {
		t.Errorf("%d lifted marks were set", n)
	}
}
