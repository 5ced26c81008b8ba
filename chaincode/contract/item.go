package contract

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/grainledger/grainledger/record"
)

// item is one record of a batch on its way to a verdict.
type item struct {
	envelope record.Envelope
	payload  record.Payload
	pae      []byte
	id       string
	touched  record.Touches
	refused  error // by its form
	verdict  record.Verdict
	checked  []checkedSignature // beside envelope.Signatures
}

// checkedSignature is the outcome of checking one signature.
type checkedSignature struct {
	done bool // the key was known when signatures were checked in parallel
	good bool
}

// decode reads the envelopes in parallel. A record of wrong form is refused
// here and touches nothing.
func (c *Contract) decode(envelopes [][]byte, now time.Time) []item {
	items := make([]item, len(envelopes))
	c.parallel(len(items), func(i int) { items[i].read(envelopes[i], now, c.belongs) })
	return items
}

// read decodes one envelope and checks its form. That a type belongs to
// another definition is a reason of form as well, by the order of codes: it
// stands behind malformed and before everything that Check finds.
func (it *item) read(raw []byte, now time.Time, belongs func(record.Type) bool) {
	if it.envelope, it.refused = record.DecodeEnvelope(raw); it.refused != nil {
		return
	}
	it.pae = it.envelope.PAE()
	it.id = record.SM3(it.pae)
	it.verdict.ID = it.id
	t, err := it.envelope.Type()
	if err == nil {
		it.verdict.Type = t
		it.payload, err = record.DecodePayload(t, it.envelope.Payload)
	}
	if err == nil {
		h := it.payload.Head()
		it.verdict.Issuer, it.verdict.Ref = h.Issuer, h.Ref
		if belongs(t) {
			err = record.Check(it.payload, now)
		} else {
			err = record.Refuse(record.UnsupportedType, "%s records belong to another chaincode definition", t)
		}
	}
	if it.refused = err; err == nil {
		it.touched = record.Touched(it.payload)
	}
}

// parallel runs f for 0 to n-1 on the contract's workers. What f does for one
// index must not depend on another. A panic of f is one of parallel.
func (c *Contract) parallel(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	var caught panics
	for range min(c.workers, n) {
		wg.Go(func() {
			defer caught.catch()
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				f(int(i))
			}
		})
	}
	wg.Wait()
	caught.again()
}
