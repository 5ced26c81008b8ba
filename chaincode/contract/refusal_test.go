package contract_test

import (
	"testing"

	"github.com/grainledger/grainledger/record"
)

// refusals: what the rules refuse, each after a setup that makes everything
// else about the record right.
func TestRefusals(t *testing.T) {
	sell := func(w *world, by, lot string, kilos int64, purpose string) *record.Sell {
		buyer := mill
		if by == mill {
			buyer = shop
		}
		return &record.Sell{Header: w.head(by), Lot: lot, Buyer: buyer, Grams: kilos * kg, Purpose: purpose}
	}
	milled := func(w *world, in, out, by, loss int64) *record.Process {
		return &record.Process{Header: w.head(mill), Inputs: []record.Amount{{Lot: "M1", Grams: in * kg}},
			Outputs:    []record.Product{{Lot: "R1", Product: "大米", Grams: out * kg}},
			Byproducts: []record.Byproduct{{Name: "稻壳", Grams: by * kg}}, LossGrams: loss * kg}
	}
	cases := []struct {
		name string
		want record.Code
		say  func(w *world) record.Payload
	}{
		{"a second lot of the same id", record.LotExists, func(w *world) record.Payload {
			return &record.Harvest{Header: w.head(coop2), Lot: "H1", Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 1}
		}},
		{"a harvest by a depot", record.NotAuthorised, func(w *world) record.Payload {
			return &record.Harvest{Header: w.head(depot), Lot: "H9", Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 1}
		}},
		{"a purchase from a lot that is not there", record.UnknownLot, func(w *world) record.Payload {
			return &record.Purchase{Header: w.head(depot), Lot: "P9", FromLot: "H9", FromGrams: 1, Seller: coop, Nature: "200", GrossGrams: 1, NetGrams: 1}
		}},
		{"a purchase of more than the harvest has left", record.InsufficientQuantity, func(w *world) record.Payload {
			return &record.Purchase{Header: w.head(depot), Lot: "P9", FromLot: "H1", FromGrams: 101 * kg, Seller: coop, Nature: "200", GrossGrams: 101 * kg, NetGrams: 101 * kg}
		}},
		{"a purchase from somebody who never had the harvest", record.NotCustodian, func(w *world) record.Payload {
			return &record.Purchase{Header: w.head(depot), Lot: "P9", FromLot: "H1", FromGrams: 1, Seller: coop2, Nature: "200", GrossGrams: 1, NetGrams: 1}
		}},
		{"a purchase from a holder who did not harvest and has not signed", record.NotAuthorised, func(w *world) record.Payload {
			w.accept(&record.Sell{Header: w.head(coop), Lot: "H1", Buyer: mill, Grams: 50 * kg, Purpose: record.PurposeFood})
			h := w.head(coop)
			w.accept(&record.Ship{Header: h, Lot: "H1", Grams: 50 * kg, Owner: mill, To: mill})
			w.accept(&record.Receive{Header: w.head(mill), Shipper: coop, Shipment: h.Ref, Lot: "H1", Grams: 50 * kg})
			return &record.Purchase{Header: w.head(depot), Lot: "P9", FromLot: "H1", FromGrams: 1, Seller: mill, Nature: "200", GrossGrams: 1, NetGrams: 1}
		}},
		{"losing grain in a process that no rule names", record.ExcessLoss, func(w *world) record.Payload {
			p := milled(w, 100, 70, 20, 10)
			p.Process = "polishing"
			return p
		}},
		{"the root giving up what it is", record.NotAuthorised, func(w *world) record.Payload {
			return &record.Enterprise{Header: w.head(rootUSCC), USCC: rootUSCC, Name: "根", Kind: record.KindStorage, Division: "000000"}
		}},
		{"withdrawing for food on a report that no rule speaks of", record.NoInspection, func(w *world) record.Payload {
			w.stored(binA, "P1", 100)
			w.accept(w.report(binA, record.StageOutbound, record.Measured{Item: "colour", Value: "1"}))
			return &record.Withdraw{Header: w.head(depot), Bin: binA, Lot: "W9", Grams: 1, Purpose: record.PurposeFood}
		}},
		{"a purchase drawn from a purchased lot", record.WrongLotKind, func(w *world) record.Payload {
			return &record.Purchase{Header: w.head(mill), Lot: "P9", FromLot: "P1", FromGrams: 1, Seller: depot, Nature: "200", GrossGrams: 1, NetGrams: 1}
		}},
		{"a purchase with the id of the lot it draws from", record.LotExists, func(w *world) record.Payload {
			return &record.Purchase{Header: w.head(depot), Lot: "H1", FromLot: "H1", FromGrams: 1, Seller: coop, Nature: "200", GrossGrams: 1, NetGrams: 1}
		}},
		{"splitting a lot into itself", record.LotExists, func(w *world) record.Payload {
			return &record.Split{Header: w.head(depot), Lot: "P1", Outputs: []record.Amount{{Lot: "P1", Grams: 1}}}
		}},
		{"merging into one of the inputs", record.LotExists, func(w *world) record.Payload {
			return &record.Merge{Header: w.head(depot), Inputs: []record.Amount{{Lot: "P1", Grams: 1}}, Output: record.Amount{Lot: "P1", Grams: 1}}
		}},
		{"processing a lot into itself", record.LotExists, func(w *world) record.Payload {
			return &record.Process{Header: w.head(mill), Inputs: []record.Amount{{Lot: "M1", Grams: 9}}, Outputs: []record.Product{{Lot: "M1", Product: "大米", Grams: 9}}}
		}},
		{"storing grain one never held", record.NotCustodian, func(w *world) record.Payload {
			return &record.Store{Header: w.head(depot2), Lot: "P1", Bin: binC, Grams: 1}
		}},
		{"storing into another's bin", record.NotCustodian, func(w *world) record.Payload {
			return &record.Store{Header: w.head(depot), Lot: "P1", Bin: binC, Grams: 1}
		}},
		{"storing into a bin nobody registered", record.UnknownBin, func(w *world) record.Payload {
			return &record.Store{Header: w.head(depot), Lot: "P1", Bin: depot + "001000900101", Grams: 1}
		}},
		{"storing more than is held", record.InsufficientQuantity, func(w *world) record.Payload {
			return &record.Store{Header: w.head(depot), Lot: "P1", Bin: binA, Grams: 401 * kg}
		}},
		{"storing for an owner who never owned it", record.NotOwner, func(w *world) record.Payload {
			return &record.Store{Header: w.head(depot), Lot: "P1", Bin: binA, Grams: 1, Owner: mill}
		}},
		{"storing another variety into a bin that is not empty", record.MixedBin, func(w *world) record.Payload {
			w.accept(&record.Purchase{Header: w.head(depot), Lot: "PW", Variety: "1120000", Seller: stranger, Nature: "200", GrossGrams: 9, NetGrams: 9})
			w.stored(binA, "P1", 100)
			return &record.Store{Header: w.head(depot), Lot: "PW", Bin: binA, Grams: 9}
		}},
		{"storing another nature into a bin that is not empty", record.MixedBin, func(w *world) record.Payload {
			w.accept(&record.Purchase{Header: w.head(depot), Lot: "PR", Variety: "1132002", Seller: stranger, Nature: "121", GrossGrams: 9, NetGrams: 9})
			w.stored(binA, "P1", 100)
			return &record.Store{Header: w.head(depot), Lot: "PR", Bin: binA, Grams: 9}
		}},
		{"storing another owner's grain into a bin that is not empty", record.MixedBin, func(w *world) record.Payload {
			w.stored(binA, "P1", 100)
			w.accept(sell(w, depot, "P1", 50, record.PurposeFood))
			return &record.Store{Header: w.head(depot), Lot: "P1", Bin: binA, Grams: 50 * kg, Owner: mill}
		}},
		{"withdrawing for food without an inspection", record.NoInspection, func(w *world) record.Payload {
			w.stored(binA, "P1", 100)
			return &record.Withdraw{Header: w.head(depot), Bin: binA, Lot: "W9", Grams: 1, Purpose: record.PurposeFood}
		}},
		{"withdrawing for food after a deposit ended the inspection", record.NoInspection, func(w *world) record.Payload {
			w.stored(binA, "P1", 100)
			w.passed(binA)
			w.stored(binA, "P1", 100)
			return &record.Withdraw{Header: w.head(depot), Bin: binA, Lot: "W9", Grams: 1, Purpose: record.PurposeFood}
		}},
		{"withdrawing for food on an inspection that failed", record.NoInspection, func(w *world) record.Payload {
			w.stored(binA, "P1", 100)
			w.accept(w.report(binA, record.StageOutbound, record.Measured{Item: "moisture", Value: "14.6"}))
			return &record.Withdraw{Header: w.head(depot), Bin: binA, Lot: "W9", Grams: 1, Purpose: record.PurposeFood}
		}},
		{"withdrawing more than the bin holds", record.InsufficientQuantity, func(w *world) record.Payload {
			w.stored(binA, "P1", 100)
			w.passed(binA)
			return &record.Withdraw{Header: w.head(depot), Bin: binA, Lot: "W9", Grams: 101 * kg, Purpose: record.PurposeFood}
		}},
		{"withdrawing from another's bin", record.NotCustodian, func(w *world) record.Payload {
			w.stored(binA, "P1", 100)
			return &record.Withdraw{Header: w.head(depot2), Bin: binA, Lot: "W9", Grams: 1, Purpose: record.PurposeFeed}
		}},
		{"selling what one never owned", record.NotOwner, func(w *world) record.Payload {
			return sell(w, depot2, "P1", 1, record.PurposeFood)
		}},
		{"selling more than one owns", record.InsufficientQuantity, func(w *world) record.Payload {
			return sell(w, depot, "P1", 401, record.PurposeFood)
		}},
		{"selling grain over a food-safety limit for food", record.NotForFood, func(w *world) record.Payload {
			w.accept(w.report("P1", record.StagePurchase, record.Measured{Item: "cadmium_mgkg", Value: "0.21"}))
			return sell(w, depot, "P1", 1, record.PurposeFood)
		}},
		{"selling on for food what was bought for industry", record.NotForFood, func(w *world) record.Payload {
			w.accept(sell(w, depot, "P1", 100, record.PurposeIndustrial))
			return sell(w, mill, "P1", 1, record.PurposeFood)
		}},
		{"receiving more than was shipped", record.MoreThanShipped, func(w *world) record.Payload {
			h := shipped(w)
			return &record.Receive{Header: w.head(mill), Shipper: depot, Shipment: h.Ref, Lot: "P1", Grams: 101 * kg}
		}},
		{"receiving a shipment to somebody else", record.NotConsignee, func(w *world) record.Payload {
			h := shipped(w)
			return &record.Receive{Header: w.head(shop), Shipper: depot, Shipment: h.Ref, Lot: "P1", Grams: 1}
		}},
		{"receiving twice", record.ShipmentClosed, func(w *world) record.Payload {
			h := shipped(w)
			w.accept(&record.Receive{Header: w.head(mill), Shipper: depot, Shipment: h.Ref, Lot: "P1", Grams: 100 * kg})
			return &record.Receive{Header: w.head(mill), Shipper: depot, Shipment: h.Ref, Lot: "P1", Grams: 100 * kg}
		}},
		{"cancelling after it was returned", record.ShipmentClosed, func(w *world) record.Payload {
			h := shipped(w)
			w.accept(&record.Return{Header: w.head(mill), Shipper: depot, Shipment: h.Ref, Lot: "P1"})
			return &record.CancelShip{Header: w.head(depot), Shipment: h.Ref, Lot: "P1"}
		}},
		{"a shipment that is not there", record.UnknownShipment, func(w *world) record.Payload {
			return &record.Receive{Header: w.head(mill), Shipper: depot, Shipment: "none", Lot: "P1", Grams: 1}
		}},
		{"shipping again what is on its way", record.InsufficientQuantity, func(w *world) record.Payload {
			shipped(w)
			return &record.Ship{Header: w.head(depot), Lot: "P1", Grams: 301 * kg, Owner: depot, To: mill}
		}},
		{"processing what one holds and does not own", record.NotOwner, func(w *world) record.Payload {
			return &record.Process{Header: w.head(depot2), Inputs: []record.Amount{{Lot: "X1", Grams: kg}},
				Outputs: []record.Product{{Lot: "R1", Product: "大米", Grams: kg}}}
		}},
		{"processing with outputs above inputs", record.MassBalance, func(w *world) record.Payload { return milled(w, 100, 70, 30, 1) }},
		{"processing with outputs below inputs", record.MassBalance, func(w *world) record.Payload { return milled(w, 100, 70, 28, 1) }},
		{"processing with more loss than the rule allows", record.ExcessLoss, func(w *world) record.Payload { return milled(w, 100, 70, 26, 4) }},
		{"processing more than there is", record.InsufficientQuantity, func(w *world) record.Payload { return milled(w, 201, 141, 60, 0) }},
		{"merging different varieties", record.MixedLot, func(w *world) record.Payload {
			w.accept(&record.Purchase{Header: w.head(depot), Lot: "PW", Variety: "1120000", Seller: stranger, Nature: "200", GrossGrams: 9, NetGrams: 9})
			return &record.Merge{Header: w.head(depot), Inputs: []record.Amount{{Lot: "P1", Grams: 1}, {Lot: "PW", Grams: 1}}, Output: record.Amount{Lot: "X9", Grams: 2}}
		}},
		{"merging with mass lost", record.MassBalance, func(w *world) record.Payload {
			w.accept(&record.Split{Header: w.head(depot), Lot: "P1", Outputs: []record.Amount{{Lot: "S1", Grams: 10}}})
			return &record.Merge{Header: w.head(depot), Inputs: []record.Amount{{Lot: "P1", Grams: 5}, {Lot: "S1", Grams: 5}}, Output: record.Amount{Lot: "X9", Grams: 9}}
		}},
		{"splitting off more than there is", record.InsufficientQuantity, func(w *world) record.Payload {
			return &record.Split{Header: w.head(depot), Lot: "P1", Outputs: []record.Amount{{Lot: "S1", Grams: 300 * kg}, {Lot: "S2", Grams: 101 * kg}}}
		}},
		{"a mill inspecting grain that is not its own", record.NotAuthorised, func(w *world) record.Payload {
			r := w.report("P1", record.StagePurchase)
			r.Issuer = mill
			return r
		}},
		{"adjusting more than there is", record.InsufficientQuantity, func(w *world) record.Payload {
			return &record.Adjust{Header: w.head(depot), Target: "P1", Kind: record.AdjustNatural, Grams: 401 * kg}
		}},
		{"writing off another's bin", record.NotCustodian, func(w *world) record.Payload {
			return &record.WriteOff{Header: w.head(depot2), Target: binA, Grams: 1, Reason: "水淹"}
		}},
		{"a county regulator outside its county", record.NotAuthorised, func(w *world) record.Payload {
			return &record.Enterprise{Header: w.head(county), USCC: uscc("91110000MA000000B"), Name: "外地", Kind: record.KindStorage, Division: "110000"}
		}},
		{"a county regulator changing a rule table", record.NotAuthorised, func(w *world) record.Payload {
			return &record.Rule{Header: w.head(county), Table: record.TableValidity, EffectiveFrom: "2026-01-01", Document: "县〔2026〕1号", Content: []byte(`{"outboundDays":99}`)}
		}},
		{"a rule table of the wrong form", record.BadField, func(w *world) record.Payload {
			return &record.Rule{Header: w.head(rootUSCC), Table: record.TableValidity, EffectiveFrom: "2026-01-01", Document: "1", Content: []byte(`{"days":99}`)}
		}},
		{"a rule table that does not exist", record.UnknownTable, func(w *world) record.Payload {
			return &record.Rule{Header: w.head(rootUSCC), Table: "weather", EffectiveFrom: "2026-01-01", Document: "1", Content: []byte(`{}`)}
		}},
		{"a facility of an enterprise nobody registered", record.UnknownEnterprise, func(w *world) record.Payload {
			nobody := uscc("91320582MA00000Q1")
			return &record.Facility{Header: w.head(rootUSCC), Code: nobody + "001", Name: "库", USCC: nobody, Kind: record.FacilityDepot}
		}},
		{"registering another's key", record.NotAuthorised, func(w *world) record.Payload {
			return &record.Key{Header: w.head(depot), Action: record.KeyRegister, Subject: mill, PublicKey: w.key("new").Public().Point()}
		}},
		{"revoking a key that is not there", record.UnknownKey, func(w *world) record.Payload {
			return &record.Key{Header: w.head(depot), Action: record.KeyRevoke, Subject: depot, KeyID: record.SM3([]byte("x"))}
		}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			prepare(w)
			w.refuse(tc.want, tc.say(w))
		})
	}
}

// prepare: 100 kg of harvest H1 left, 400 kg of P1 with the depot, 200 kg of
// M1 with the mill, and X1 owned by depot in depot2's custody.
func prepare(w *world) {
	w.Helper()
	w.harvested("H1", 1000)
	w.bought(depot, "P1", "H1", 400)
	w.bought(mill, "M1", "H1", 200)
	w.bought(depot, "X1", "H1", 300)
	h := w.head(depot)
	w.accept(&record.Ship{Header: h, Lot: "X1", Grams: 300 * kg, Owner: depot, To: depot2})
	w.accept(&record.Receive{Header: w.head(depot2), Shipper: depot, Shipment: h.Ref, Lot: "X1", Grams: 300 * kg})
}

func shipped(w *world) record.Header {
	w.Helper()
	h := w.head(depot)
	w.accept(&record.Ship{Header: h, Lot: "P1", Grams: 100 * kg, Owner: depot, To: mill, Carrier: carrier})
	return h
}
