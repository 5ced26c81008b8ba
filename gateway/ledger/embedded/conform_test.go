package embedded

import (
	"testing"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/ledger/ledgertest"
)

func TestKeepsTheLedgersPromises(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) ledgertest.Ledger {
		rules, err := contract.New()
		if err != nil {
			t.Fatal(err)
		}
		opt := testOptions()
		opt.Invoke = rules.Invoke
		return mustOpen(t, t.TempDir(), opt)
	})
}
