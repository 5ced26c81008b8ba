package fabric

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Blocks yields the blocks from number from on, wherever they can be had: a
// peer that ends the stream is followed by the next one, at the block that is
// due. While no peer gives any, it waits, and logs why. It ends with ctx, with
// ledger.ErrClosed after Close, and with a *ChainError where a peer gives what
// cannot be the next block.
func (l *Ledger) Blocks(ctx context.Context, from uint64) iter.Seq2[ledger.Block, error] {
	return func(yield func(ledger.Block, error) bool) {
		err := l.follow(ctx, from, func(b *common.Block, _ []byte) bool {
			return yield(decodeBlock(b, l.names), nil)
		})
		if err != nil {
			yield(ledger.Block{}, err)
		}
	}
}

// follow hands blocks to take until that wants no more, which is no error, or
// something ends it.
func (l *Ledger) follow(ctx context.Context, from uint64, take func(b *common.Block, raw []byte) bool) error {
	ctx, done := l.live(ctx)
	defer done()
	f := follower{Ledger: l, chain: chain{next: from}, take: take, passed: map[*endpoint]bool{}}
	err := f.run(ctx)
	if l.life.Err() != nil && err == nil && !f.stopped {
		err = ledger.ErrClosed
	}
	return err
}

// follower is one caller's way along the chain.
type follower struct {
	*Ledger
	chain   chain
	take    func(b *common.Block, raw []byte) bool
	stopped bool               // by the caller
	passed  map[*endpoint]bool // whose stream has ended since the newest block
	last    *endpoint          // that was asked
	failed  int                // streams in a row that brought no block
}

// run returns nil when ctx or the caller ended it.
func (f *follower) run(ctx context.Context) error {
	for ctx.Err() == nil && !f.stopped {
		e := f.choose()
		due := f.chain.next
		err := f.stream(ctx, e)
		broken := (*ChainError)(nil)
		switch {
		case ctx.Err() != nil || f.stopped:
			return nil
		case errors.As(err, &broken):
			// The next stream had better come from somewhere else.
			f.peers.failed(e, err)
			return err
		case errors.Is(err, errReturn):
			clear(f.passed)
			continue
		}
		if f.chain.next > due {
			f.failed = 0
			clear(f.passed)
		}
		f.passed[e] = true
		f.failed++
		f.wait(ctx, e, err)
	}
	return nil
}

// choose takes the first peer in turn of those that were not asked for the
// block that is due. When all were, it begins again, but not with the one that
// was asked last.
func (f *follower) choose() *endpoint {
	turn := f.peers.turn()
	if len(f.passed) >= len(turn) {
		last := f.last
		clear(f.passed)
		if len(turn) > 1 {
			f.passed[last] = true
		}
	}
	for _, e := range turn {
		if !f.passed[e] {
			f.last = e
			return e
		}
	}
	return turn[0] // never: one of them was left out
}

func (f *follower) wait(ctx context.Context, e *endpoint, why error) {
	if peerFault(why) || why == errStalled {
		f.peers.failed(e, why)
	}
	pause := min(f.opt.firstPause<<min(f.failed-1, 20), f.opt.mostPause)
	if f.failed <= len(f.peers.all) {
		pause = min(pause, f.opt.firstPause)
	}
	log := f.opt.Log.Warn
	if f.failed > len(f.peers.all) || denied(why.Error()) || errors.Is(why, ledger.ErrUnavailable) {
		log = f.opt.Log.Error
	}
	log("the block stream ended; it goes on at another peer or the same one",
		"peer", e.Address, "due", f.chain.next, "pause", pause, "error", why)
	sleep(ctx, pause)
}

// errReturn ends a stream from a peer that is not the preferred one.
var errReturn = errors.New("time to look for the preferred peer")

// stream reads blocks from e until something ends it.
func (f *follower) stream(ctx context.Context, e *endpoint) error {
	id, err := f.signer()
	if err != nil {
		return err
	}
	s, err := f.session(id, e)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if e != f.peers.all[0] {
		timer := time.AfterFunc(f.opt.returns, func() { cancel(errReturn) })
		defer timer.Stop()
	}
	var due awaited
	go f.endStalled(ctx, &due, cancel)
	blocks, err := s.deliver(ctx, f.chain.next)
	for err == nil {
		var b *common.Block
		var raw []byte
		due.begin(f.chain.next)
		b, raw, err = s.receive(blocks)
		due.end()
		if err == nil {
			err = f.pass(e, b, raw)
		}
	}
	if cause := context.Cause(ctx); (cause == errReturn || cause == errStalled) && !errors.As(err, new(*ChainError)) {
		return cause
	}
	return err
}

var errStopped = errors.New("the caller wants no more blocks")

func (f *follower) pass(e *endpoint, b *common.Block, raw []byte) error {
	if err := f.chain.check(e.Address, b); err != nil {
		return err
	}
	f.peers.works(e)
	if !f.take(b, raw) {
		f.stopped = true
		return errStopped
	}
	return nil
}
