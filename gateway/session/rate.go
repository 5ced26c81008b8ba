package session

import (
	"sync"
	"time"
)

// Rate lets each caller act so often, and no more: Burst times at once, and
// again once every Every.
type Rate struct {
	Every time.Duration
	Burst int
	Clock func() time.Time // default: time.Now

	mu   sync.Mutex
	next map[string]time.Time // when the caller has its whole burst again
	last time.Time            // when callers were last forgotten
}

// maxCallers bounds who is remembered. Beyond it, callers that have their
// whole burst are forgotten, and if there are none, everybody waits.
const maxCallers = 20_000

// Allow tells whether the caller may act now, and counts it if so.
func (r *Rate) Allow(caller string) bool {
	now := time.Now()
	if r.Clock != nil {
		now = r.Clock()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == nil {
		r.next = map[string]time.Time{}
	}
	full, known := r.next[caller]
	if !known && len(r.next) >= maxCallers && !r.forget(now) {
		return false
	}
	if full.Before(now) {
		full = now
	}
	if full = full.Add(r.Every); full.Sub(now) > time.Duration(r.Burst)*r.Every {
		return false
	}
	r.next[caller] = full
	return true
}

// forget looks through all callers, and so not more often than is of use.
func (r *Rate) forget(now time.Time) bool {
	if now.Sub(r.last) < r.Every {
		return false
	}
	r.last = now
	for caller, full := range r.next {
		if !full.After(now) {
			delete(r.next, caller)
		}
	}
	return len(r.next) < maxCallers
}
