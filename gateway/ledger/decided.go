package ledger

import (
	"fmt"

	"github.com/grainledger/grainledger/record"
)

// BringsRecords tells whether a transaction's answer is a list of verdicts:
// that of another contract's function of the same name is none.
func (tx *BlockTx) BringsRecords() bool {
	return tx.Code == Valid && tx.Contract == GrainContract && tx.Function == record.FnSubmit
}

// Batch is the envelopes of a transaction that brings records, in order.
func (tx *BlockTx) Batch() ([][]byte, error) {
	if len(tx.Args) == 0 {
		return nil, fmt.Errorf("%s has no argument", tx.Function)
	}
	envelopes, err := record.OpenBatch(tx.Args[0])
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	return envelopes, nil
}

// Decided takes the records out of a transaction and the contract's verdict
// on each, in order. A transaction without effect, one of another contract or
// one that brings no records has none.
func (tx *BlockTx) Decided() (envelopes [][]byte, verdicts []record.Verdict, err error) {
	if !tx.BringsRecords() {
		return nil, nil, nil
	}
	if envelopes, err = tx.Batch(); err != nil {
		return nil, nil, err
	}
	if verdicts, err = record.ReadVerdicts(tx.ID, tx.Response, envelopes); err != nil {
		return nil, nil, fmt.Errorf("verdicts: %w", err)
	}
	return envelopes, verdicts, nil
}
