// Package ledgertest says in tests what every ledger promises the gateway,
// whatever lies under it: the methods of ledger.Ledger, with the grain contract
// in it.
package ledgertest

import (
	"testing"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Ledger is a ledger that can be closed.
type Ledger interface {
	ledger.Ledger
	Close() error
}

// Run tests a kind of ledger. open opens one that runs the grain contract on
// an empty state; its blocks may be shared with others. Run closes it.
func Run(t *testing.T, open func(t *testing.T) Ledger) {
	w := newWorld(t, open(t))
	for _, c := range []struct {
		promise string
		test    func(*world)
	}{
		{"a block carries the whole transaction", wholeTransaction},
		{"status of what is there and what is not", status},
		{"a refusal comes in the contract's words", refusal},
		{"evaluating writes nothing", evaluating},
		{"a preview writes nothing, evaluated or submitted", preview},
		{"one of many writers of a key wins", writersOfOneKey},
		{"every stream has the same chain", streams},
		{"a stream goes on where another ended", resumed},
		{"what is sealed stands in blocks by its hash", sealed},
		{"the height counts what was answered", height},
		{"a closed ledger says so", closed}, // last: it closes it
	} {
		t.Run(c.promise, func(t *testing.T) { c.test(w.under(t)) })
	}
}
