package contract_test

import (
	"fmt"
	"testing"

	"github.com/grainledger/grainledger/record"
)

// BenchmarkSubmit measures one record of a batch of 500, with its signature
// checked and its writes encoded; nothing is stored.
func BenchmarkSubmit(b *testing.B) {
	w := newWorld(b)
	const size = 500
	envelopes := make([][]byte, size)
	for i := range envelopes {
		envelopes[i] = w.sign(w.harvest(coop, fmt.Sprintf("H%d", i)))
	}
	batch, err := record.EncodeBatch(envelopes)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.simulate("tx", record.FnSubmit, batch, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/size, "µs/record")
}
