package contract_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/record"
)

// drawRecord makes a random record out of a few parties, lots and bins, so
// that many are refused, many are accepted, and many meet each other.
func drawRecord(t *rapid.T, w *world, n int) record.Payload {
	p := drawMark(t, w)
	if p == nil {
		p = drawGrain(t, w, n)
	}
	w.past = append(w.past, p)
	return p
}

// drawGrain is a record that makes, moves or inspects grain.
func drawGrain(t *rapid.T, w *world, n int) record.Payload {
	parties := []string{coop, depot, depot2, mill, shop}
	party := func(label string) string { return rapid.SampledFrom(parties).Draw(t, label) }
	lots := []string{"H0", "H1", "H2", "L0", "L1", "L2", "L3", "L4", "L0a", "L1b", "L2m", "L3m", "L4p", "L1p"}
	lot := func(label string) string { return rapid.SampledFrom(lots).Draw(t, label) }
	fresh := func(label string) string {
		if rapid.IntRange(0, 3).Draw(t, label) == 0 {
			return lot(label + " taken")
		}
		return fmt.Sprintf("L%d", n%5) // free or taken, and met again by later records
	}
	grams := func(label string) int64 { return rapid.Int64Range(1, 60).Draw(t, label) }
	bin := func(label string) string { return rapid.SampledFrom([]string{binA, binB, binC}).Draw(t, label) }
	purpose := func() string {
		return rapid.SampledFrom([]string{record.PurposeFood, record.PurposeFood, record.PurposeFeed}).Draw(t, "purpose")
	}
	target := func() string {
		if rapid.Bool().Draw(t, "bin?") {
			return bin("target bin")
		}
		return lot("target")
	}
	kind := rapid.SampledFrom([]record.Type{
		record.TypeHarvest, record.TypePurchase, record.TypePurchase, record.TypeInspect, record.TypeStore, record.TypeStore,
		record.TypeWithdraw, record.TypeWithdraw, record.TypeSplit, record.TypeMerge, record.TypeProcess, record.TypeShip,
		record.TypeReceive, record.TypeReturn, record.TypeCancelShip, record.TypeSell, record.TypeSell, record.TypeAdjust, record.TypeWriteOff, record.TypeCheckpoint,
	}).Draw(t, "type")
	s := drawShipment(t, w)
	heldLot := func(by string) string { // mostly one that the party can move
		if held := w.heldBy(by); len(held) > 0 && rapid.IntRange(0, 4).Draw(t, "held") > 0 {
			return rapid.SampledFrom(held).Draw(t, "held lot")
		}
		return lot("lot")
	}
	switch kind {
	case record.TypeHarvest:
		return &record.Harvest{Header: w.head(coop), Lot: rapid.SampledFrom([]string{"H2", "H1", "L3"}).Draw(t, "harvest"),
			Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 100 * grams("grams")}
	case record.TypePurchase:
		net, deduct := grams("net"), rapid.Int64Range(0, 3).Draw(t, "deduct")
		p := &record.Purchase{Header: w.head(rapid.SampledFrom([]string{depot, depot2, mill}).Draw(t, "buyer")), Lot: fresh("lot"),
			Nature: "200", GrossGrams: net + deduct + 9, TareGrams: 9, DeductGrams: deduct, NetGrams: net, Seller: coop}
		if rapid.IntRange(0, 3).Draw(t, "drawn") > 0 {
			p.FromLot, p.FromGrams = rapid.SampledFrom([]string{"H0", "H1", "H2"}).Draw(t, "from"), net+deduct
			if p.FromLot == p.Lot {
				p.Lot += "x"
			}
		} else {
			p.Variety = rapid.SampledFrom([]string{"1132002", "1120000"}).Draw(t, "variety")
		}
		return p
	case record.TypeInspect:
		value := rapid.SampledFrom([]record.Decimal{"0.05", "0.05", "0.05", "0.41"}).Draw(t, "cadmium")
		r := w.report(target(), rapid.SampledFrom([]string{record.StageOutbound, record.StageStorage}).Draw(t, "stage"), record.Measured{Item: "cadmium_mgkg", Value: value})
		return r
	case record.TypeStore:
		b := bin("bin")
		return &record.Store{Header: w.head(b[:18]), Lot: heldLot(b[:18]), Bin: b, Grams: grams("grams")}
	case record.TypeWithdraw:
		b := bin("bin")
		return &record.Withdraw{Header: w.head(b[:18]), Bin: b, Lot: fresh("lot"), Grams: grams("grams"), Purpose: purpose()}
	case record.TypeSplit:
		by := party("by")
		return &record.Split{Header: w.head(by), Lot: heldLot(by), Outputs: []record.Amount{
			{Lot: fresh("a") + "a", Grams: grams("a grams")}, {Lot: fresh("b") + "b", Grams: grams("b grams")}}}
	case record.TypeMerge:
		a, b := grams("a grams"), grams("b grams")
		in := []record.Amount{{Lot: lot("a"), Grams: a}, {Lot: lot("b"), Grams: b}}
		by := party("by")
		if held := w.heldBy(by); len(held) > 1 {
			in[0].Lot, in[1].Lot = rapid.SampledFrom(held).Draw(t, "held a"), rapid.SampledFrom(held).Draw(t, "held b")
		}
		return &record.Merge{Header: w.head(by), Inputs: in, Output: record.Amount{Lot: fresh("out") + "m", Grams: a + b}}
	case record.TypeProcess:
		in, out := grams("in"), int64(0)
		out = rapid.Int64Range(1, in).Draw(t, "out")
		p := &record.Process{Header: w.head(mill), Inputs: []record.Amount{{Lot: heldLot(mill), Grams: in}},
			Outputs: []record.Product{{Lot: fresh("out") + "p", Product: "大米", Grams: out}}}
		if in > out {
			p.Byproducts = []record.Byproduct{{Name: "稻壳", Grams: in - out}}
		}
		return p
	case record.TypeShip:
		from := party("from")
		owner := from
		if rapid.IntRange(0, 3).Draw(t, "another's") == 0 {
			owner = party("owner")
		}
		return &record.Ship{Header: w.head(from), Lot: heldLot(from), Grams: grams("grams"), Owner: owner, To: party("to")}
	case record.TypeReceive:
		return &record.Receive{Header: w.head(s.To), Shipper: s.Shipper, Shipment: s.Ref, Lot: s.Lot, Grams: rapid.Int64Range(0, s.Grams+1).Draw(t, "received")}
	case record.TypeReturn:
		return &record.Return{Header: w.head(s.To), Shipper: s.Shipper, Shipment: s.Ref, Lot: s.Lot}
	case record.TypeCancelShip:
		return &record.CancelShip{Header: w.head(s.Shipper), Shipment: s.Ref, Lot: s.Lot}
	case record.TypeSell:
		return &record.Sell{Header: w.head(party("by")), Lot: lot("lot"), Buyer: party("to"), Grams: grams("grams"), Purpose: purpose()}
	case record.TypeAdjust:
		return &record.Adjust{Header: w.head(party("by")), Target: target(), Kind: record.AdjustNatural, Grams: grams("grams")}
	case record.TypeCheckpoint:
		size := rapid.IntRange(1, 9).Draw(t, "size")
		return w.checkpoint(depot, newLog(size, 'a'), rapid.IntRange(0, size).Draw(t, "before"), w.key(depot))
	default:
		return &record.WriteOff{Header: w.head(party("by")), Target: target(), Grams: grams("grams"), Reason: "损失"}
	}
}

// drawShipment is one of the shipments there are, open or closed, or one that
// does not exist.
func drawShipment(t *rapid.T, w *world) record.Shipment {
	keys := []string{""}
	for _, k := range slices.Sorted(maps.Keys(w.values)) {
		if strings.HasPrefix(k, "shp/") {
			keys = append(keys, k)
		}
	}
	k := rapid.SampledFrom(keys).Draw(t, "shipment")
	if k == "" {
		return record.Shipment{Shipper: depot, Ref: "none", Lot: "L0", To: mill, Grams: 1}
	}
	return *value[record.Shipment](w, k)
}

// heldBy lists the lots of which the party has custody.
func (w *world) heldBy(party string) (lots []string) {
	for _, k := range slices.Sorted(maps.Keys(w.values)) {
		id, ok := strings.CutPrefix(k, "qty/")
		if !ok {
			continue
		}
		s := value[record.Stock](w, k)
		if slices.ContainsFunc(s.Parts, func(p record.Part) bool { return p.Party == party && p.Held > 0 }) {
			lots = append(lots, id)
		}
	}
	return lots
}
