package epcis

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/record"
)

// FuzzPayload: whatever JSON comes, it is refused, or it is a payload whose
// event says it again.
func FuzzPayload(f *testing.F) {
	f.Add([]byte(goods))
	for _, p := range []record.Payload{
		&record.Process{Header: record.Header{Issuer: "A", Ref: "r"}, Inputs: []record.Amount{{Lot: "a", Grams: 1}}, Outputs: []record.Product{{Lot: "b", Product: "c", Grams: 1, GTIN: "06901234567809", Batch: "B"}}},
		&record.Inspect{Header: record.Header{Issuer: "A", Ref: "r"}, Target: "L", Items: []record.Measured{{Item: "moisture", Value: "13.50"}}},
		&record.Store{Header: record.Header{Issuer: "A", Ref: "r"}, Lot: "L", Bin: "B"},
	} {
		f.Add([]byte(encoded(f, FromPayload(p))))
	}
	context := encoded(f, Context())
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := Payload(jsontext.Value(raw), context, NoBatches)
		if err != nil {
			return
		}
		again, err := Payload(encoded(t, FromPayload(p)), context, NoBatches)
		if err != nil {
			t.Fatalf("%v: %s", err, encoded(t, p))
		}
		if string(encoded(t, p)) != string(encoded(t, again)) {
			t.Errorf("%s\nthen %s", encoded(t, p), encoded(t, again))
		}
	})
}
