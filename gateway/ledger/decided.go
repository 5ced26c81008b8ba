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

// Decided takes the records out of a transaction and the contract's verdict
// on each, in order. A transaction without effect, one of another contract or
// one that brings no records has none.
func (tx *BlockTx) Decided() (envelopes [][]byte, verdicts []record.Verdict, err error) {
	if !tx.BringsRecords() {
		return nil, nil, nil
	}
	if len(tx.Args) == 0 {
		return nil, nil, fmt.Errorf("%s has no argument", tx.Function)
	}
	if envelopes, err = record.OpenBatch(tx.Args[0]); err != nil {
		return nil, nil, fmt.Errorf("batch: %w", err)
	}
	if verdicts, err = record.DecodeVerdicts(tx.ID, tx.Response); err != nil {
		return nil, nil, fmt.Errorf("verdicts: %w", err)
	}
	if len(verdicts) != len(envelopes) {
		return nil, nil, fmt.Errorf("%d verdicts on %d records", len(verdicts), len(envelopes))
	}
	return envelopes, verdicts, nil
}
