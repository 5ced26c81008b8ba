package e2e

import (
	"testing"

	"github.com/grainledger/grainledger/gateway/ledger/ledgertest"
)

// A channel keeps the promises of a ledger, as the embedded ledger does in the
// tests of its own package.
func TestChannelKeepsTheLedgersPromises(t *testing.T) {
	eachFabric(t, func(t *testing.T, on ledgerKind) {
		ledgertest.Run(t, func(t *testing.T) ledgertest.Ledger {
			return openChannel(t, on.network(t).define(t))
		})
	})
}
