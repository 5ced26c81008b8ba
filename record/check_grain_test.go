package record

import (
	"slices"
	"testing"
)

func TestMovementForms(t *testing.T) {
	runForms(t, []formCase{
		{"store into a depot", "store", change(func(p *Store) { p.Bin = depotCode }), BadFacilityCode, "bin"},
		{"store of nobody's grain named", "store", change(func(p *Store) { p.Owner = "" }), 0, ""},
		{"store for a wrong owner", "store", change(func(p *Store) { p.Owner = badUSCC }), BadUSCC, "owner"},
		{"withdraw to a bin's code", "withdraw", change(func(p *Withdraw) { p.Lot = binCode }), BadField, "lot"},
		{"withdraw for no purpose", "withdraw", change(func(p *Withdraw) { p.Purpose = "" }), BadField, "purpose"},
		{"withdraw for fuel", "withdraw", change(func(p *Withdraw) { p.Purpose = "fuel" }), BadField, "purpose"},
		{"withdraw for seed", "withdraw", change(func(p *Withdraw) { p.Purpose = PurposeSeed }), 0, ""},
		{"ship to oneself", "ship", change(func(p *Ship) { p.To = depot }), BadField, "to"},
		{"ship without an owner", "ship", change(func(p *Ship) { p.Owner = "" }), BadUSCC, "owner"},
		{"ship without a carrier", "ship", change(func(p *Ship) { p.Carrier = "" }), 0, ""},
		{"ship by a wrong carrier", "ship", change(func(p *Ship) { p.Carrier = badUSCC }), BadUSCC, "carrier"},
		{"receive nothing", "receive", change(func(p *Receive) { p.Grams = 0 }), 0, ""},
		{"receive from a wrong shipper", "receive", change(func(p *Receive) { p.Shipper = badUSCC }), BadUSCC, "shipper"},
		{"receive without a shipment", "receive", change(func(p *Receive) { p.Shipment = "" }), BadField, "shipment"},
		{"return without a reason", "return", change(func(p *Return) { p.Reason = "" }), 0, ""},
		{"cancel without a reason", "cancel-ship", change(func(p *CancelShip) { p.Reason = "" }), 0, ""},
		{"cancel of a shipment with a space", "cancel-ship", change(func(p *CancelShip) { p.Shipment = "SH-1 " }), BadField, "shipment"},
		{"sell to oneself", "sell", change(func(p *Sell) { p.Buyer = depot }), BadField, "buyer"},
		{"sell for no purpose", "sell", change(func(p *Sell) { p.Purpose = "" }), BadField, "purpose"},
	})
}

func TestBlendForms(t *testing.T) {
	runForms(t, []formCase{
		{"split into itself is for the rules", "split", change(func(p *Split) { p.Outputs[1].Lot = p.Lot }), 0, ""},
		{"split into a lot twice", "split", change(func(p *Split) { p.Outputs[1].Lot = "S1" }), BadField, "outputs/1"},
		{"split into one", "split", change(func(p *Split) { p.Outputs = p.Outputs[:1] }), 0, ""},
		{"merge of a lot twice", "merge", change(func(p *Merge) { p.Inputs[1].Lot = "S1" }), BadField, "inputs/1"},
		{"merge into an input is for the rules", "merge", change(func(p *Merge) { p.Output.Lot = "S2" }), 0, ""},
		{"merge that does not balance is for the rules", "merge", change(func(p *Merge) { p.Output.Grams = 1 }), 0, ""},
		{"process with no name is milling", "process", change(func(p *Process) { p.Process = "" }), 0, ""},
		{"process called by a phrase", "process", change(func(p *Process) { p.Process = "wet milling" }), BadField, "process"},
		{"process out of its own output is for the rules", "process", change(func(p *Process) { p.Inputs[0].Lot = "R2" }), 0, ""},
		{"process into a lot twice", "process", change(func(p *Process) { p.Outputs[1].Lot = "R1" }), BadField, "outputs/1"},
		{"a batch twice", "process", change(func(p *Process) { p.Outputs[1].GTIN, p.Outputs[1].Batch = gtin14, "20251001A" }), BadField, "outputs/1"},
		{"two batches of a GTIN", "process", change(func(p *Process) { p.Outputs[1].GTIN, p.Outputs[1].Batch = gtin14, "B" }), 0, ""},
		{"GTIN with a wrong check digit", "process", change(func(p *Process) { p.Outputs[0].GTIN = "06901234567893" }), BadGTIN, "outputs/0/gtin"},
		{"GTIN-13", "process", change(func(p *Process) { p.Outputs[0].GTIN = gtin14[1:] }), BadGTIN, "outputs/0/gtin"},
		{"batch without a GTIN", "process", change(func(p *Process) { p.Outputs[0].GTIN = "" }), BadGTIN, "outputs/0/gtin"},
		{"GTIN without a batch", "process", change(func(p *Process) { p.Outputs[0].Batch = "" }), BadField, "outputs/0/batch"},
		{"batch of 21 characters", "process", change(func(p *Process) { p.Outputs[0].Batch = "123456789012345678901" }), BadField, "outputs/0/batch"},
		{"batch with a slash", "process", change(func(p *Process) { p.Outputs[0].Batch = "a/b" }), BadField, "outputs/0/batch"},
		{"no by-products, no loss", "process", change(func(p *Process) { p.Byproducts, p.LossGrams = nil, 0 }), 0, ""},
		{"too many edges", "process", change(manyPaths), TooLarge, "outputs"},
	})
}

// manyPaths gives a process 45 inputs and 45 outputs.
func manyPaths(p *Process) {
	p.Inputs, p.Outputs = nil, nil
	for i := range 45 {
		id := string(rune('A'+i%26)) + string(rune('a'+i/26))
		p.Inputs = append(p.Inputs, Amount{"I" + id, 1})
		p.Outputs = append(p.Outputs, Product{Lot: "O" + id, Product: "大米", Grams: 1})
	}
}

func TestProcessName(t *testing.T) {
	if n := (&Process{}).Name(); n != DefaultProcess {
		t.Errorf("an unnamed process is %q", n)
	}
	if n := (&Process{Process: "drying"}).Name(); n != "drying" {
		t.Errorf("drying is %q", n)
	}
}

func TestReportForms(t *testing.T) {
	value := func(d Decimal) func(Payload) { return change(func(p *Inspect) { p.Items[1].Value = d }) }
	runForms(t, []formCase{
		{"of a depot", "inspect", change(func(p *Inspect) { p.Target = depotCode + "/" }), BadField, "target"},
		{"in a stage unknown", "inspect", change(func(p *Inspect) { p.Stage = "spring" }), BadField, "stage"},
		{"of no standard", "inspect", change(func(p *Inspect) { p.Standard = "" }), 0, ""},
		{"of an item twice", "inspect", change(func(p *Inspect) { p.Items[1].Item = "moisture" }), BadField, "items/1"},
		{"of an item with a space", "inspect", change(func(p *Inspect) { p.Items[1].Item = "heavy metal" }), BadField, "items/1/item"},
		{"of a value with an exponent", "inspect", value("1e3"), BadField, "items/1/value"},
		{"of seven places", "inspect", value("0.1234567"), BadField, "items/1/value"},
		{"of a value below zero", "inspect", value("-0.5"), BadField, "items/1/value"},
		{"of a zero value", "inspect", value("0"), 0, ""},
	})
}

func TestInspectValue(t *testing.T) {
	p := exampleOf(t, "inspect").(*Inspect)
	if v, ok := p.Value("impurity"); !ok || v != 800_000 {
		t.Errorf("impurity is %v (%v)", v, ok)
	}
	if v, ok := p.Value("protein"); ok {
		t.Errorf("protein, not reported, is %v", v)
	}
	p.Items[0].Value = "wet"
	if _, ok := p.Value("moisture"); ok {
		t.Error("a value that is no decimal counts as reported")
	}
}

func TestLossForms(t *testing.T) {
	runForms(t, []formCase{
		{"of a lot", "adjust natural", change(func(p *Adjust) { p.Target = "P1" }), 0, ""},
		{"of no target", "adjust natural", change(func(p *Adjust) { p.Target = "" }), BadField, "target"},
		{"of another kind", "adjust natural", change(func(p *Adjust) { p.Kind = "theft" }), BadField, "kind"},
		{"natural with a moisture that is none", "adjust natural", change(func(p *Adjust) { p.Before = "wet" }), BadField, "before"},
		{"moisture without values", "adjust moisture", change(func(p *Adjust) { p.Before, p.After = "", "" }), BadField, "before"},
		{"moisture of 100", "adjust moisture", change(func(p *Adjust) { p.Before = "100" }), BadField, "before"},
		{"moisture just below 100", "adjust moisture", change(func(p *Adjust) { p.Before = "99.999999" }), 0, ""},
		{"moisture below zero", "adjust moisture", change(func(p *Adjust) { p.After = "-0.1" }), BadField, "after"},
		{"impurity without moisture", "adjust impurity", change(func(p *Adjust) { p.MoistureAfter = "" }), BadField, "moistureAfter"},
		{"write-off without a reason", "write-off", change(func(p *WriteOff) { p.Reason = "" }), BadField, "reason"},
		{"write-off of an unnamed owner's", "write-off", change(func(p *WriteOff) { p.Owner = "" }), 0, ""},
	})
}

func TestCheckRoot(t *testing.T) {
	good := func() *Root {
		return &Root{USCC: regulator, Name: "示范粮食局", Division: "000000", Threshold: 1, Keys: []string{standardPoint, otherPoint}}
	}
	if err := CheckRoot(good()); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		field  string
		code   Code
		change func(r *Root)
	}{
		{"uscc", BadUSCC, func(r *Root) { r.USCC = badUSCC }},
		{"name", BadField, func(r *Root) { r.Name = "" }},
		{"division", BadField, func(r *Root) { r.Division = "0" }},
		{"threshold", BadField, func(r *Root) { r.Threshold = 0 }},
		{"threshold", BadField, func(r *Root) { r.Threshold = 3 }},
		{"keys", BadField, func(r *Root) { r.Keys = nil }},
		{"keys", TooLarge, func(r *Root) { r.Keys = slices.Repeat(r.Keys, 9) }},
		{"keys/0", BadField, func(r *Root) { r.Keys[0] = "04" }},
		{"keys/1", BadField, func(r *Root) { r.Keys[1] = r.Keys[0] }},
	} {
		r := good()
		tc.change(r)
		wantRefusal(t, CheckRoot(r), tc.code, tc.field)
	}
}
