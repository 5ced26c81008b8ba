package index

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestGateLetsAFewInAndTheOthersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(2, 2, time.Second)
		in := make(chan error, 2)
		for range 2 {
			if err := g.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			go func() { in <- g.enter(t.Context()) }()
		}
		synctest.Wait()
		if len(in) > 0 {
			t.Error("a third is in")
		}
		if err := g.enter(t.Context()); !errors.Is(err, ErrBusy) {
			t.Errorf("a fifth: %v", err)
		}
		g.leave()
		synctest.Wait()
		if len(in) != 1 || <-in != nil {
			t.Error("who leaves lets one in")
		}
		g.leave()
		if err := <-in; err != nil {
			t.Error(err)
		}
	})
}

func TestGateWaitsNotForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1, 5*time.Second)
		if err := g.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if err := g.enter(t.Context()); !errors.Is(err, ErrBusy) || time.Since(begun) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := g.enter(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("who has gone: %v", err)
		}
		g.leave()
		if err := g.enter(t.Context()); err != nil {
			t.Errorf("those who gave up are still counted: %v", err)
		}
	})
}

// shut lets nobody walk the graph of an index.
func shut(t *testing.T, ix *Index) {
	t.Helper()
	ix.gate = newGate(1, 0, 0)
	if err := ix.gate.enter(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestBusyIndexRefusesWalks(t *testing.T) {
	c := newChain(t)
	village(c)
	ix := indexed(t, c)
	shut(t, ix)
	ctx := context.Background()
	_, origins := ix.Origins(ctx, "F1")
	_, trace := ix.Trace(ctx, "F1", Up, "", 0)
	_, content := ix.Bin(ctx, bin)
	for what, err := range map[string]error{"origins": origins, "trace": trace, "bin": content} {
		if !errors.Is(err, ErrBusy) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := ix.Origins(ctx, "nothing"); !errors.Is(err, ErrNotFound) {
		t.Errorf("what is not there needs no walk: %v", err)
	}
	ix.gate.leave()
	if _, err := ix.Origins(ctx, "F1"); err != nil {
		t.Errorf("a refusal was kept: %v", err)
	}
}
