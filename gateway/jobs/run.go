package jobs

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// Pauses of the work behind the answers; the real ones lie between half of it
// and all of it.
const (
	busyPause  = 100 * time.Millisecond // until a full packer is tried again
	mostPause  = 30 * time.Second       // until something that failed is tried again
	pruneEvery = time.Hour
)

func (q *Queue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// run sends the jobs that Add could not.
func (q *Queue) run() {
	for {
		if !q.sendWaiting() && !q.pause(busyPause) {
			return
		}
		select {
		case <-q.wake:
		case <-q.ctx.Done():
			return
		}
	}
}

// sendWaiting sends jobs in their order until none waits. It reports false
// where the packer has no room.
func (q *Queue) sendWaiting() bool {
	for {
		q.mu.Lock()
		more, ok := q.sendNext()
		q.mu.Unlock()
		if !ok {
			q.nudge()
		}
		if !ok || !more {
			return ok
		}
	}
}

func (q *Queue) sendNext() (more, ok bool) {
	j, found, err := q.store.nextOpen(q.ctx, q.sent)
	if err != nil {
		q.opt.Log.Error("reading the next job failed", "error", err)
		return false, false
	}
	if !found {
		q.sent = q.newest
		return false, true
	}
	q.newest = max(q.newest, j.seq)
	subs, err := decodeBody(j.body)
	if err != nil {
		q.opt.Log.Error("a job is left aside", "job", j.seq, "error", err)
		q.sent = j.seq
		return true, true
	}
	return true, q.send(j, subs)
}

// send hands a job to the packer; the lock is held, so that jobs keep their
// order. It reports false where the packer did not take it.
func (q *Queue) send(j openJob, subs []ledger.Submission) bool {
	ticket, err := q.packer.Enqueue(q.ctx, subs)
	if err != nil {
		if !errors.Is(err, ledger.ErrClosed) {
			level := slog.LevelWarn
			if noRoom(err) {
				level = slog.LevelInfo // it waits for its turn, and later jobs with it
			}
			q.opt.Log.Log(q.ctx, level, "a job was not taken yet", "job", j.seq, "error", err)
		}
		return false
	}
	q.sent = j.seq
	q.tickets[j.seq] = ticket
	q.work.Go(func() {
		q.finish(j, subs, ticket)
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.tickets, j.seq)
	})
	return true
}

func noRoom(err error) bool {
	return errors.Is(err, ledger.ErrBusy) || errors.Is(err, ledger.ErrQuota) || errors.Is(err, ledger.ErrPeerQuota)
}

// finish waits for a job's answers, sends again what was not decided, and
// writes the results.
func (q *Queue) finish(j openJob, subs []ledger.Submission, ticket *ledger.Ticket) {
	results := make([]ledger.Receipt, len(subs))
	var waits wait
	for {
		receipts, err := ticket.Wait(q.ctx)
		if q.ctx.Err() != nil && receipts == nil {
			return
		}
		keep(results, receipts)
		if err == nil || allDecided(results) {
			waits.ended(q.opt.Log, j.seq)
			q.write(j, results)
			return
		}
		waits.begins(q.opt.Log, j.seq, err)
		if ticket = q.again(subs, &waits); ticket == nil {
			return
		}
	}
}

// keep notes new answers. An acceptance stands, whatever a repetition says; a
// refusal stands until a repetition is accepted, since what it rests on may
// have changed. One that comes behind a record without an answer says nothing:
// it may have been refused for want of that one, and all are sent again.
func keep(results, receipts []ledger.Receipt) {
	undecided := false
	for i, r := range receipts {
		undecided = undecided || r.Outcome == ""
		if r.Outcome == "" || r.Outcome == record.Rejected && undecided {
			continue
		}
		if old := results[i].Outcome; old == "" || old == record.Rejected {
			results[i] = r
		}
	}
}

func allDecided(results []ledger.Receipt) bool {
	for _, r := range results {
		if r.Outcome == "" {
			return false
		}
	}
	return true
}

// again sends the records once more, all of them to keep their order; nil
// when the queue is closed.
func (q *Queue) again(subs []ledger.Submission, waits *wait) *ledger.Ticket {
	for q.pause(waits.next()) {
		ticket, err := q.packer.Enqueue(q.ctx, subs)
		if err == nil {
			return ticket
		}
	}
	return nil
}

// write stores the results, until it works or the queue is closed.
func (q *Queue) write(j openJob, results []ledger.Receipt) {
	data, err := json.Marshal(results)
	if err != nil {
		q.opt.Log.Error("a job's results cannot be encoded", "job", j.seq, "error", err)
		return
	}
	for {
		// Not under q.ctx: what is decided is written even while closing.
		err := q.store.decide(context.WithoutCancel(q.ctx), j.seq, data, time.Now())
		if err == nil {
			break
		}
		q.opt.Log.Error("writing a job's results failed", "job", j.seq, "error", err)
		if !q.pause(mostPause) {
			return
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs--
	q.bytes -= j.bytes
}

// prune deletes old results now and then.
func (q *Queue) prune() {
	for {
		n, err := q.store.prune(q.ctx, time.Now().Add(-q.opt.Retention))
		switch {
		case q.ctx.Err() != nil:
			return
		case err != nil:
			q.opt.Log.Error("deleting old results failed", "error", err)
		case n > 0:
			q.opt.Log.Info("old results were deleted", "jobs", n)
		}
		if !q.pause(pruneEvery) {
			return
		}
	}
}

// pause reports false when the queue is closed.
func (q *Queue) pause(d time.Duration) bool {
	timer := time.NewTimer(d/2 + rand.N(d/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-q.ctx.Done():
		return false
	}
}
