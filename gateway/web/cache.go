package web

import (
	"context"
	"sync"
	"time"
)

// Bounds of the cache of pages.
const (
	// maxCached is how many bytes of pages are kept.
	maxCached = 64 << 20
	// buildWait is how long a page may take to be made. Who asked for it may
	// have gone by then: others wait for it too.
	buildWait = 20 * time.Second
)

// pageKey names a page: what it is about, and in which language.
type pageKey struct {
	what string // "batch", "lot"
	id   string
	lang language
}

// pageCache keeps pages for as long as the read model has not moved: they are
// functions of it and of nothing else. A recall is seen with its block.
type pageCache struct {
	mu       sync.Mutex
	height   uint64
	pages    map[pageKey]*made
	bytes    int
	building map[pageKey]*building
}

// building is a page that somebody makes and others wait for.
type building struct {
	height uint64
	done   chan struct{}
	page   *made
	err    error
}

func newPageCache() *pageCache {
	return &pageCache{pages: map[pageKey]*made{}, building: map[pageKey]*building{}}
}

// get gives the page as the read model has it at that height, and makes it
// where it is not there; all who ask meanwhile get the same.
func (p *pageCache) get(ctx context.Context, key pageKey, height uint64, build func(context.Context) (*made, error)) (*made, error) {
	p.mu.Lock()
	if p.height < height { // all that was kept may have changed
		p.height, p.bytes = height, 0
		clear(p.pages)
	}
	if m := p.pages[key]; m != nil && p.height == height {
		p.mu.Unlock()
		return m, nil
	}
	b := p.building[key]
	if b == nil || b.height < height {
		b = &building{height: height, done: make(chan struct{})}
		p.building[key] = b
		p.mu.Unlock()
		p.run(context.WithoutCancel(ctx), key, b, build)
		return b.page, b.err
	}
	p.mu.Unlock()
	select {
	case <-b.done:
		return b.page, b.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pageCache) run(ctx context.Context, key pageKey, b *building, build func(context.Context) (*made, error)) {
	ctx, cancel := context.WithTimeout(ctx, buildWait)
	defer cancel()
	defer func() { // even where build panics: nobody may wait for ever
		p.mu.Lock()
		defer p.mu.Unlock()
		if b.page == nil && b.err == nil {
			b.err = context.Canceled
		}
		if p.building[key] == b {
			delete(p.building, key)
		}
		if b.err == nil && p.height == b.height {
			p.keep(key, b.page)
		}
		close(b.done)
	}()
	b.page, b.err = build(ctx)
}

// keep stores a page and makes room for it. The lock is held.
func (p *pageCache) keep(key pageKey, m *made) {
	size := m.size()
	for other, old := range p.pages { // in no order: as good as any
		if p.bytes+size <= maxCached {
			break
		}
		p.bytes -= old.size()
		delete(p.pages, other)
	}
	p.pages[key] = m
	p.bytes += size
}
