package jobs

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Enqueuer decides records; the packer is one.
type Enqueuer interface {
	// Enqueue queues the records behind all that came before.
	Enqueue(ctx context.Context, subs []ledger.Submission) (*ledger.Ticket, error)
}

var _ Enqueuer = (*ledger.Packer)(nil)

// Options says how a queue runs. Zero values stand for defaults.
type Options struct {
	Retention time.Duration // of results
	MaxJobs   int           // jobs not committed
	MaxBytes  int64         // their bytes
	Log       *slog.Logger  // default: nothing is logged
}

// Queue runs jobs in the order of arrival. A job goes to the packer before
// Add returns, unless the packer is full or earlier jobs wait; so what a
// caller sends after the answer to Add is as a rule decided after the job.
type Queue struct {
	store  *Store
	packer Enqueuer
	opt    Options

	ctx    context.Context // of the work behind the answers
	cancel context.CancelFunc
	wake   chan struct{} // has room for one
	work   sync.WaitGroup

	mu     sync.Mutex
	jobs   int // not committed
	bytes  int64
	sent   int64 // seq of the last job that went to the packer
	newest int64 // seq of the last job that was taken
	closed bool

	tickets map[int64]*ledger.Ticket // of jobs that are with the packer, by seq
}

// Start runs the jobs of the store that are not committed, and those that are
// added. Close ends it; the store stays open.
func Start(ctx context.Context, store *Store, packer Enqueuer, opt Options) (*Queue, error) {
	if opt.Retention == 0 {
		opt.Retention = DefaultRetention
	}
	if opt.MaxJobs == 0 {
		opt.MaxJobs = DefaultMaxJobs
	}
	if opt.MaxBytes == 0 {
		opt.MaxBytes = DefaultMaxBytes
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	q := &Queue{store: store, packer: packer, opt: opt, wake: make(chan struct{}, 1), tickets: map[int64]*ledger.Ticket{}}
	var err error
	if q.jobs, q.bytes, err = store.load(ctx); err != nil {
		return nil, fmt.Errorf("jobs: start: %w", err)
	}
	if q.jobs > 0 {
		opt.Log.Info("jobs that were not committed are sent again", "jobs", q.jobs)
		q.newest = 1 // some wait: nobody goes past them
	}
	q.ctx, q.cancel = context.WithCancel(context.WithoutCancel(ctx))
	q.work.Go(q.run)
	q.work.Go(q.prune)
	q.nudge()
	return q, nil
}

// Add takes a submission. When it returns, the job survives a restart.
//
// Errors: ErrFull, ErrClosed, or why it could not be written.
func (q *Queue) Add(ctx context.Context, subs []ledger.Submission) (Job, error) {
	return q.AddFor(ctx, Owner{}, subs)
}

// AddFor is Add with an owner, who can list the job.
func (q *Queue) AddFor(ctx context.Context, owner Owner, subs []ledger.Submission) (Job, error) {
	body, err := encodeBody(subs)
	if err != nil {
		return Job{}, fmt.Errorf("jobs: encode: %w", err)
	}
	id := newID()
	now := time.Now()
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return Job{}, ErrClosed
	case q.jobs >= q.opt.MaxJobs || q.bytes+int64(len(body)) > q.opt.MaxBytes:
		return Job{}, ErrFull
	}
	seq, err := q.store.insert(ctx, id, owner, len(subs), body, now)
	if err != nil {
		return Job{}, fmt.Errorf("jobs: write: %w", err)
	}
	q.jobs++
	q.bytes += int64(len(body))
	first := q.sent == q.newest // nobody waits before it
	q.newest = seq
	if !first || !q.send(openJob{seq: seq, bytes: int64(len(body))}, subs) {
		q.nudge()
	}
	return Job{ID: id, Name: owner.Name, Status: ledger.StatusReceived, Records: len(subs), Received: formatTime(now.UnixMilli())}, nil
}

// Get tells how far a job is. Its error is ErrNotFound or the store's.
func (q *Queue) Get(ctx context.Context, id string) (Job, error) {
	r, err := q.store.get(ctx, id)
	if err != nil {
		return Job{}, fmt.Errorf("jobs: get: %w", err)
	}
	j := q.job(&r)
	if r.decided > 0 {
		if err := json.Unmarshal(r.results, &j.Results); err != nil {
			return Job{}, fmt.Errorf("jobs: get: %w", err)
		}
	}
	return j, nil
}

// job is a job without its results.
func (q *Queue) job(r *row) Job {
	j := Job{ID: r.id, Name: r.owner.Name, Owner: r.owner.USCC, Status: ledger.StatusReceived, Records: r.records,
		Received: formatTime(r.received), Decided: formatTime(r.decided)}
	if r.decided > 0 {
		j.Status, j.Done = ledger.StatusCommitted, r.records
		return j
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if t := q.tickets[r.seq]; t != nil {
		j.Done = t.Answered()
	}
	return j
}

// Open is the number of jobs that are not committed.
func (q *Queue) Open() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.jobs
}

// Close stops. Jobs that are not committed are sent again at the next Start.
// Close the packer first, so that what is in flight gets its answer.
func (q *Queue) Close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.cancel()
	q.work.Wait()
}

func newID() string {
	b := make([]byte, 16) // whoever knows it may read the results
	rand.Read(b)          // never fails
	return hex.EncodeToString(b)
}
