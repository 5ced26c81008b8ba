package contract_test

import (
	"slices"
	"testing"

	"github.com/grainledger/grainledger/record"
)

func (w *world) voidOf(by string, p record.Payload) *record.Void {
	return &record.Void{Header: w.head(by), Annulment: w.annulment(p)}
}

func flagged(v record.Verdict, f record.Flag) bool { return slices.Contains(v.Flags, f) }

func TestWhoMayVoid(t *testing.T) {
	w := newHoldWorld(t)
	split := &record.Split{Header: w.head(depot), Lot: "P2", Outputs: []record.Amount{{Lot: "S1", Grams: kg}}}
	w.accept(split)
	other := *split
	other.Outputs = []record.Amount{{Lot: "S1", Grams: 2 * kg}}
	hold := w.holdOf(county, "P1")
	w.accept(hold)
	void := w.voidOf(county, hold)
	for _, tc := range []struct {
		name string
		want record.Code
		say  record.Payload
	}{
		{"by another enterprise", record.NotAuthorised, w.voidOf(mill, split)},
		{"by a lab that is not its issuer", record.NotAuthorised, w.voidOf(lab, split)},
		{"by its issuer", 0, w.voidOf(depot, split)},
		{"by a regulator", 0, w.voidOf(county, split)},
		{"of content that was never accepted", record.UnknownRecord, w.voidOf(depot, &other)},
		{"of a hold", record.WrongRecordKind, void},
		{"of what a regulator registered", record.WrongRecordKind, w.voidOf(rootUSCC, w.registered())},
	} {
		t.Run(tc.name, func(t *testing.T) {
			again := w.fork()
			again.TB = t
			if tc.want == 0 {
				again.accept(tc.say)
				again.refuse(record.AlreadyVoided, again.voidOf(county, split))
				again.refuse(record.WrongRecordKind, again.voidOf(county, tc.say))
			} else {
				again.refuse(tc.want, tc.say)
			}
		})
	}
}

// registered is a registry record that the ledger has accepted.
func (w *world) registered() record.Payload {
	p := &record.Facility{Header: w.head(rootUSCC), Code: binB, Name: "货位", USCC: depot, Kind: record.FacilityBin}
	w.accept(p)
	return p
}

// What others have built on is not undone but under review, and so is all that
// was made of it; what else its inputs became is not.
func TestVoidOfWhatOthersHaveBuiltOn(t *testing.T) {
	w := newHoldWorld(t)
	mix := record.MixID(binA, 1, 0)
	split := func() record.Payload {
		p := &record.Split{Header: w.head(depot), Lot: "P2", Outputs: []record.Amount{{Lot: "S1", Grams: kg}, {Lot: "S2", Grams: kg}}}
		w.accept(p)
		w.accept(&record.Sell{Header: w.head(depot), Lot: "S1", Buyer: mill, Grams: kg, Purpose: record.PurposeFood})
		return p
	}
	shipped := func() record.Payload {
		p := &record.Ship{Header: w.head(depot), Lot: "P2", Grams: kg, Owner: depot, To: mill}
		w.accept(p)
		w.accept(&record.Receive{Header: w.head(mill), Shipper: depot, Shipment: p.Ref, Lot: "P2", Grams: kg})
		return p
	}
	for _, tc := range []struct {
		name  string
		of    func() record.Payload
		nodes []string // marked once it has spread
	}{
		{"a split of which a part is sold", split, []string{"S1", "S2"}},
		{"a load that has arrived", shipped, []string{"P2", "S1", "S2"}},
		{"a deposit that grain was drawn from", func() record.Payload { return w.storeOf("P1") }, []string{mix, "W1"}},
	} {
		of := tc.of()
		t.Run(tc.name, func(t *testing.T) {
			again := w.fork()
			again.TB = t
			before := again.holdings()
			v := again.accept(again.voidOf(county, of))
			if !flagged(v, record.FlagUnderReview) || flagged(v, record.FlagUndone) {
				t.Errorf("flags %v", v.Flags)
			}
			if after := again.holdings(); tc.nodes[0] != mix && !equal(before, after) {
				t.Errorf("quantities changed: %v, before %v", after, before)
			}
			again.spreadAll(1)
			for node := range again.nodes() {
				if got := len(again.marked(node, record.MarkReview)) > 0; got != slices.Contains(tc.nodes, node) {
					t.Errorf("%s under review: %t", node, got)
				}
			}
			again.accept(again.releaseOf(county, v.ID))
			if len(again.marked(tc.nodes[0], record.MarkReview)) > 0 {
				t.Error("the review was not lifted")
			}
		})
	}
}

func equal(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

// storeOf is the deposit of a lot into bin A as it was said.
func (w *world) storeOf(lot string) record.Payload {
	w.Helper()
	for _, p := range w.past {
		if s, ok := p.(*record.Store); ok && s.Lot == lot {
			return s
		}
	}
	w.Fatalf("%s was not stored", lot)
	return nil
}

// A held lot does not leave its hold by having its making taken back.
func TestVoidIsNoWayOutOfAHold(t *testing.T) {
	w := newHoldWorld(t)
	split := &record.Split{Header: w.head(depot), Lot: "P2", Outputs: []record.Amount{{Lot: "S1", Grams: kg}}}
	w.accept(split)
	w.accept(w.holdOf(county, "S1"))
	if v := w.accept(w.voidOf(depot, split)); flagged(v, record.FlagUndone) {
		t.Error("the split of a held part was undone")
	}
	withdrawn := &record.Withdraw{Header: w.head(depot), Bin: binA, Lot: "W2", Grams: kg, Purpose: record.PurposeFood}
	w.accept(withdrawn)
	w.accept(w.holdOf(county, binA))
	w.spreadAll(5)
	if v := w.accept(w.voidOf(depot, withdrawn)); !flagged(v, record.FlagUndone) {
		t.Error("what came out of a held bin does not go back into it")
	}
	late := &record.Store{Header: w.head(depot), Lot: "P1", Bin: binB, Grams: kg}
	w.accept(late)
	w.accept(w.holdOf(county, binB))
	if v := w.accept(w.voidOf(depot, late)); flagged(v, record.FlagUndone) {
		t.Error("a deposit left a held bin")
	}
}

// To take back what brought grain to a party would move it again, which a hold
// or a recall forbids.
func TestVoidDoesNotMoveWhatMayNotMove(t *testing.T) {
	base := newHoldWorld(t)
	out := &record.Ship{Header: base.head(depot), Lot: "P2", Grams: 10 * kg, Owner: depot, To: mill}
	base.accept(out)
	for _, tc := range []struct {
		name string
		of   record.Payload
	}{
		{"cancel", &record.CancelShip{Header: base.head(depot), Shipment: out.Ref, Lot: "P2"}},
		{"return", &record.Return{Header: base.head(mill), Shipper: depot, Shipment: out.Ref, Lot: "P2"}},
		{"receive", &record.Receive{Header: base.head(mill), Shipper: depot, Shipment: out.Ref, Lot: "P2", Grams: 9 * kg}},
		{"sell", &record.Sell{Header: base.head(depot), Lot: "P2", Buyer: mill, Grams: 10 * kg, Purpose: record.PurposeFood}},
	} {
		for _, keep := range []record.Payload{base.holdOf(county, "P2"), base.recallOf(county, "P2"), nil} {
			name := tc.name + " of what is free"
			if keep != nil {
				name = tc.name + " under a " + string(keep.Type())
			}
			t.Run(name, func(t *testing.T) {
				w := base.fork()
				w.TB = t
				w.accept(tc.of)
				if keep != nil {
					w.accept(keep)
				}
				before := w.holdings()
				v := w.accept(w.voidOf(tc.of.Head().Issuer, tc.of))
				if flagged(v, record.FlagUndone) != (keep == nil) || flagged(v, record.FlagUnderReview) != (keep != nil) {
					t.Errorf("flags %v", v.Flags)
				}
				if equal(before, w.holdings()) != (keep != nil) {
					t.Errorf("from %v to %v", before, w.holdings())
				}
			})
		}
	}
}

// A deposit that is taken back takes off the mix no mark that other grain in it
// may have brought as well, by an edge that was there before.
func TestVoidOfADepositLeavesOthersMarks(t *testing.T) {
	over := record.Measured{Item: "cadmium_mgkg", Value: "0.9"}
	mix := record.MixID(binB, 1, 0)
	store := func(w *world) *record.Store {
		p := &record.Store{Header: w.head(depot), Lot: "P2", Bin: binB, Grams: kg}
		w.accept(p)
		return p
	}
	base := newHoldWorld(t)
	t.Run("where other grain of the lot is in the bin", func(t *testing.T) {
		w := base.fork()
		w.TB = t
		store(w)
		w.accept(w.report("P2", record.StageStorage, over))
		last := store(w)
		if v := w.accept(w.voidOf(depot, last)); !flagged(v, record.FlagUnderReview) || !w.unfit(mix) {
			t.Errorf("flags %v, unfit %t", v.Flags, w.unfit(mix))
		}
		w.accept(w.report(binB, record.StageOutbound))
		w.refuse(record.NotForFood, &record.Withdraw{Header: w.head(depot), Bin: binB, Lot: "W8", Grams: kg, Purpose: record.PurposeFood})
	})
	t.Run("where it is all that is in the bin", func(t *testing.T) {
		w := base.fork()
		w.TB = t
		w.accept(w.report("P2", record.StageStorage, over))
		only := store(w)
		if v := w.accept(w.voidOf(depot, only)); !flagged(v, record.FlagUndone) || w.unfit(mix) {
			t.Errorf("flags %v, unfit %t", v.Flags, w.unfit(mix))
		}
	})
	t.Run("where it alone condemned the mix", func(t *testing.T) {
		w := base.fork()
		w.TB = t
		store(w)
		w.accept(&record.Sell{Header: w.head(mill), Lot: "M1", Buyer: depot, Grams: kg, Purpose: record.PurposeFeed})
		out := &record.Ship{Header: w.head(mill), Lot: "M1", Grams: kg, Owner: depot, To: depot}
		w.accept(out)
		w.accept(&record.Receive{Header: w.head(depot), Shipper: mill, Shipment: out.Ref, Lot: "M1", Grams: kg})
		feed := &record.Store{Header: w.head(depot), Lot: "M1", Bin: binB, Grams: kg}
		w.accept(feed)
		if !w.unfit(mix) {
			t.Fatal("feed does not condemn what it is mixed with")
		}
		if v := w.accept(w.voidOf(depot, feed)); !flagged(v, record.FlagUndone) || w.unfit(mix) {
			t.Errorf("flags %v, unfit %t", v.Flags, w.unfit(mix))
		}
	})
}

// Grain that was off the books while its owner found the rest unfit does not
// come back as fit for food.
func TestVoidOfALossDoesNotComeBackFit(t *testing.T) {
	base := newHoldWorld(t)
	base.accept(&record.Sell{Header: base.head(depot), Lot: "P2", Buyer: mill, Grams: kg, Purpose: record.PurposeFood})
	out := &record.Ship{Header: base.head(depot), Lot: "P2", Grams: kg, Owner: mill, To: mill}
	base.accept(out)
	base.accept(&record.Receive{Header: base.head(mill), Shipper: depot, Shipment: out.Ref, Lot: "P2", Grams: kg})
	for _, loss := range []record.Payload{
		&record.WriteOff{Header: base.head(depot), Target: "P2", Grams: 50 * kg, Reason: "霉变"},
		&record.Adjust{Header: base.head(depot), Target: "P2", Kind: record.AdjustNatural, Grams: 50 * kg},
	} {
		t.Run(string(loss.Type()), func(t *testing.T) {
			w := base.fork()
			w.TB = t
			w.accept(loss)
			own := w.report("P2", record.StageStorage, record.Measured{Item: "cadmium_mgkg", Value: "0.9"})
			own.Issuer = depot
			w.accept(own)
			if v := w.accept(w.voidOf(depot, loss)); !flagged(v, record.FlagUnderReview) {
				t.Errorf("flags %v", v.Flags)
			}
			w.refuse(record.NotForFood, &record.Sell{Header: w.head(depot), Lot: "P2", Buyer: mill, Grams: kg, Purpose: record.PurposeFood})
		})
	}
}

// A sale that the buyer has signed is not taken back by the seller alone.
func TestVoidOfWhatACounterpartyConfirmed(t *testing.T) {
	base := newHoldWorld(t)
	sale := &record.Sell{Header: base.head(depot), Lot: "P2", Buyer: mill, Grams: kg, Purpose: record.PurposeFood}
	base.accept(sale, mill)
	for _, tc := range []struct {
		name, by string
		with     []string
		undone   bool
	}{
		{"by the seller alone", depot, nil, false},
		{"by both", depot, []string{mill}, true},
		{"by a regulator", county, nil, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := base.fork()
			w.TB = t
			if v := w.accept(w.voidOf(tc.by, sale), tc.with...); flagged(v, record.FlagUndone) != tc.undone {
				t.Errorf("flags %v", v.Flags)
			}
		})
	}
}

// Only lab and regulator together make grain fit for food again; the second
// signature may come later, and one of two reports keeps its word.
func TestOnlyLabAndRegulatorLiftNonFood(t *testing.T) {
	over := record.Measured{Item: "cadmium_mgkg", Value: "0.9"}
	base := newHoldWorld(t)
	report := base.report("P1", record.StageStorage, over)
	base.accept(report)
	base.spreadAll(1)
	void := func(w *world, by string) *record.Void {
		v := w.voidOf(by, report)
		if by == lab {
			v.Regulator = county
		}
		return v
	}
	for _, tc := range []struct {
		name, by string
		with     []string
		food     bool
	}{
		{"by the lab alone", lab, nil, false},
		{"by the regulator alone", county, nil, false},
		{"by the lab with the regulator", lab, []string{county}, true},
		{"by the regulator with the lab", county, []string{lab}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := base.fork()
			w.TB = t
			p := void(w, tc.by)
			v := w.accept(p, tc.with...)
			if flagged(v, record.FlagStillNonFood) == tc.food || w.unfit("P1") == tc.food || w.unfit("W1") == tc.food {
				t.Errorf("flags %v, unfit %t, what was made of it %t", v.Flags, w.unfit("P1"), w.unfit("W1"))
			}
			if tc.food {
				return
			}
			second := map[string]string{lab: county, county: lab}[tc.by]
			if v := w.say(p, second); v.Outcome != record.IsDuplicate || flagged(v, record.FlagStillNonFood) || !flagged(v, record.FlagCosigned) {
				t.Errorf("the second signature: %+v", v)
			}
			if w.unfit("P1") || w.unfit("W1") {
				t.Error("both have signed and it is still unfit")
			}
		})
	}
	t.Run("one of two reports", func(t *testing.T) {
		w := base.fork()
		w.TB = t
		w.accept(w.report("P1", record.StageStorage, over))
		w.accept(void(w, lab), county)
		if !w.unfit("P1") {
			t.Error("the other report no longer counts")
		}
	})
	t.Run("a regulator of elsewhere", func(t *testing.T) {
		w := base.fork()
		w.TB = t
		p := void(w, lab)
		p.Regulator = shop // signs, and is none
		if v := w.accept(p, shop); !flagged(v, record.FlagStillNonFood) || !w.unfit("P1") {
			t.Errorf("flags %v", v.Flags)
		}
	})
}

// A void that named no regulator could never be completed, and there is no
// second one: it is refused, and the one that names it clears the grain.
func TestVoidOfACondemningReportNamesARegulator(t *testing.T) {
	w := newHoldWorld(t)
	report := w.report("P1", record.StageStorage, record.Measured{Item: "cadmium_mgkg", Value: "0.9"})
	w.accept(report)
	w.refuse(record.BadField, w.voidOf(lab, report))
	void := w.voidOf(lab, report)
	void.Regulator = county
	w.accept(void, county)
	if w.unfit("P1") {
		t.Error("both have signed and it is still unfit")
	}
	fine := w.report("P1", record.StageStorage)
	w.accept(fine)
	w.accept(w.voidOf(lab, fine))
}

// A voided report no longer lets grain out of its bin; where it has, that
// grain is under review.
func TestVoidOfAnOutboundReport(t *testing.T) {
	w := newWorld(t)
	w.harvested("H1", 1000)
	w.bought(depot, "P1", "H1", 100)
	w.stored(binA, "P1", 40)
	report := w.report(binA, record.StageOutbound)
	w.accept(report)
	early := w.fork()
	if v := early.accept(early.voidOf(lab, report)); !flagged(v, record.FlagUndone) {
		t.Errorf("flags %v", v.Flags)
	}
	early.refuse(record.NoInspection, &record.Withdraw{Header: early.head(depot), Bin: binA, Lot: "W1", Grams: kg, Purpose: record.PurposeFood})
	w.drawn(binA, "W1", 10)
	if v := w.accept(w.voidOf(lab, report)); !flagged(v, record.FlagUnderReview) {
		t.Errorf("flags %v", v.Flags)
	}
	w.spreadAll(1)
	if len(w.marked("W1", record.MarkReview)) == 0 {
		t.Error("what was drawn on the word of the report is not under review")
	}
}

// A correct names what stands instead, in the entry of what it takes back, and
// sets GTIN and batch free for it.
func TestCorrectNamesItsReplacement(t *testing.T) {
	w := newHoldWorld(t)
	milled := func(lot string, grams int64) *record.Process {
		return &record.Process{Header: w.head(mill), Inputs: []record.Amount{{Lot: "M1", Grams: grams}},
			Outputs: []record.Product{{Lot: lot, Product: "大米", Grams: grams, GTIN: riceGTIN, Batch: "B1"}}}
	}
	wrong, right := milled("R1", 10*kg), milled("R2", 9*kg)
	w.accept(wrong)
	w.refuse(record.LotExists, right)
	id := record.SM3(mustPAE(w, right))
	v := w.accept(&record.Correct{Header: w.head(mill), Annulment: w.annulment(wrong), Replacement: id})
	if got := value[record.Entry](w, record.EntryKey(mill, wrong.Ref)).Voided; got == nil || got.By != v.ID || got.Replacement != id {
		t.Errorf("the entry says %+v", got)
	}
	if got := w.accept(right); got.ID != id {
		t.Errorf("the replacement is %s", got.ID)
	}
}

func mustPAE(w *world, p record.Payload) []byte {
	payload, err := record.EncodePayload(p)
	if err != nil {
		w.Fatal(err)
	}
	e := record.Envelope{PayloadType: p.Type().PayloadType(), Payload: payload}
	return e.PAE()
}

// Within one transaction a record can be made, marked and taken back.
func TestVoidWithinOneTransaction(t *testing.T) {
	w := newHoldWorld(t)
	store := func(lot string, grams int64) *record.Store {
		return &record.Store{Header: w.head(depot), Lot: lot, Bin: binB, Grams: grams}
	}
	first := store("P1", 5*kg)
	draw := &record.Withdraw{Header: w.head(depot), Bin: binB, Lot: "W8", Grams: kg, Purpose: record.PurposeFeed}
	says := []record.Payload{first, draw, store("P2", kg), w.voidOf(county, first)}
	var envelopes [][]byte
	for _, p := range says {
		envelopes = append(envelopes, w.sign(p))
	}
	for i, v := range w.submit(envelopes...) {
		if v.Outcome != record.Accepted {
			t.Fatalf("record %d: %+v", i, v)
		}
	}
	if len(w.marked(record.MixID(binB, 1, 0), record.MarkReview)) != 1 {
		t.Error("the mix that the deposit went into is not under review")
	}
	w.spreadAll(1)
	for _, node := range []string{"W8", record.MixID(binB, 1, 1)} {
		if len(w.marked(node, record.MarkReview)) != 1 {
			t.Errorf("%s is not under review", node)
		}
	}
}
