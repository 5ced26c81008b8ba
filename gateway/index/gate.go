package index

import (
	"context"
	"errors"
	"time"
)

// ErrBusy: as many walks of the lot graph are under way as the index allows,
// and those that wait are many or slow. The same question may be asked again
// later.
var ErrBusy = errors.New("index: too many questions about the lot graph")

// Bounds of walks of the lot graph. A large one holds some 50 MB and a core
// for seconds.
const (
	walksAtOnce  = 2
	walksWaiting = 64
	walkPatience = 5 * time.Second
)

// gate lets a few walks run at once. The others wait, not too many of them
// and not too long.
type gate struct {
	running  chan struct{}
	waiting  chan struct{}
	patience time.Duration
}

func newGate(running, waiting int, patience time.Duration) *gate {
	return &gate{make(chan struct{}, running), make(chan struct{}, waiting), patience}
}

// enter waits for its turn. Whoever is let in calls leave.
func (g *gate) enter(ctx context.Context) error {
	select {
	case g.running <- struct{}{}:
		return nil
	default:
	}
	select {
	case g.waiting <- struct{}{}:
	default:
		return ErrBusy
	}
	defer func() { <-g.waiting }()
	return g.await(ctx)
}

func (g *gate) await(ctx context.Context) error {
	late := time.NewTimer(g.patience)
	defer late.Stop()
	select {
	case g.running <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return ErrBusy
	}
}

func (g *gate) leave() { <-g.running }

// walk is read for questions that may walk far: they take turns.
func (ix *Index) walk(ctx context.Context, what string, f func(r *reader) error) error {
	if err := ix.gate.enter(ctx); err != nil {
		return err
	}
	defer ix.gate.leave()
	return ix.read(ctx, what, f)
}
