package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Errors of Packer, beside those of Ledger.
var (
	// ErrBusy: the queue is full. Nothing was queued; try again later (503).
	ErrBusy = errors.New("packer: queue is full")
	// ErrQuota: too many records of one issuer wait. Nothing was queued; try
	// again later (429).
	ErrQuota = errors.New("packer: too many records of this issuer are waiting")
	// ErrPeerQuota: too many records from one peer wait. Nothing was queued;
	// try again later (429).
	ErrPeerQuota = errors.New("packer: too many records from this peer are waiting")
)

// Packer collects records into transactions of a ledger. Records that touch
// the same state are never in flight at the same time, unless in one
// transaction; the outcome is as if all records were decided one after
// another in the order in which they arrived.
type Packer struct {
	ledger Ledger
	opt    PackerOptions
	sealer *sealer

	ctx    context.Context // of all that the packer sends
	cancel context.CancelFunc
	wake   chan struct{} // has room for one
	apart  disagreement
	idle   chan struct{} // closed when the last record is done after Close

	mu       sync.Mutex
	queue    *queue
	forged   forgeries
	inFlight int
	closing  bool
}

// NewPacker starts a packer in front of l. Close ends it; l stays open.
func NewPacker(l Ledger, opt PackerOptions) (*Packer, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &Packer{
		ledger: l, opt: opt, sealer: newSealer(l, opt), ctx: ctx, cancel: cancel,
		wake: make(chan struct{}, 1), idle: make(chan struct{}), queue: newQueue(), forged: make(forgeries),
	}
	p.sealer.start(ctx)
	go p.run()
	return p, nil
}

// Submit queues the records in their order and waits for the answers. It is
// Enqueue and Ticket.Wait in one.
func (p *Packer) Submit(ctx context.Context, subs []Submission) ([]Receipt, error) {
	t, err := p.Enqueue(ctx, subs)
	if err != nil {
		return nil, err
	}
	return t.Wait(ctx)
}

// Enqueue queues the records behind all that arrived before. Those whose form
// is wrong are answered at once. Sealed parts are durable when it returns.
//
// Errors: ErrBusy, ErrQuota, ErrPeerQuota, ErrClosed, or why a sealed part
// could not be kept. Nothing is queued then.
func (p *Packer) Enqueue(ctx context.Context, subs []Submission) (*Ticket, error) {
	t := newTicket(len(subs))
	var good []*pending
	var refused []Receipt
	var refusedAt []int
	for i, s := range subs {
		item, verdict := inspect(s, p.opt.Clock())
		if item == nil {
			refused, refusedAt = append(refused, Receipt{Verdict: verdict}), append(refusedAt, i)
			continue
		}
		item.ticket, item.slot = t, i
		good = append(good, item)
	}
	if err := p.room(good); err != nil { // before anything is written for them
		return nil, err
	}
	if err := p.sealer.keep(ctx, good); err != nil {
		return nil, err
	}
	if err := p.enqueue(good); err != nil {
		return nil, err
	}
	for i, r := range refused {
		p.opt.Observer.Decided(r)
		t.answer(refusedAt[i], r, nil)
	}
	return t, nil
}

// room tells whether the records fit.
func (p *Packer) room(items []*pending) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fits(items)
}

// fits is room with the lock held.
func (p *Packer) fits(items []*pending) error {
	if p.closing {
		return ErrClosed
	}
	bytes := p.queue.bytes
	issuers, peers := make(map[string]int), make(map[string]int)
	for _, item := range items {
		bytes += item.size
		issuers[item.issuer]++
		if item.peer != "" {
			peers[item.peer]++
		}
	}
	if p.queue.records+len(items) > p.opt.QueueRecords || bytes > p.opt.QueueBytes {
		return ErrBusy
	}
	for peer, n := range peers {
		if p.queue.peers[peer]+n > p.opt.PeerRecords {
			return ErrPeerQuota
		}
	}
	for issuer, n := range issuers {
		if p.queue.issuers[issuer]+n > p.opt.IssuerRecords {
			return ErrQuota
		}
	}
	return nil
}

func (p *Packer) enqueue(items []*pending) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.fits(items); err != nil {
		return err
	}
	now := time.Now()
	for _, item := range items {
		p.queue.add(item, now)
	}
	p.nudge()
	return nil
}

// nudge makes run look at the queue.
func (p *Packer) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run cuts transactions until the packer is closed and the queue is empty.
func (p *Packer) run() {
	defer close(p.idle)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		wait, finished := p.dispatch()
		if finished {
			return
		}
		timer.Reset(wait)
		select {
		case <-p.wake:
		case <-timer.C:
		}
	}
}

// dispatch sends what is due. It tells when to look again, and whether there
// will never be anything more.
func (p *Packer) dispatch() (wait time.Duration, finished bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.inFlight < p.opt.InFlight {
		first := p.queue.oldest()
		if first == nil {
			return time.Hour, p.closing && p.queue.records == 0
		}
		left := p.opt.Linger - time.Since(first.arrived)
		if left > 0 && len(p.queue.ready) < p.opt.BatchRecords && !p.closing {
			return left, false
		}
		batch := p.queue.cut(p.opt.BatchRecords, p.opt.ChainRecords, p.opt.BatchBytes)
		p.inFlight++
		go p.send(batch)
	}
	return time.Hour, false
}

// Close stops taking records and waits until those it has are answered. If
// ctx ends first, the rest are given back with ErrClosed or ErrUnknown.
func (p *Packer) Close(ctx context.Context) error {
	p.mu.Lock()
	p.closing = true
	p.nudge()
	p.mu.Unlock()
	var err error
	select {
	case <-p.idle:
	case <-ctx.Done():
		err = fmt.Errorf("packer: records were given back undecided: %w", ctx.Err())
	}
	p.sealer.drain(ctx)
	p.cancel()
	<-p.idle
	p.sealer.wait()
	return err
}

// PackerStats is what a packer has to do at a moment.
type PackerStats struct {
	Waiting  int // records
	InFlight int // transactions
	Records  int // waiting or in flight
	Bytes    int // of Records
}

// Stats counts what waits and what is in flight.
func (p *Packer) Stats() PackerStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return PackerStats{Waiting: p.queue.waiting, InFlight: p.inFlight, Records: p.queue.records, Bytes: p.queue.bytes}
}
