package contract_test

import (
	"testing"

	"github.com/grainledger/grainledger/record"
)

func TestFromHarvestToSale(t *testing.T) {
	w := newWorld(t)
	w.harvested("H1", 1000)
	w.bought(depot, "P1", "H1", 800)
	w.stored(binA, "P1", 800)
	w.passed(binA)
	w.drawn(binA, "W1", 500)
	w.accept(&record.Sell{Header: w.head(depot), Lot: "W1", Buyer: mill, Grams: 500 * kg, Purpose: record.PurposeFood})
	h := w.head(depot)
	w.accept(&record.Ship{Header: h, Lot: "W1", Grams: 500 * kg, Owner: mill, To: mill, Carrier: carrier})
	w.accept(&record.Receive{Header: w.head(mill), Shipper: depot, Shipment: h.Ref, Lot: "W1", Grams: 499 * kg})
	w.accept(&record.Process{Header: w.head(mill), Inputs: []record.Amount{{Lot: "W1", Grams: 499 * kg}},
		Outputs:    []record.Product{{Lot: "R1", Product: "大米", Grams: 330 * kg, GTIN: riceGTIN, Batch: "B1"}},
		Byproducts: []record.Byproduct{{Name: "米糠", Grams: 160 * kg}}, LossGrams: 9 * kg})
	w.accept(&record.Sell{Header: w.head(mill), Lot: "R1", Buyer: shop, Grams: 330 * kg, Purpose: record.PurposeFood})
	if b := value[record.BinState](w, record.BinKey(binA)); b.Grams != 300*kg {
		t.Errorf("the bin holds %d g", b.Grams)
	}
}
