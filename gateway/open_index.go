package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/ledger"
)

// openIndex opens the index, and begins it anew where it is broken or belongs
// to another chain: all that it holds is in the blocks. It stays where the
// ledger could not be asked, and where the ledger is only behind.
func (n *node) openIndex(ctx context.Context) error {
	place := n.config.indexPlace()
	err := n.tryIndex(ctx, place)
	var kept keepIndex
	if err != nil && ctx.Err() == nil && !errors.As(err, &kept) && index.Spoilt(place, err) {
		n.log.Warn("the index is deleted and built again from the blocks", "error", err)
		if err := index.Remove(ctx, place); err != nil {
			return err
		}
		err = n.tryIndex(ctx, place)
	}
	if err != nil {
		return err
	}
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	n.follow = stop
	n.work.Go(func() {
		if err := n.index.Follow(following, n.ledger); err != nil && following.Err() == nil {
			n.broken <- fmt.Errorf("the index cannot follow the ledger: %w", err)
		}
	})
	return nil
}

// keepIndex is an error for which the index is not to blame.
type keepIndex struct{ err error }

func (e keepIndex) Error() string { return e.err.Error() }
func (e keepIndex) Unwrap() error { return e.err }

// tryIndex opens the index and holds its newest block against the ledger's.
func (n *node) tryIndex(ctx context.Context, place string) error {
	ix, err := index.Open(ctx, place, n.log)
	if err != nil {
		return err
	}
	if err := n.sameChain(ctx, ix); err != nil {
		return errors.Join(err, ix.Close())
	}
	n.index = ix
	return nil
}

func (n *node) sameChain(ctx context.Context, ix *index.Index) error {
	have := ix.Height()
	if have == 0 {
		return nil
	}
	if err := n.awaitHeight(ctx, have); err != nil {
		return err
	}
	last, err := blockAt(ctx, n.ledger, have-1)
	if err != nil {
		return keepIndex{err}
	}
	return ix.Apply(ctx, last) // known: it is compared and changes nothing
}

func blockAt(ctx context.Context, l ledger.Ledger, number uint64) (ledger.Block, error) {
	for block, err := range l.Blocks(ctx, number) {
		return block, err
	}
	return ledger.Block{}, ctx.Err()
}

// How the node waits for a ledger that is behind the index.
const (
	lookAgain = time.Second
	tellAgain = 15 // looks between two log lines
)

// awaitHeight waits until the ledger has as many blocks as the index has read,
// for as long as its kind is given. A peer of a channel that was restored or
// joined again catches up by itself.
func (n *node) awaitHeight(ctx context.Context, have uint64) error {
	patience := time.NewTimer(n.opened.patience)
	defer patience.Stop()
	for look := 0; ; look++ {
		health, err := n.ledger.Health(ctx)
		switch {
		case err != nil:
			return keepIndex{err}
		case health.Height >= have:
			return nil
		case n.opened.patience == 0:
			return index.ErrAhead
		}
		if look%tellAgain == 0 {
			n.log.Info("the ledger is behind the index and is waited for", "ledger", health.Height, "index", have)
		}
		select {
		case <-time.After(lookAgain):
		case <-patience.C:
			return n.gaveUp(health.Height, have)
		case <-ctx.Done():
			return keepIndex{ctx.Err()}
		}
	}
}

// gaveUp tells the operator what can be done. The node does not decide it:
// a peer that is merely slow would cost the whole index.
func (n *node) gaveUp(height, have uint64) error {
	return keepIndex{fmt.Errorf("%w: it has read %d blocks, and the ledger has %d after --ledger-wait %s. "+
		"Let the peer catch up and start again. Where the channel was made anew or restored to an earlier block, "+
		"drop the index with `gateway index drop` (--data %s and the same --index-db) and start again: it is built from the blocks",
		index.ErrAhead, have, height, n.opened.patience, n.config.data)}
}
