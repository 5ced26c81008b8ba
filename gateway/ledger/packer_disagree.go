package ledger

import (
	"sync"
	"time"
)

// tellAgain is for how long an operator who was told that endorsers disagree
// is not told again.
const tellAgain = 10 * time.Minute

// disagreement is what the operator was told of. Whoever was given records
// back sends them again, and each time it would be the same; meanwhile records
// on which all agree are decided, which says nothing about those.
type disagreement struct {
	mu   sync.Mutex
	told time.Time
	open map[string]bool // ids of records given back then, and not decided since
}

// begins notes a batch on which the endorsers disagree. It reports whether the
// operator is to be told.
func (d *disagreement) begins(batch []*pending, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.open) > 0 && now.Sub(d.told) < tellAgain {
		return false
	}
	d.told, d.open = now, make(map[string]bool, len(batch))
	for _, item := range batch {
		d.open[item.known.ID] = true
	}
	return true
}

// ends notes a batch that was decided. It reports whether with it all is
// decided that the operator was told of.
func (d *disagreement) ends(batch []*pending) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.open) == 0 {
		return false
	}
	for _, item := range batch {
		delete(d.open, item.known.ID)
	}
	return len(d.open) == 0
}

// disagreed tells the operator that records were given back.
func (p *Packer) disagreed(batch []*pending, err error) {
	if !p.apart.begins(batch, p.opt.Clock()) {
		return
	}
	p.opt.Log.Error("the endorsing organisations came to different results: one of them runs another contract "+
		"or holds another state; records are given back undecided until their operators have found out which",
		"records", len(batch), "first", batch[0].known.ID, "error", err)
}

// agreed notes that a transaction was decided.
func (p *Packer) agreed(batch []*pending) {
	if p.apart.ends(batch) {
		p.opt.Log.Info("the endorsing organisations agree on the records that they had disagreed on")
	}
}
