package ledger

import (
	"context"
	"sync"

	"github.com/grainledger/grainledger/record"
)

// Status says how far a record has come, in three words used everywhere.
type Status string

// Statuses.
const (
	StatusReceived  Status = "received"  // durable at the gateway
	StatusCommitted Status = "committed" // in a valid transaction of a block
	StatusAnchored  Status = "anchored"  // under a checkpoint on the ledger
)

// Receipt is the answer to one submitted record.
type Receipt struct {
	record.Verdict
	// Block holds the transaction that accepted the record. It is 0 where the
	// record was not accepted and where only the index can tell (the first
	// receipt of a duplicate).
	Block uint64 `json:"block,omitzero"`
	// Status is committed where the verdict stands in a block, and empty
	// where the record was refused before it went to the ledger.
	Status Status `json:"status,omitzero"`
	// RefusedIn is the transaction in whose response a refusal stands.
	RefusedIn string `json:"refusedIn,omitempty"`

	// Decided is the block in which the verdict stands; an index that has
	// read it knows all that the verdict rests on.
	Decided uint64 `json:"-"`
}

// Ticket stands for submitted records until all are answered.
type Ticket struct {
	done chan struct{}

	mu       sync.Mutex
	receipts []Receipt
	left     int
	err      error
}

func newTicket(n int) *Ticket {
	t := &Ticket{done: make(chan struct{}), receipts: make([]Receipt, n), left: n}
	if n == 0 {
		close(t.done)
	}
	return t
}

// Done is closed when every record is answered or given back.
func (t *Ticket) Done() <-chan struct{} { return t.done }

// Wait returns one receipt per record in the order of submission. Its error
// is that of ctx, or why some record could not be decided: ErrUnknown (it may
// stand in the ledger; submitting again is safe), ErrConflict, ErrUnavailable,
// ErrDisagree or *InvalidError (nothing was written; the last two want an
// operator), a *ContractError that is about no record, ErrClosed. Receipts
// that exist come beside such an error; the others have no verdict. Leaving
// early gives up the wait and not the records.
func (t *Ticket) Wait(ctx context.Context) ([]Receipt, error) {
	select {
	case <-t.done:
		return t.receipts, t.err
	default: // an answer that exists is given even when ctx is done
	}
	select {
	case <-t.done:
		return t.receipts, t.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Answered is how many records are answered or given back so far.
func (t *Ticket) Answered() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.receipts) - t.left
}

// answer gives record i its receipt, or says why it has none.
func (t *Ticket) answer(i int, r Receipt, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.receipts[i] = r
	if err != nil && t.err == nil {
		t.err = err
	}
	if t.left--; t.left == 0 {
		close(t.done)
	}
}
