package fabric

import (
	"context"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Submit has tx endorsed, sends it to ordering and waits for its block. Beside
// the errors of ledger.Ledger: ledger.ErrDisagree, ledger.ErrTooLarge,
// ledger.ErrClosed, and a *ledger.InvalidError. Until the envelope is sent,
// another peer is tried where one does not answer; afterwards nothing is sent
// again. Where ctx is cancelled before that, the error is its own; where its
// deadline passes, it is ledger.ErrUnavailable, since nothing was written.
func (l *Ledger) Submit(ctx context.Context, tx ledger.Tx) (ledger.Commit, error) {
	c, err := l.call(tx)
	if err != nil {
		return ledger.Commit{}, err
	}
	ctx, done := l.live(ctx)
	defer done()
	leave, err := l.submits.enter(ctx)
	if err != nil {
		return ledger.Commit{}, l.ended(ctx)
	}
	defer leave()
	e, err := l.endorse(ctx, c)
	if err != nil {
		return ledger.Commit{}, err
	}
	return l.order(ctx, e)
}

// order sends an endorsed transaction and tells what became of it.
func (l *Ledger) order(ctx context.Context, e *endorsed) (ledger.Commit, error) {
	if err := l.ended(ctx); err != nil {
		return ledger.Commit{}, err
	}
	commit := ledger.Commit{TxID: e.TransactionID()}
	sent, err := l.send(ctx, e)
	if !sent {
		return ledger.Commit{}, err
	}
	var status *client.Status
	if err == nil {
		status, err = l.watch(ctx, e.session, commit.TxID)
	} else if ctx.Err() == nil {
		status, err = l.ask(ctx, commit.TxID, err)
	}
	if status == nil {
		return commit, unknown(ctx, commit.TxID, err)
	}
	commit.Block = status.BlockNumber
	if err := codeError(status.Code, commit.TxID); err != nil {
		return commit, err
	}
	commit.Response = e.Result()
	return commit, nil
}

// send hands the envelope to ordering. sent is false only where it is certain
// that ordering does not have it.
func (l *Ledger) send(ctx context.Context, e *endorsed) (sent bool, err error) {
	within, cancel := context.WithTimeout(ctx, l.opt.SubmitTimeout)
	defer cancel()
	if _, err = e.SubmitWithContext(within); err == nil {
		return true, nil
	}
	// That the time passes may be ordering's fault as well.
	if within.Err() == nil && peerFault(err) {
		l.endorsers.failed(e.endpoint, err)
	}
	if refused := sendError(err, e.session); refused != nil {
		return false, refused
	}
	return true, err
}

// unknown is the error of a transaction that was sent and not heard of again.
func unknown(ctx context.Context, txID string, why error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w: transaction %s: %w", ledger.ErrUnknown, txID, ctx.Err())
	}
	return fmt.Errorf("%w: transaction %s: %v", ledger.ErrUnknown, txID, why)
}

// codeError tells what a validation code means for the sender.
func codeError(code peer.TxValidationCode, txID string) error {
	switch code {
	case peer.TxValidationCode_VALID:
		return nil
	case peer.TxValidationCode_MVCC_READ_CONFLICT, peer.TxValidationCode_PHANTOM_READ_CONFLICT:
		return fmt.Errorf("%w: transaction %s: %s", ledger.ErrConflict, txID, code)
	case peer.TxValidationCode_DUPLICATE_TXID:
		// Somebody sent our envelope once more. This is the code of the
		// copy; the one before it counts.
		return fmt.Errorf("%w: transaction %s: %s", ledger.ErrUnknown, txID, code)
	}
	return &ledger.InvalidError{Code: codeName(int32(code))}
}

// sleep waits; false if ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
