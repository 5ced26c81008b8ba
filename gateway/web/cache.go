package web

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Keeper tells whether a page that was made before may be shown again. What a
// page of a lot shows must be a matter of the nodes that it names alone.
type Keeper interface {
	// Moment names the state that the read model is in.
	Moment() uint64
	// Unchanged tells whether all that it says of nodes and bins is as it was
	// at a moment. It may say no without need.
	Unchanged(moment uint64, nodes []string) bool
}

// byHeight keeps pages for as long as the read model has not read a block:
// always right, and worth little where blocks come all the time.
type byHeight struct{ Reader }

func (k byHeight) Moment() uint64 { return k.Height() }

func (k byHeight) Unchanged(moment uint64, _ []string) bool { return k.Height() == moment }

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

// pageCache keeps pages while nothing that they show has changed: they are
// functions of that and of nothing else. A recall is seen with its block.
type pageCache struct {
	keeper Keeper

	mu       sync.Mutex
	pages    map[pageKey]*made
	bytes    int
	building map[pageKey]*building
}

// building is a page that somebody makes and others wait for.
type building struct {
	moment uint64
	done   chan struct{}
	page   *made
	err    error
}

func newPageCache(k Keeper) *pageCache {
	return &pageCache{keeper: k, pages: map[pageKey]*made{}, building: map[pageKey]*building{}}
}

// get gives a page as the read model has it, and makes it where that is not
// kept. All who ask while it is made, and since when nothing has moved, get the
// same.
func (p *pageCache) get(ctx context.Context, key pageKey, build func(context.Context) (*made, error)) (*made, error) {
	p.mu.Lock()
	m := p.pages[key]
	p.mu.Unlock()
	if m != nil && p.keeper.Unchanged(m.moment, m.nodes) {
		return m, nil
	}
	moment := p.keeper.Moment() // before anything is read
	p.mu.Lock()
	b := p.building[key]
	if b == nil || b.moment != moment {
		b = &building{moment: moment, done: make(chan struct{}), err: errNotMade}
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

// errNotMade is what those get who waited for one that panicked.
var errNotMade = errors.New("web: the page could not be made")

func (p *pageCache) run(ctx context.Context, key pageKey, b *building, build func(context.Context) (*made, error)) {
	ctx, cancel := context.WithTimeout(ctx, buildWait)
	defer cancel()
	defer func() { // even where build panics: nobody may wait for ever
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.building[key] == b {
			delete(p.building, key)
		}
		if b.err == nil && !b.page.passing {
			b.page.moment = b.moment
			p.keep(key, b.page)
		}
		close(b.done)
	}()
	b.page, b.err = build(ctx)
}

// keep stores a page and makes room for it. The lock is held.
func (p *pageCache) keep(key pageKey, m *made) {
	if old := p.pages[key]; old != nil {
		if old.moment > m.moment {
			return // somebody made a newer one meanwhile
		}
		p.bytes -= old.size()
		delete(p.pages, key)
	}
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

// nodesOf lists what the page of a story depends on: its lot, the nodes of its
// path, and their bins, whose reports it shows.
func (s *story) nodesOf() []string {
	nodes := []string{s.lot.Lot}
	for _, n := range s.nodes {
		nodes = append(nodes, n.ID)
		if n.Bin != "" {
			nodes = append(nodes, n.Bin)
		}
	}
	return nodes
}
