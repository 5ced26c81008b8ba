// Package ledger is the gateway's view of the ledger underneath it: an
// embedded one on this machine, or a Hyperledger Fabric channel. Both run the
// same contract code; what differs stays behind the Ledger interface.
package ledger

import (
	"context"
	"crypto/sha256"
	"errors"
	"iter"
	"time"
)

// Ledger runs transactions of the contracts and streams their blocks.
//
// All methods may be called from many goroutines at once.
type Ledger interface {
	// Submit runs tx and returns when its block is durable on disk.
	// It does not retry. ErrConflict means that nothing was written and
	// that the same transaction may be submitted again; ErrUnknown means
	// that the outcome is not known: the Commit names the transaction, and
	// Status tells what became of it. A refusal by the contract is a
	// *ContractError.
	Submit(ctx context.Context, tx Tx) (Commit, error)

	// Status tells in which block a transaction stands and with which code.
	// The Commit has no Response. ErrNotFound means that the ledger has no
	// such transaction now; where it was sent, it may still come.
	Status(ctx context.Context, txID string) (Commit, Code, error)

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
	Contract  string // GrainContract where it is empty
	Function  string
	Args      [][]byte
	Transient map[string][]byte // travels beside the transaction; never part of a block

	// Collection names the private collection whose members alone endorse the
	// transaction. Empty: whoever the contract's policy asks for.
	Collection string
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
	Contract string // empty: none of ours, and nothing below is told
	Function string
	Args     [][]byte
	Response []byte
	Event    []byte
	Writes   []Write        // public writes in key order; empty unless Code is Valid
	Private  []PrivateWrite // what changed in private collections, by hash
}

// Write is one public state change.
type Write struct {
	Contract string // whose state it is
	Key      string
	Value    []byte
	Delete   bool
}

// PrivateWrite is one change of a private collection. The value itself is not
// in the block, and on Fabric neither is the key.
type PrivateWrite struct {
	Contract   string
	Collection string
	KeyHash    []byte // SHA-256 of the key
	Hash       []byte // of the value: SM3 on the embedded ledger, SHA-256 on Fabric; nil when purged
	Purge      bool
}

// KeyHash is the hash under which a private key stands in a block.
func KeyHash(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:]
}

// Code is the validation code of a transaction in a block, in Fabric's words.
type Code string

// Validation codes. Fabric has more; the embedded ledger has these.
const (
	Valid               Code = "VALID"
	MVCCReadConflict    Code = "MVCC_READ_CONFLICT"
	PhantomReadConflict Code = "PHANTOM_READ_CONFLICT" // Fabric alone
)

// Contracts, by the names under which the gateway knows them.
const (
	GrainContract  = "grain"  // registry, lots, attestation
	CreditContract = "credit" // the credit file
)

// Errors of Submit, Evaluate and Status.
var (
	// ErrConflict: another transaction changed what this one read. Nothing
	// was written; submit again.
	ErrConflict = errors.New("ledger: version conflict")
	// ErrUnknown: the transaction was sent and its outcome is not known.
	ErrUnknown = errors.New("ledger: commit status unknown")
	// ErrUnavailable: the ledger cannot take the transaction now. Nothing
	// was written.
	ErrUnavailable = errors.New("ledger: unavailable")
	// ErrDisagree: endorsers came to different results. Nothing was written.
	// One of them runs another contract or holds another state; trying again
	// does not help, an operator has to look.
	ErrDisagree = errors.New("ledger: endorsers disagree")
	// ErrTooLarge: the transaction is larger than the ledger takes. Nothing
	// was written; it will not fit later either: split it.
	ErrTooLarge = errors.New("ledger: transaction too large")
	// ErrPanic: the contract panicked. Nothing was written; a part of the
	// transaction may fare better alone.
	ErrPanic = errors.New("ledger: contract panicked")
	// ErrNotFound: there is no such transaction.
	ErrNotFound = errors.New("ledger: no such transaction")
	// ErrClosed: the ledger has been closed.
	ErrClosed = errors.New("ledger: closed")
)

// InvalidError is a transaction that stands in a block without effect, for a
// reason that is no version conflict: too few endorsements, or a change of
// the network's rules while it was under way.
type InvalidError struct{ Code Code }

func (e *InvalidError) Error() string {
	return "ledger: transaction is in a block and invalid: " + string(e.Code)
}

// ContractError is the contract's refusal of a whole transaction (a refused
// record is no error: it is a verdict in the response).
type ContractError struct {
	Message string // as the contract wrote it, "GL<number> <reason>: detail"
}

func (e *ContractError) Error() string { return e.Message }
