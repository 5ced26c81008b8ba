package jobs

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// sweepPause is the longest time that bytes deleted from the database may
// stay in its write-ahead log.
const sweepPause = 500 * time.Millisecond

// sweep moves the write-ahead log into the database and empties it. The
// database overwrites what is deleted; without this a sealed part would stay
// in the log until that is reused.
func (s *Store) sweep(ctx context.Context) error {
	if _, err := s.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return fmt.Errorf("jobs: empty the write-ahead log: %w", err)
	}
	return nil
}

// broom sweeps soon after something was deleted, and once for many deletions.
type broom struct {
	wake chan struct{} // has room for one
	end  context.CancelFunc
	work sync.WaitGroup
}

func newBroom(sweep func(context.Context) error) *broom {
	ctx, cancel := context.WithCancel(context.Background())
	b := &broom{wake: make(chan struct{}, 1), end: cancel}
	b.work.Go(func() {
		for {
			select {
			case <-b.wake:
			case <-ctx.Done():
				return
			}
			select {
			case <-time.After(sweepPause):
			case <-ctx.Done():
				return // closing the database sweeps
			}
			if sweep(ctx) != nil {
				b.dirty() // a busy database: again later
			}
		}
	})
	return b
}

// dirty says that something was deleted.
func (b *broom) dirty() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *broom) stop() {
	b.end()
	b.work.Wait()
}
