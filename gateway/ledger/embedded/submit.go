package embedded

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Submit runs tx and returns when its block is on disk. The transaction's
// timestamp is Options.Clock at the time of the call, or the newest block's
// time if that is later.
//
// Beside the errors of ledger.Ledger: the error of ctx if it ended before the transaction was handed over. If ctx ends later,
// the error is ledger.ErrUnknown, and Status tells what became of the
// returned Commit.TxID. A transaction whose block met a failing disk gets an
// error that is both ledger.ErrUnknown and ledger.ErrUnavailable: it may be
// there after a restart.
func (l *Ledger) Submit(ctx context.Context, tx ledger.Tx) (ledger.Commit, error) {
	if err := errors.Join(l.failure(), ctx.Err()); err != nil {
		return ledger.Commit{}, err
	}
	sim, err := l.simulate(tx)
	if err != nil {
		return ledger.Commit{}, err
	}
	p := &pending{sim: sim, done: make(chan result, 1)}
	select {
	case l.queue <- p:
	case <-ctx.Done():
		return ledger.Commit{}, ctx.Err()
	case <-l.quit:
		return ledger.Commit{}, ledger.ErrClosed
	}
	select {
	case r := <-p.done:
		return r.commit, r.err
	case <-ctx.Done():
		c := ledger.Commit{TxID: hex.EncodeToString(sim.tx.id[:])}
		return c, fmt.Errorf("%w: %w", ledger.ErrUnknown, ctx.Err())
	}
}

// Evaluate runs tx against committed state and throws its writes away. Public
// reads are of one moment; private reads are of the newest state, so that
// nothing purged is seen. It works on a ledger that stopped after a failed
// write.
func (l *Ledger) Evaluate(ctx context.Context, tx ledger.Tx) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	sim, err := l.simulate(tx)
	if err != nil {
		return nil, err
	}
	return sim.response, nil
}

// Status tells in which block a transaction stands and with which code. Its
// error is ledger.ErrNotFound, ledger.ErrClosed, that of ctx, or
// ledger.ErrUnavailable where the chain cannot be read.
func (l *Ledger) Status(ctx context.Context, txID string) (ledger.Commit, ledger.Code, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Commit{}, "", err
	}
	var id [32]byte
	raw, err := hex.DecodeString(txID)
	if err != nil || len(raw) != len(id) {
		return ledger.Commit{}, "", ledger.ErrNotFound // it cannot be one of ours
	}
	copy(id[:], raw)
	if err := l.enter(); err != nil {
		return ledger.Commit{}, "", err
	}
	defer l.leave()
	block, code, ok, err := l.status(id)
	switch {
	case err != nil:
		l.opt.Log.Error("looking up a transaction failed", "tx", txID, "error", err)
		return ledger.Commit{}, "", fmt.Errorf("%w: %w", ledger.ErrUnavailable, err)
	case !ok:
		return ledger.Commit{}, "", ledger.ErrNotFound
	}
	return ledger.Commit{TxID: hex.EncodeToString(id[:]), Block: block}, code, nil
}
