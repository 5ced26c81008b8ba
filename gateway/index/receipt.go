package index

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// Receipt is a transaction as the ledger has it: where it stands and what the
// ledger decided about each of its records, refusals included.
type Receipt struct {
	Tx       string           `json:"tx"`
	Block    uint64           `json:"block"`
	Time     string           `json:"time"` // transaction time, RFC 3339 UTC
	Code     ledger.Code      `json:"code"` // validation code; only a VALID transaction counts
	Function string           `json:"function"`
	Verdicts []record.Verdict `json:"verdicts"` // one for each record, in order
}

const txByID = `SELECT block, time, code, function, response FROM tx WHERE id = $1`

// Receipt reads a transaction by its id.
func (ix *Index) Receipt(ctx context.Context, tx string) (Receipt, error) {
	receipt := Receipt{Tx: tx, Verdicts: []record.Verdict{}}
	err := ix.read(ctx, "transaction "+tx, func(r *reader) error {
		var block int64
		var response string
		err := r.one(ctx, txByID, []any{tx}, &block, &receipt.Time, &receipt.Code, &receipt.Function, &response)
		if err != nil {
			return err
		}
		receipt.Block = uint64(block)
		if response == "" || receipt.Code != ledger.Valid {
			return nil
		}
		if receipt.Verdicts, err = readVerdicts(tx, response); err != nil {
			return fmt.Errorf("verdicts: %w", err)
		}
		return nil
	})
	return receipt, err
}

// writeVerdicts writes what a receipt needs, so that no envelope has to be
// read for it. The id of the transaction itself stands beside it.
func writeVerdicts(tx string, verdicts []record.Verdict) (string, error) {
	out := slices.Clone(verdicts)
	for i := range out {
		if out[i].Tx == tx {
			out[i].Tx = ""
		}
	}
	b, err := json.Marshal(out)
	return string(b), err
}

func readVerdicts(tx, data string) ([]record.Verdict, error) {
	var out []record.Verdict
	err := json.Unmarshal([]byte(data), &out)
	for i := range out {
		if out[i].Outcome != record.Rejected && out[i].Tx == "" {
			out[i].Tx = tx
		}
	}
	return out, err
}
