package scans

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Bounds of a Counter.
const (
	// FlushAfter is how long a scan waits for company on its way to the disk:
	// so much is lost at most when the process is killed.
	FlushAfter = 500 * time.Millisecond
	// MaxKept is how many codes have their count in memory. The others are
	// read from the file, at the cost of one look-up.
	MaxKept = 20_000
	// MaxWaiting is how many codes may wait for the disk. While a disk that
	// does not answer lets no more in, scans of further codes are not counted.
	MaxWaiting = 20_000
)

// fresh is what a code has gained since the last flush.
type fresh struct {
	first time.Time
	total int64
	days  map[string]int64
}

// Counter counts scans. All methods may be called from many goroutines.
type Counter struct {
	file *file
	log  *slog.Logger
	now  func() time.Time

	mu       sync.Mutex
	kept     map[Code]Count  // what the file has, and what is on its way there
	waiting  map[Code]*fresh // not on its way yet
	inWrite  map[Code]*fresh // on its way to the disk
	visitors visitors

	dirty  chan struct{}
	ending chan struct{}
	ended  chan struct{}
}

// Open opens the file at path, and makes it where there is none.
func Open(ctx context.Context, path string, log *slog.Logger) (*Counter, error) {
	f, err := openFile(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("scans: open %s: %w", path, err)
	}
	c := &Counter{
		file: f, log: log, now: time.Now,
		kept: map[Code]Count{}, waiting: map[Code]*fresh{}, visitors: newVisitors(),
		dirty: make(chan struct{}, 1), ending: make(chan struct{}), ended: make(chan struct{}),
	}
	go c.run()
	return c, nil
}

// Close writes what waits and closes the file. Nobody may scan after it.
func (c *Counter) Close() error {
	close(c.ending)
	<-c.ended
	return c.file.db.Close()
}

// Scan counts a visit to a code, unless the same visitor came within the last
// hour, and gives the count with it. A visitor is whatever tells one phone
// from another; it is hashed at once and kept nowhere else.
func (c *Counter) Scan(ctx context.Context, code Code, visitor string) (Count, error) {
	n, err := c.Count(ctx, code)
	if err != nil {
		return n, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if have, ok := c.kept[code]; ok { // somebody may have come in between
		n = have
	}
	now := c.now()
	if c.visitors.seen(now, code, visitor) {
		return n, nil
	}
	if !c.take(code, now) {
		return n, nil
	}
	if n.First.IsZero() {
		n.First = now.UTC().Truncate(time.Second)
	}
	n.Total++
	c.kept[code] = n
	return n, nil
}

// take puts a scan on its way to the disk; false where too much waits.
func (c *Counter) take(code Code, now time.Time) bool {
	f := c.waiting[code]
	if f == nil {
		if len(c.waiting) >= MaxWaiting {
			return false
		}
		f = &fresh{first: now, days: map[string]int64{}}
		c.waiting[code] = f
	}
	f.total++
	f.days[now.In(beijing).Format(time.DateOnly)]++
	select {
	case c.dirty <- struct{}{}:
	default:
	}
	return true
}

// beijing is whose days are counted.
var beijing = time.FixedZone("UTC+8", 8*3600)

// Count is the count of a code without a visit.
func (c *Counter) Count(ctx context.Context, code Code) (Count, error) {
	c.mu.Lock()
	n, ok := c.kept[code]
	c.mu.Unlock()
	if ok {
		return n, nil
	}
	n, err := c.file.read(ctx, code)
	if err != nil {
		return Count{}, fmt.Errorf("scans: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if have, ok := c.kept[code]; ok { // a scan was faster
		return have, nil
	}
	c.makeRoom()
	c.kept[code] = n
	return n, nil
}

// makeRoom forgets some code whose count the file has. The lock is held.
func (c *Counter) makeRoom() {
	if len(c.kept) < MaxKept {
		return
	}
	tries := 0
	for code := range c.kept { // in no order: as good as any
		if c.waiting[code] == nil && !c.writing(code) {
			delete(c.kept, code)
			return
		}
		if tries++; tries == 100 {
			return // nearly all of them wait: MaxWaiting bounds them
		}
	}
}

// Days are the newest days on which a code was scanned, as far as they are on
// disk.
func (c *Counter) Days(ctx context.Context, code Code, limit int) ([]Day, error) {
	return c.file.days(ctx, code, limit)
}
