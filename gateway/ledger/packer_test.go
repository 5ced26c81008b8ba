package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grainledger/grainledger/record"
)

func many(n int, lot func(i int) string) []Submission {
	subs := make([]Submission, n)
	for i := range subs {
		subs[i] = sell(fmt.Sprintf("r%06d", i), lot(i))
	}
	return subs
}

func oneLot(int) string { return "hot" }

// TestCutOfAChain: what waits for a record of the transaction goes with it
// beyond the bound on what waits for nothing.
func TestCutOfAChain(t *testing.T) {
	for _, test := range []struct {
		name             string
		early, hot, late int // records on keys of their own, on one key, and on their own again
		records, chain   int
		bytes            int // of records of one byte
		wantHot, wantOf  int // cut at first: on the key, and in all
	}{
		{"a hot key", 0, 30, 0, 10, 1000, 1000, 30, 30},
		{"as many as the contract takes", 0, 30, 0, 10, 25, 1000, 25, 25},
		{"as many bytes as fit", 0, 30, 0, 10, 1000, 17, 17, 17},
		{"no more than before of what waits for nothing", 0, 0, 30, 10, 1000, 1000, 0, 10},
		{"both", 0, 30, 30, 10, 1000, 1000, 30, 30},
		{"cold ones first", 5, 30, 0, 10, 1000, 1000, 30, 35},
		{"a chain that is bound like the rest", 0, 30, 30, 10, 10, 1000, 10, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			q := newQueue()
			add := func(key string) {
				q.add(&pending{envelope: make([]byte, 1), size: 1, issuer: "one", writes: []string{key}}, time.Now())
			}
			for i := range test.early {
				add(fmt.Sprint("early", i))
			}
			for range test.hot {
				add("hot")
			}
			for i := range test.late {
				add(fmt.Sprint("late", i))
			}
			batch, hot, last := q.cut(test.records, test.chain, test.bytes), 0, uint64(0)
			for _, p := range batch {
				if p.writes[0] == "hot" {
					if hot++; p.seq < last {
						t.Errorf("%d overtook %d", last, p.seq)
					}
					last = p.seq
				}
			}
			if hot != test.wantHot || len(batch) != test.wantOf {
				t.Errorf("%d on the key and %d in all, want %d and %d", hot, len(batch), test.wantHot, test.wantOf)
			}
		})
	}
}

func TestHotKeyGoesTogether(t *testing.T) {
	f := newFakeLedger()
	f.before = func(Tx) error { time.Sleep(5 * time.Millisecond); return nil }
	p := startPacker(t, f, PackerOptions{})
	receipts, err := p.Submit(context.Background(), many(5000, oneLot))
	if err != nil || len(receipts) != 5000 {
		t.Fatalf("%d receipts, %v", len(receipts), err)
	}
	if len(f.sizes) > 4 {
		t.Errorf("5000 records on one lot took %d transactions", len(f.sizes))
	}
}

// TestQueueScanIsCheap runs into its deadline if the scan is quadratic; it
// takes far less than a second else.
func TestQueueScanIsCheap(t *testing.T) {
	q, deadline := newQueue(), time.Now().Add(time.Minute)
	const n = 100_000
	for i := range n {
		q.add(&pending{
			envelope: make([]byte, 1), size: 1, issuer: "one",
			reads:  []string{"root", fmt.Sprintf("org/%d", i%3)},
			writes: []string{fmt.Sprintf("rec/%d", i), fmt.Sprintf("qty/%d", i%7*(i%2))},
		}, time.Now())
	}
	var flying [][]*pending
	for left := n; left > 0; {
		for len(flying) < 4 && q.oldest() != nil {
			flying = append(flying, q.cut(50, 50, 1<<20))
		}
		left -= len(flying[0])
		q.done(flying[0])
		flying = flying[1:]
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d records are left", left, n)
		}
	}
	if q.records != 0 || q.waiting != 0 || len(q.orders) != 0 {
		t.Errorf("left behind: %d, %d, %d keys", q.records, q.waiting, len(q.orders))
	}
}

func TestBatchIsCutByBytes(t *testing.T) {
	f := newFakeLedger()
	subs := many(20, oneLot)
	p := startPacker(t, f, PackerOptions{BatchBytes: 4*len(subs[0].Envelope) + 10})
	if _, err := p.Submit(context.Background(), subs); err != nil {
		t.Fatal(err)
	}
	for _, n := range f.sizes {
		if n > 4 {
			t.Errorf("%d records went together, room is for 4", n)
		}
	}
}

func TestDoorAnswersAtOnce(t *testing.T) {
	f := newFakeLedger()
	p := startPacker(t, f, PackerOptions{})
	bad := sell("bad", "L1")
	future := &record.Sell{Header: head(1, "future"), Lot: "L1", Buyer: uscc(2), Grams: 1, Purpose: record.PurposeFood}
	future.OccurredAt = time.Now().Add(time.Hour).Format(time.RFC3339)
	receipts, err := p.Submit(context.Background(), []Submission{
		{Envelope: bad.Envelope[:10]}, sell("good", "L1"), {Envelope: envelope(future)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := receipts[0]; r.Outcome != record.Rejected || r.Code != record.Malformed || r.Status != "" {
		t.Errorf("malformed: %+v", r)
	}
	if r := receipts[1]; r.Outcome != record.Accepted || r.Status != StatusCommitted || r.Block == 0 {
		t.Errorf("good: %+v", r)
	}
	if r := receipts[2]; r.Code != record.FutureTime || r.Ref != "future" || r.Issuer == "" || r.ID == "" || r.Type != record.TypeSell {
		t.Errorf("future: %+v", r)
	}
	if len(f.sizes) != 1 || f.sizes[0] != 1 {
		t.Errorf("the ledger saw %v", f.sizes)
	}
}

func TestBackpressure(t *testing.T) {
	f := newFakeLedger()
	release := make(chan struct{})
	f.before = func(Tx) error { <-release; return nil }
	p := startPacker(t, f, PackerOptions{QueueRecords: 10, IssuerRecords: 8})
	if _, err := p.Enqueue(context.Background(), many(11, oneLot)); !errors.Is(err, ErrBusy) {
		t.Errorf("over the queue: %v", err)
	}
	if _, err := p.Enqueue(context.Background(), many(9, oneLot)); !errors.Is(err, ErrQuota) {
		t.Errorf("over the quota: %v", err)
	}
	ticket, err := p.Enqueue(context.Background(), many(8, oneLot))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Enqueue(context.Background(), many(1, oneLot)); !errors.Is(err, ErrQuota) {
		t.Errorf("one more: %v", err)
	}
	close(release)
	if _, err := ticket.Wait(context.Background()); err != nil {
		t.Error(err)
	}
	if s := p.Stats(); s.Bytes < 0 || s.Waiting != 0 {
		t.Errorf("stats %+v", s)
	}
}

// TestPeersAreBounded: one peer that names another's issuer in forged records
// leaves room for those who bring that issuer's own.
func TestPeersAreBounded(t *testing.T) {
	f := newFakeLedger()
	release := make(chan struct{})
	f.before = func(Tx) error { <-release; return nil }
	p := startPacker(t, f, PackerOptions{IssuerRecords: 8, PeerRecords: 5})
	from := func(peer string, n int) []Submission {
		subs := many(n, oneLot)
		for i := range subs {
			subs[i].Peer = peer
		}
		return subs
	}
	ctx := context.Background()
	if _, err := p.Enqueue(ctx, from("forger", 6)); !errors.Is(err, ErrPeerQuota) {
		t.Errorf("over the peer's share: %v", err)
	}
	forged, err := p.Enqueue(ctx, from("forger", 5))
	if err != nil {
		t.Fatal(err)
	}
	own, err := p.Enqueue(ctx, from("owner", 3))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Enqueue(ctx, from("owner", 1)); !errors.Is(err, ErrQuota) {
		t.Errorf("over the issuer's share: %v", err)
	}
	close(release)
	for _, ticket := range []*Ticket{forged, own} {
		if _, err := ticket.Wait(ctx); err != nil {
			t.Error(err)
		}
	}
}

func TestQueueBytes(t *testing.T) {
	p := startPacker(t, newFakeLedger(), PackerOptions{QueueBytes: 100})
	if _, err := p.Enqueue(context.Background(), many(1, oneLot)); !errors.Is(err, ErrBusy) {
		t.Errorf("over the bytes: %v", err)
	}
}

func TestLeavingDropsTheWaitOnly(t *testing.T) {
	f := newFakeLedger()
	release := make(chan struct{})
	f.before = func(Tx) error { <-release; return nil }
	p := startPacker(t, f, PackerOptions{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ticket, err := p.Enqueue(context.Background(), many(3, oneLot))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ticket.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("wait: %v", err)
	}
	close(release)
	receipts, err := ticket.Wait(context.Background())
	if err != nil || receipts[2].Outcome != record.Accepted {
		t.Errorf("%+v, %v", receipts, err)
	}
}

func TestCloseDrains(t *testing.T) {
	f := newFakeLedger()
	f.before = func(Tx) error { time.Sleep(2 * time.Millisecond); return nil }
	p, err := NewPacker(f, PackerOptions{Linger: time.Hour, BatchRecords: 20})
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := p.Enqueue(context.Background(), many(100, oneLot))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ticket.Done():
	default:
		t.Fatal("records were left behind")
	}
	if _, err := p.Enqueue(context.Background(), many(1, oneLot)); !errors.Is(err, ErrClosed) {
		t.Errorf("after close: %v", err)
	}
}

// stuckLedger never answers.
type stuckLedger struct{ *fakeLedger }

func (stuckLedger) Submit(ctx context.Context, _ Tx) (Commit, error) {
	<-ctx.Done()
	return Commit{TxID: "stuck"}, fmt.Errorf("%w: %w", ErrUnknown, ctx.Err())
}

func TestCloseGivesUp(t *testing.T) {
	p, err := NewPacker(stuckLedger{newFakeLedger()}, PackerOptions{BatchRecords: 1, InFlight: 1})
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := p.Enqueue(context.Background(), many(3, oneLot))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := p.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("close: %v", err)
	}
	if _, err := ticket.Wait(context.Background()); !errors.Is(err, ErrUnknown) {
		t.Errorf("wait: %v", err)
	}
}

// counting is an observer that counts.
type counting struct{ sent, decided atomic.Int64 }

var _ Observer = (*counting)(nil)

func (c *counting) Sent(int, int, time.Duration, error) { c.sent.Add(1) }
func (c *counting) Decided(Receipt)                     { c.decided.Add(1) }

func TestObserverSeesEveryRecord(t *testing.T) {
	c := new(counting)
	p := startPacker(t, newFakeLedger(), PackerOptions{Observer: c})
	if _, err := p.Submit(context.Background(), append(many(7, oneLot), Submission{})); err != nil {
		t.Fatal(err)
	}
	if c.decided.Load() != 8 {
		t.Errorf("%d records were reported", c.decided.Load())
	}
}
