package ledger

import (
	"container/heap"
	"time"
)

// queue holds the records that wait and cuts transactions out of them. It is
// not safe for concurrent use.
type queue struct {
	orders  orders
	ready   bySeq          // blocked by nothing, not taken
	records int            // waiting or in flight
	bytes   int            // their bytes
	waiting int            // not in flight
	issuers map[string]int // records of each
	peers   map[string]int
	seq     uint64
	cuts    uint64
}

func newQueue() *queue {
	return &queue{orders: make(orders), issuers: make(map[string]int), peers: make(map[string]int)}
}

// add appends a record in the order of arrival.
func (q *queue) add(p *pending, now time.Time) {
	q.seq++
	p.seq, p.arrived = q.seq, now
	q.records++
	q.waiting++
	q.bytes += p.size
	q.issuers[p.issuer]++
	if p.peer != "" {
		q.peers[p.peer]++
	}
	q.orders.add(p)
	if p.blockers == 0 {
		heap.Push(&q.ready, p)
	}
}

// oldest is the first record that could go now; nil where there is none.
func (q *queue) oldest() *pending {
	if len(q.ready) == 0 {
		return nil
	}
	return q.ready[0]
}

// cut takes the records of the next transaction, in the order of arrival: what
// is blocked by nothing, and what is blocked only by records of this very
// transaction. It stops before the limits, though one record always goes.
//
// maxRecords bounds what is blocked by nothing: the rest of it can ride in the
// next transaction at the same time. What is blocked by records of this
// transaction cannot. It would have to wait until this one is committed, and
// on a hot key, where everything waits for everything before it, the key would
// take no more than maxRecords in the time of one commit, however many wait.
// So those go on up to maxChain, and the bytes are what cuts them. It costs no
// order: their blockers stand before them in the transaction.
func (q *queue) cut(maxRecords, maxChain, maxBytes int) []*pending {
	q.cuts++
	var batch []*pending
	var follow bySeq
	for bytes := 0; ; {
		from := &q.ready
		full := len(batch) >= maxRecords
		if len(follow) > 0 && (full || len(q.ready) == 0 || follow[0].seq < q.ready[0].seq) {
			from = &follow
		}
		if len(*from) == 0 || full && (from == &q.ready || len(batch) >= maxChain) {
			return batch
		}
		first := (*from)[0]
		if len(batch) > 0 && bytes+len(first.envelope) > maxBytes {
			return batch
		}
		heap.Pop(from)
		bytes += len(first.envelope)
		batch = append(batch, first)
		q.take(first, &follow)
	}
}

// take marks p as part of the transaction that is being cut, and lets those
// follow whose every blocker is in it.
func (q *queue) take(p *pending, follow *bySeq) {
	p.taken = true
	q.waiting--
	for _, later := range p.next {
		if later.batch != q.cuts {
			later.batch, later.inside = q.cuts, 0
		}
		if later.inside++; later.inside == later.blockers {
			heap.Push(follow, later)
		}
	}
}

// done takes the records of a transaction out.
func (q *queue) done(batch []*pending) {
	for _, p := range batch {
		q.records--
		q.bytes -= p.size
		oneLess(q.issuers, p.issuer)
		oneLess(q.peers, p.peer)
		for _, free := range q.orders.done(p) {
			heap.Push(&q.ready, free)
		}
	}
}

func oneLess(counts map[string]int, of string) {
	if counts[of]--; counts[of] <= 0 {
		delete(counts, of)
	}
}

// bySeq is a heap of records, the first to arrive on top.
type bySeq []*pending

var _ heap.Interface = (*bySeq)(nil)

func (h bySeq) Len() int           { return len(h) }
func (h bySeq) Less(i, j int) bool { return h[i].seq < h[j].seq }
func (h bySeq) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push is for container/heap.
func (h *bySeq) Push(x any) { *h = append(*h, x.(*pending)) }

// Pop is for container/heap.
func (h *bySeq) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}
