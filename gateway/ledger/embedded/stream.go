package embedded

import (
	"context"
	"iter"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Blocks yields the blocks from number from on and then waits for new ones.
// They are read from disk one at a time and compared with the hashes that
// chain them. It ends with ledger.ErrClosed after Close, with
// ledger.ErrUnavailable after a failed write, and with a *TamperError if a
// block is no longer what it was.
func (l *Ledger) Blocks(ctx context.Context, from uint64) iter.Seq2[ledger.Block, error] {
	return func(yield func(ledger.Block, error) bool) {
		for f, err := range l.frames(ctx, from) {
			if err != nil {
				yield(ledger.Block{}, err)
				return
			}
			if !yield(f.block.public(f.hash), nil) {
				return
			}
		}
	}
}

// frames are the blocks as they are read, each compared with the one before.
func (l *Ledger) frames(ctx context.Context, from uint64) iter.Seq2[*frame, error] {
	return func(yield func(*frame, error) bool) {
		var before *frame
		for n := from; ctx.Err() == nil; n++ {
			start, err := l.await(ctx, n)
			if ctx.Err() != nil {
				return
			}
			var f *frame
			if err == nil {
				f, err = l.readBlock(n, start, before)
			}
			if !yield(f, err) || err != nil {
				return
			}
			before = f
		}
	}
}

// await returns where block n begins, as soon as there is one.
func (l *Ledger) await(ctx context.Context, n uint64) (location, error) {
	for {
		start, ok, more := l.start(n)
		if ok {
			return start, nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-l.quit:
			return 0, ledger.ErrClosed
		case <-l.broken:
			return 0, l.failure()
		}
	}
}

// readBlock reads block n and compares it with the one before, if known.
func (l *Ledger) readBlock(n uint64, start location, before *frame) (*frame, error) {
	if err := l.enter(); err != nil {
		return nil, err
	}
	defer l.leave()
	f, err := l.blockAt(start)
	if err != nil {
		return nil, tampered(n, "%v", err)
	}
	if f.block.number != n {
		return nil, tampered(n, "wrong block number")
	}
	if before != nil && f.block.previous != before.hash {
		return nil, tampered(n, "previous hash is not the hash of the block before")
	}
	return f, nil
}
