package web

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

func page1k(s string) *made { return &made{before: []byte(s), after: make([]byte, 1<<10)} }

// A page is made once for each height, however many ask.
func TestPagesAreMadeOnce(t *testing.T) {
	p, key := newPageCache(), pageKey{"lot", "L", chinese}
	var built atomic.Int64
	build := func(context.Context) (*made, error) { return page1k(fmt.Sprint(built.Add(1))), nil }
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := p.get(context.Background(), key, 7, build); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := built.Load(); n != 1 {
		t.Errorf("made %d times", n)
	}
	for height, want := range []string{7: "1", 8: "2", 9: "3"} {
		if want == "" {
			continue
		}
		m, err := p.get(context.Background(), key, uint64(height), build)
		if err != nil || string(m.before) != want {
			t.Errorf("at %d: %s, %v", height, m.before, err)
		}
	}
	// Who was held up since an older height gets a page, and keeps none.
	old, err := p.get(context.Background(), key, 8, build)
	now, errNow := p.get(context.Background(), key, 9, build)
	if err != nil || errNow != nil || string(old.before) != "4" || string(now.before) != "3" {
		t.Errorf("%s %s %v %v", old.before, now.before, err, errNow)
	}
}

// An error is told and not kept; a panic leaves nobody waiting.
func TestErrorsAreNotKept(t *testing.T) {
	p, key := newPageCache(), pageKey{"lot", "L", chinese}
	broken := errors.New("broken")
	if _, err := p.get(context.Background(), key, 1, func(context.Context) (*made, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = p.get(context.Background(), key, 1, func(context.Context) (*made, error) { panic("in a template") })
	}()
	m, err := p.get(context.Background(), key, 1, func(context.Context) (*made, error) { return page1k("good"), nil })
	if err != nil || string(m.before) != "good" {
		t.Errorf("%v", err)
	}
}

// Memory is bounded, and counted right when pages come and go.
func TestCacheIsBounded(t *testing.T) {
	p := newPageCache()
	for i := range 200 {
		key := pageKey{"lot", fmt.Sprint(i), chinese}
		if _, err := p.get(context.Background(), key, 1, func(context.Context) (*made, error) {
			return &made{before: make([]byte, 1<<20)}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	sum := 0
	for _, m := range p.pages {
		sum += m.size()
	}
	if sum != p.bytes || sum > maxCached || len(p.pages) < 50 {
		t.Errorf("%d pages, %d bytes, %d counted", len(p.pages), sum, p.bytes)
	}
}
