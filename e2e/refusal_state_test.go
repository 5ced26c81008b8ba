package e2e

import (
	"encoding/base64"
	"net/http"
	"slices"

	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// stateRefusals are right in themselves and wrong as things stand.
func (w *market) stateRefusals() []refusal {
	return slices.Concat(w.nameRefusals(), w.grainRefusals(), w.logRefusals())
}

// nameRefusals are about who and what there is.
func (w *market) nameRefusals() []refusal {
	const never, forbidden, against = http.StatusUnprocessableEntity, http.StatusForbidden, http.StatusConflict
	harvest := &record.Harvest{Header: w.by(coop2), Lot: "H-1", Variety: rice, HarvestYear: 2025, Origin: "320582", Grams: kg}
	again := *harvest
	again.Header, again.Lot = head(depot, "UNDER-WAY"), "H-8"
	stranger := *harvest
	stranger.Header, stranger.Lot = w.by(depot), "H-7"
	return []refusal{
		w.payload(record.LotExists, against, harvest),
		w.payload(record.RefConflict, against, &again),
		w.payload(record.NotAuthorised, forbidden, &stranger),
		w.payload(record.UnknownLot, never, w.sold(depot, "P-NONE", kg)),
		w.payload(record.UnknownBin, never, &record.Store{Header: w.by(depot), Lot: "P-1", Bin: depot + "001000900101", Grams: kg}),
		w.payload(record.UnknownShipment, never, w.received(mill, "NONE", kg)),
		w.payload(record.UnknownEnterprise, never, &record.Facility{Header: w.by(w.root), Code: nobody + "001", Name: "库",
			USCC: nobody, Kind: record.FacilityDepot}),
		w.payload(record.UnknownKey, forbidden, &record.Key{Header: w.by(depot), Action: record.KeyRevoke, Subject: depot,
			KeyID: record.SM3([]byte("no key"))}),
		w.payload(record.UnknownTable, never, &record.Rule{Header: w.by(w.root), Table: "weather", EffectiveFrom: "2026-01-01",
			Document: "1", Content: []byte(`{}`)}),
		w.payload(record.WrongLotKind, never, &record.Purchase{Header: w.by(mill), Lot: "P-9", FromLot: "P-1", FromGrams: 1,
			Seller: depot, Nature: bought, GrossGrams: 1, NetGrams: 1}),
		w.payload(record.UnknownRecord, never, w.void(w.sold(depot, "P-1", kg))),
		w.payload(record.WrongRecordKind, never, w.void(w.held("P-HELD", "HELD"))),
		w.payload(record.AlreadyVoided, against, w.void(w.taken())),
		w.payload(record.AlreadyLifted, against, w.released("RELEASED")),
	}
}

// grainRefusals are about the grain: whose it is, in what condition, how much.
func (w *market) grainRefusals() []refusal {
	const never, forbidden, against = http.StatusUnprocessableEntity, http.StatusForbidden, http.StatusConflict
	milled := func(in, out, loss int64) *record.Process {
		return &record.Process{Header: w.by(mill), Inputs: []record.Amount{{Lot: "P-1", Grams: in * kg}},
			Outputs: []record.Product{{Lot: "R-9", Product: "大米", Grams: out * kg}}, LossGrams: loss * kg}
	}
	return []refusal{
		w.payload(record.NotCustodian, forbidden, &record.Ship{Header: w.by(depot2), Lot: "P-1", Grams: kg, Owner: depot, To: mill}),
		w.payload(record.NotOwner, forbidden, w.sold(depot2, "P-1", kg)),
		w.payload(record.NotConsignee, forbidden, w.received(shop, "UNDER-WAY", kg)),
		w.payload(record.ShipmentClosed, against, w.received(mill, "ARRIVED", kg)),
		w.payload(record.OwnerUnclear, never, &record.Store{Header: w.by(depot), Lot: "P-SHARED", Bin: binEmpty, Grams: 50 * kg}),
		w.payload(record.MixedBin, against, &record.Store{Header: w.by(depot), Lot: "P-WHEAT", Bin: binFull, Grams: kg}),
		w.payload(record.NoInspection, against, &record.Withdraw{Header: w.by(depot), Bin: binFull, Lot: "W-9", Grams: kg,
			Purpose: record.PurposeFood}),
		w.payload(record.NotForFood, against, w.sold(depot, "P-BAD", kg)),
		w.payload(record.OnHold, against, w.sold(depot, "P-HELD", kg)),
		w.payload(record.MixedLot, against, &record.Merge{Header: w.by(depot), Output: record.Amount{Lot: "X-9", Grams: 2 * kg},
			Inputs: []record.Amount{{Lot: "P-1", Grams: kg}, {Lot: "P-WHEAT", Grams: kg}}}),
		w.payload(record.InsufficientQuantity, against, w.sold(depot, "P-1", 5000*kg)),
		w.payload(record.MoreThanShipped, against, w.received(mill, "UNDER-WAY", 101*kg)),
		w.payload(record.MassBalance, never, milled(10, 9, 0)),
		w.payload(record.ExcessLoss, never, milled(10, 5, 5)),
		w.payload(record.TooMuch, against, &record.Store{Header: w.by(depot), Lot: "P-1", Bin: binVast, Grams: kg}),
	}
}

// logRefusals are about a log of which two leaves are anchored.
func (w *market) logRefusals() []refusal {
	a, b, c := proof.LeafHash([]byte("a")), proof.LeafHash([]byte("b")), proof.LeafHash([]byte("c"))
	w.say(w.checkpoint(2, proof.NodeHash(a, b)))
	return []refusal{
		w.payload(record.LogShrunk, http.StatusConflict, w.checkpoint(1, a)),
		w.payload(record.LogForked, http.StatusConflict, w.checkpoint(2, proof.NodeHash(a, c))),
		w.payload(record.LogInconsistent, http.StatusConflict, w.checkpoint(3, proof.NodeHash(proof.NodeHash(a, c), b))),
	}
}

// checkpoint is the record of a checkpoint of the depot's log, without proof.
func (w *market) checkpoint(size uint64, root proof.Hash) *record.Checkpoint {
	w.t.Helper()
	key, _, err := w.ring.EnsureKey(depot)
	if err != nil {
		w.t.Fatal(err)
	}
	note, err := proof.Sign(proof.Checkpoint{Origin: record.LogOrigin(depot, "frames"), Size: size, Root: root}, key)
	if err != nil {
		w.t.Fatal(err)
	}
	return &record.Checkpoint{Header: w.by(depot), Note: base64.StdEncoding.EncodeToString(note.Bytes()), KeyID: key.Public().ID()}
}

func (w *market) sold(by, lot string, grams int64) *record.Sell {
	return &record.Sell{Header: w.by(by), Lot: lot, Buyer: mill, Grams: grams, Purpose: record.PurposeFood}
}

func (w *market) received(by, shipment string, grams int64) *record.Receive {
	return &record.Receive{Header: w.by(by), Shipper: depot, Shipment: shipment, Lot: "P-1", Grams: grams}
}
