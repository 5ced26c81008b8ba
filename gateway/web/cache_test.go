package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// moments is a Keeper of which tests say what changed.
type moments struct {
	mu      sync.Mutex
	now     uint64
	changed map[string]uint64
}

func (m *moments) Moment() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *moments) Unchanged(moment uint64, nodes []string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !slices.ContainsFunc(nodes, func(id string) bool { return m.changed[id] > moment })
}

func (m *moments) change(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now++
	if m.changed == nil {
		m.changed = map[string]uint64{}
	}
	m.changed[id] = m.now
}

func page1k(s string) *made {
	return &made{before: []byte(s), after: make([]byte, 1<<10), nodes: []string{"L"}}
}

// A page is made once, however many ask, until something that it shows has
// changed.
func TestPagesAreMadeOnce(t *testing.T) {
	k := &moments{now: 5}
	p, key := newPageCache(k), pageKey{"lot", "L", chinese}
	var built atomic.Int64
	build := func(context.Context) (*made, error) { return page1k(fmt.Sprint(built.Add(1))), nil }
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := p.get(context.Background(), key, build); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i, want := range []string{"1", "1", "2", "2", "3"} {
		if i == 2 || i == 4 {
			k.change("L")
		} else {
			k.change("something else")
		}
		m, err := p.get(context.Background(), key, build)
		if err != nil || string(m.before) != want {
			t.Errorf("step %d: %s, want %s, %v", i, m.before, want, err)
		}
	}
}

// Who asks after a change does not get the page that was begun before it.
func TestPageBegunBeforeAChange(t *testing.T) {
	k := &moments{now: 5}
	p, key := newPageCache(k), pageKey{"lot", "L", chinese}
	begun, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = p.get(context.Background(), key, func(context.Context) (*made, error) {
			close(begun)
			<-goOn
			return page1k("old"), nil
		})
	}()
	<-begun
	k.change("L")
	m, err := p.get(context.Background(), key, func(context.Context) (*made, error) { return page1k("new"), nil })
	if err != nil || string(m.before) != "new" {
		t.Errorf("%s, %v", m.before, err)
	}
	close(goOn)
	<-ended
	m, err = p.get(context.Background(), key, func(context.Context) (*made, error) { return page1k("made again"), nil })
	if err != nil || string(m.before) != "new" {
		t.Errorf("the late one took its place: %s, %v", m.before, err)
	}
}

// An error is told and not kept; a panic leaves nobody waiting.
func TestErrorsAreNotKept(t *testing.T) {
	p, key := newPageCache(&moments{}), pageKey{"lot", "L", chinese}
	broken := errors.New("broken")
	if _, err := p.get(context.Background(), key, func(context.Context) (*made, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = p.get(context.Background(), key, func(context.Context) (*made, error) { panic("in a template") })
	}()
	m, err := p.get(context.Background(), key, func(context.Context) (*made, error) { return page1k("good"), nil })
	if err != nil || string(m.before) != "good" {
		t.Errorf("%v", err)
	}
}

// Memory is bounded, and counted right when pages come and go.
func TestCacheIsBounded(t *testing.T) {
	k := &moments{}
	p := newPageCache(k)
	for i := range 300 {
		k.change("L")
		key := pageKey{"lot", fmt.Sprint(i % 200), chinese}
		if _, err := p.get(context.Background(), key, func(context.Context) (*made, error) {
			return &made{before: make([]byte, 1<<20), nodes: []string{"L"}}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	sum := 0
	for _, m := range p.pages {
		sum += m.size()
	}
	if sum != p.bytes || sum > maxCached || len(p.pages) < 25 {
		t.Errorf("%d pages, %d bytes, %d counted", len(p.pages), sum, p.bytes)
	}
}

// Over HTTP: a page is shown as it was until a node of its path changes.
func TestPagesAreKept(t *testing.T) {
	w := season(t, 2, 4)
	k := &moments{}
	h := handler(t, Options{Reader: w, PublicURL: "https://trace.example.cn", Keeper: k})
	page := bodyOf(t, get(t, h, batchPath))
	w.lots[retailLot].NonFood = record0
	for _, c := range []struct {
		changed string
		same    bool
	}{{"another lot", true}, {bin, false}} {
		k.change(c.changed)
		if got := bodyOf(t, get(t, h, batchPath)); (got == page) != c.same {
			t.Errorf("%s changed; the page is the old one: %t", c.changed, got == page)
		}
	}
	mustLack(t, bodyOf(t, get(t, h, batchPath, "Accept-Language", "en")), "晚粳稻谷")
}

const record0 = "0000000000000000000000000000000000000000000000000000000000000000"
