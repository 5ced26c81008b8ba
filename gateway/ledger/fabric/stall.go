package fabric

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// errStalled ends the stream of a peer that stands still: it neither sends a
// block nor ends the stream, and its connection stays open for long.
var errStalled = errors.New("the peer brings no block, and the one that is due is there")

// awaited is the number of the block that a stream waits for, plus one; zero
// while the caller has the block before it.
type awaited struct{ atomic.Uint64 }

func (a *awaited) begin(number uint64) { a.Store(number + 1) }
func (a *awaited) end()                { a.Store(0) }

// endStalled ends a stream that waits for a block which some peer has. Whether
// there is one is asked only when none has come for a while, and it is believed
// when it is still true a while later: the block may have been on its way.
func (f *follower) endStalled(ctx context.Context, a *awaited, end context.CancelCauseFunc) {
	ticker := time.NewTicker(f.opt.stall)
	defer ticker.Stop()
	var before uint64
	behind := false
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		due := a.Load()
		if due == 0 || due != before {
			before, behind = due, false
			continue
		}
		health, err := f.Health(ctx)
		switch there := err == nil && health.Height >= due; {
		case there && behind && a.Load() == due:
			end(errStalled)
			return
		default:
			behind = there
		}
	}
}
