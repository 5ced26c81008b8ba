package index

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// TestOtherContractsAreLeftAlone: what another contract wrote is not read as
// grain, and does not fail however strange it is.
func TestOtherContractsAreLeftAlone(t *testing.T) {
	for _, test := range []struct {
		name string
		tx   ledger.BlockTx
	}{
		{"a function of the same name", ledger.BlockTx{Contract: ledger.CreditContract, Function: record.FnSubmit,
			Args: [][]byte{[]byte("no batch")}, Response: []byte("no verdicts")}},
		{"no contract of ours", ledger.BlockTx{}},
		{"names that no database takes", ledger.BlockTx{ID: "tx\x00" + strings.Repeat("y", 5000), Code: "ENDORSEMENT_POLICY_FAILURE",
			Contract: ledger.GrainContract, Function: "\xff\x00", Response: []byte("\xfe\x00")}},
		{"an answer that nobody endorsed", ledger.BlockTx{Code: "ENDORSEMENT_POLICY_FAILURE",
			Contract: ledger.GrainContract, Function: record.FnSubmit, Response: []byte("\xfe\x00")}},
		{"a delete", ledger.BlockTx{Contract: ledger.CreditContract, Function: "Expire",
			Writes: []ledger.Write{{Contract: ledger.CreditContract, Key: "lot/H1", Delete: true}}}},
		{"a value under a key of the grain contract", ledger.BlockTx{Contract: ledger.CreditContract, Function: "Open",
			Writes: []ledger.Write{{Contract: ledger.CreditContract, Key: "lot/H1", Value: []byte("no JSON")}}}},
		{"the same inside a grain transaction", ledger.BlockTx{Function: record.FnSeal,
			Writes: []ledger.Write{{Contract: ledger.CreditContract, Key: "lot/H1", Value: []byte("no JSON")}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newChain(t)
			c.harvest("H1", 1000)
			c.block()
			ix := indexed(t, c)
			before := dump(t, ix)
			c.add(test.tx)
			apply(t, ix, c.block())
			after := dump(t, ix)
			for _, table := range []string{"block", "tx"} { // the transaction itself is there
				if len(after[table]) != len(before[table])+1 {
					t.Errorf("%d rows in %s", len(after[table]), table)
				}
				delete(before, table)
				delete(after, table)
			}
			if !reflect.DeepEqual(after, before) {
				t.Error("the index read it as grain")
			}
			receipt, err := ix.Receipt(context.Background(), text(c.blocks[1].Txs[0].ID))
			if err != nil || receipt.Block != 1 || len(receipt.Verdicts) != 0 {
				t.Errorf("receipt %+v, %v", receipt, err)
			}
		})
	}
}
