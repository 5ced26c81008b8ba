// Package ledger is the gateway's view of the ledger underneath it: an
// embedded one on this machine, or a Hyperledger Fabric channel. Both run the
// same contract code; what differs stays behind the Ledger interface.
package ledger

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Ledger runs transactions of the grain contract and streams its blocks.
//
// All methods may be called from many goroutines at once.
type Ledger interface {
	// Submit runs tx and returns when its block is durable on disk.
	// It does not retry. ErrConflict means that nothing was written and
	// that the same transaction may be submitted again; ErrUnknown means
	// that the outcome is not known and has to be asked for.
	// A refusal by the contract is a *ContractError.
	Submit(ctx context.Context, tx Tx) (Commit, error)

	// Evaluate runs tx against committed state and throws its writes away.
	Evaluate(ctx context.Context, tx Tx) ([]byte, error)

	// Blocks yields every block from number from on, in order, and goes on
	// with new ones as they commit. It ends when ctx is done or after the
	// first error.
	Blocks(ctx context.Context, from uint64) iter.Seq2[Block, error]

	// Health tells how high the chain is, or why the ledger cannot be used.
	Health(ctx context.Context) (Health, error)
}

// Tx is one call of a contract function.
type Tx struct {
	Function  string
	Args      [][]byte
	Transient map[string][]byte // travels beside the transaction; never part of a block
}

// Commit says where a transaction stands once it is durable.
type Commit struct {
	TxID     string
	Block    uint64
	Response []byte // what the contract function returned
}

// Health is the answer of a ledger that works.
type Health struct {
	Height uint64 // number of blocks; the newest block has number Height-1
}

// Block is a committed block. Its slices must not be changed.
type Block struct {
	Number   uint64
	Hash     []byte // SM3 on the embedded ledger
	Previous []byte
	Time     time.Time
	Txs      []BlockTx
}

// BlockTx is one transaction of a block, valid or not.
type BlockTx struct {
	ID       string
	Time     time.Time // the transaction timestamp, which the contract saw
	Code     Code
	Function string
	Args     [][]byte
	Response []byte
	Event    []byte
	Writes   []Write        // public writes in key order; empty unless Code is Valid
	Private  []PrivateWrite // what changed in private collections, by hash
}

// Write is one public state change.
type Write struct {
	Key    string
	Value  []byte
	Delete bool
}

// PrivateWrite is one change of a private collection. The value itself is not
// in the block.
type PrivateWrite struct {
	Collection string
	Key        string // sealed parts are named by their SM3, so the key gives nothing away
	Hash       []byte // SM3 of the value; nil when purged
	Purge      bool
}

// Code is the validation code of a transaction in a block, in Fabric's words.
type Code string

// Validation codes.
const (
	Valid            Code = "VALID"
	MVCCReadConflict Code = "MVCC_READ_CONFLICT"
)

// Errors of Submit and Evaluate.
var (
	// ErrConflict: another transaction changed what this one read. Nothing
	// was written; submit again.
	ErrConflict = errors.New("ledger: version conflict")
	// ErrUnknown: the transaction was sent and its outcome is not known.
	ErrUnknown = errors.New("ledger: commit status unknown")
	// ErrUnavailable: the ledger cannot take the transaction now. Nothing
	// was written.
	ErrUnavailable = errors.New("ledger: unavailable")
	// ErrClosed: the ledger has been closed.
	ErrClosed = errors.New("ledger: closed")
)

// ContractError is the contract's refusal of a whole transaction (a refused
// record is no error: it is a verdict in the response).
type ContractError struct {
	Message string // as the contract wrote it, "GL<number> <reason>: detail"
}

func (e *ContractError) Error() string { return e.Message }
