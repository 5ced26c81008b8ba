package scans

import (
	"context"
	"time"
)

// run writes what waits, FlushAfter after the first of it came. A write that
// fails is tried again: what it held stays, and what came since joins it.
func (c *Counter) run() {
	defer close(c.ended)
	for {
		select {
		case <-c.dirty:
		case <-c.ending:
			c.flush()
			return
		}
		select {
		case <-time.After(FlushAfter):
		case <-c.ending:
		}
		for !c.flush() {
			select {
			case <-time.After(5 * FlushAfter):
			case <-c.ending:
				c.flush()
				return
			}
		}
	}
}

// flush writes what waits; false where that failed and it waits again.
func (c *Counter) flush() bool {
	c.mu.Lock()
	batch := c.waiting
	c.waiting, c.inWrite = map[Code]*fresh{}, batch
	c.mu.Unlock()
	var err error
	if len(batch) > 0 {
		err = c.file.add(context.Background(), batch)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inWrite = nil
	if err == nil {
		return true
	}
	c.log.Error("scan counts are not written; they wait", "codes", len(batch), "error", err)
	for code, f := range batch {
		f.join(c.waiting[code])
		c.waiting[code] = f
	}
	return false
}

// join adds what came later.
func (f *fresh) join(later *fresh) {
	if later == nil {
		return
	}
	f.total += later.total
	for day, n := range later.days {
		f.days[day] += n
	}
}

// writing tells whether a code is on its way to the disk. The lock is held.
func (c *Counter) writing(code Code) bool { return c.inWrite[code] != nil }
