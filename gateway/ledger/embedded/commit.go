package embedded

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// pending is a simulation that waits for its block.
type pending struct {
	sim  *simulation
	done chan result // has room for one
}

type result struct {
	commit ledger.Commit
	err    error
}

// run is the committer, the only goroutine that writes.
func (l *Ledger) run() {
	defer close(l.stopped)
	for {
		first := l.carry
		l.carry = nil
		if first == nil {
			select {
			case first = <-l.queue:
			case <-l.quit:
				return
			}
		}
		l.commitBatch(l.gather(first))
	}
}

// gather takes all that wait, up to the size of a block. There is no timer:
// while one block is written, the next one gathers by itself.
func (l *Ledger) gather(first *pending) []*pending {
	batch, size := []*pending{first}, first.sim.size
	for {
		select {
		case p := <-l.queue:
			if size += p.sim.size; size > l.opt.MaxBlockBytes {
				l.carry = p
				return batch
			}
			batch = append(batch, p)
		default:
			return batch
		}
	}
}

func (l *Ledger) commitBatch(batch []*pending) {
	l.commitMu.Lock()
	defer l.commitMu.Unlock()
	if err := l.failure(); err != nil {
		answerAll(batch, err)
		return
	}
	a, err := l.assemble(batch)
	if err != nil {
		answerAll(batch, l.fail(err))
		return
	}
	if err := l.persist(a); err != nil {
		// The block may be on disk all the same.
		answerAll(batch, fmt.Errorf("%w: %w", ledger.ErrUnknown, l.fail(err)))
		return
	}
	for i, p := range batch {
		p.done <- a.result(i, p.sim)
	}
}

// persist makes the block durable, then visible, and then completes its
// purges. Values come before the block that holds their hashes.
func (l *Ledger) persist(a *assembly) error {
	if len(a.values) > 0 {
		if err := l.values.append(a.values); err != nil {
			return err
		}
	}
	start := l.blocks.end
	began := time.Now()
	if err := l.blocks.append(a.enc.buf); err != nil {
		return err
	}
	l.lastSync.Store(int64(time.Since(began)))
	if err := l.head.write(head{height: a.block.number + 1, hash: a.tip.hash}); err != nil {
		return err
	}
	a.tip.end = l.blocks.end
	l.apply(&a.block, start, a.tip)
	if err := l.journal(purgesOf(&a.block)); err != nil {
		return err
	}
	return l.erase(a.purged)
}

func (a *assembly) result(i int, sim *simulation) result {
	t := &a.block.txs[i]
	c := ledger.Commit{TxID: hex.EncodeToString(t.id[:]), Block: a.block.number}
	if t.invalid {
		return result{commit: c, err: ledger.ErrConflict}
	}
	c.Response = sim.response
	return result{commit: c}
}

func answerAll(batch []*pending, err error) {
	for _, p := range batch {
		c := ledger.Commit{TxID: hex.EncodeToString(p.sim.tx.id[:])}
		p.done <- result{commit: c, err: err}
	}
}

// fail makes the ledger refuse all that comes. After an error of a write or an
// fsync nobody knows what is on disk; only a start, which reads it, can tell.
func (l *Ledger) fail(err error) error {
	err = fmt.Errorf("%w: stopped by an error: %w", ledger.ErrUnavailable, err)
	l.failOnce.Do(func() {
		l.failed.Store(&err)
		close(l.broken)
		l.opt.Log.Error("ledger stopped, restart it after the disk is repaired", "error", err)
	})
	return l.failure()
}

// failure returns why the ledger stopped, if it did.
func (l *Ledger) failure() error {
	if err := l.failed.Load(); err != nil {
		return *err
	}
	return nil
}
