package api

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/ledger"
)

// freshness lets reads see what this gateway has answered: a read waits until
// the index has the newest block of any receipt, and of the ledger when the
// gateway started.
type freshness struct {
	index  Progress
	wait   time.Duration
	height atomic.Uint64 // blocks that the index must have read
}

// note remembers the blocks of receipts that are about to be answered.
func (f *freshness) note(receipts []ledger.Receipt) {
	var height uint64
	for _, r := range receipts {
		if r.Status == ledger.StatusCommitted {
			height = max(height, r.Decided+1, r.Block+1)
		}
	}
	f.reach(height)
}

// reach makes reads wait for so many blocks.
func (f *freshness) reach(height uint64) {
	for {
		old := f.height.Load()
		if height <= old || f.height.CompareAndSwap(old, height) {
			return
		}
	}
}

// Fresh waits until the index has read what this gateway has answered, for
// the pages. It fails when that takes too long.
func (a *API) Fresh(ctx context.Context) error { return a.fresh.await(ctx) }

// Note makes reads wait for receipts that are answered elsewhere.
func (a *API) Note(receipts []ledger.Receipt) { a.fresh.note(receipts) }

func (f *freshness) await(ctx context.Context) error {
	height := f.height.Load()
	if f.index.Height() >= height {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, f.wait)
	defer cancel()
	return f.index.WaitFor(ctx, height)
}

// ready waits for the index; false when the request has been answered with a
// problem.
func (f *freshness) ready(c *gin.Context) bool {
	if err := f.await(c.Request.Context()); err != nil {
		if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
			_ = c.Error(err)
		}
		fail(c, problemBehind)
		return false
	}
	return true
}

// failRead answers a read that failed.
func failRead(c *gin.Context, err error) {
	switch {
	case errors.Is(err, index.ErrNotFound):
		fail(c, problemNotFound)
	case errors.Is(err, index.ErrBadCursor):
		fail(c, problemBadRequest.withDetail("the cursor was not given out for this list"))
	case errors.Is(err, index.ErrTooLarge):
		fail(c, problemGraph)
	case errors.Is(err, index.ErrBusy):
		fail(c, problemBusy)
	case errors.Is(err, index.ErrClosed):
		fail(c, problemNotReady)
	case c.Request.Context().Err() != nil: // nobody reads the answer
		fail(c, problemSlow)
	default:
		_ = c.Error(err)
		fail(c, problemInternal)
	}
}
