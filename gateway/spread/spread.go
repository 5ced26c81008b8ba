// Package spread carries marks to what was made before them. A hold, a recall,
// a void or a report on grain that must not be eaten marks a lot at once, and
// what is made of it later inherits the mark; lots that exist already are
// marked step by step, along edges that the gateway's index finds and the
// contract checks one by one. Several gateways may do it at the same time: a
// step that was taken changes nothing when it is taken again.
package spread

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// Index says along which edges marks are missing, and how far it has read.
type Index interface {
	Late(ctx context.Context, limit int) ([]record.SpreadStep, error)
	Height() uint64
	WaitFor(ctx context.Context, height uint64) error
}

// Ledger takes the steps.
type Ledger interface {
	Submit(ctx context.Context, tx ledger.Tx) (ledger.Commit, error)
}

var (
	_ Index  = (*index.Index)(nil)
	_ Ledger = ledger.Ledger(nil)
)

// How steps are taken.
const (
	page      = record.MaxSpreadSteps // edges of one transaction
	stepWait  = time.Minute           // for one transaction, and for the index to have read it
	firstWait = 100 * time.Millisecond
	mostWait  = 30 * time.Second
)

// Spreader takes the steps. What it has still to do stands in the index and
// nowhere else, so that it goes on after a restart where it was.
type Spreader struct {
	ledger Ledger
	index  Index
	log    *slog.Logger
	set    atomic.Int64
}

// New makes a spreader; Run lets it work.
func New(l Ledger, ix Index, log *slog.Logger) *Spreader {
	return &Spreader{ledger: l, index: ix, log: log}
}

// Set is how many marks it has set since it began.
func (s *Spreader) Set() int64 { return s.set.Load() }

// Run spreads what is late, and what becomes so, until ctx is done.
func (s *Spreader) Run(ctx context.Context) {
	vain := 0 // turns in a row that brought nothing on
	for ctx.Err() == nil {
		height := s.index.Height()
		steps, err := s.index.Late(ctx, page)
		if err == nil && len(steps) == 0 {
			vain = 0
			if s.index.WaitFor(ctx, height+1) != nil {
				return // the index was closed, or ctx is done
			}
			continue
		}
		var done int
		if err == nil {
			done, err = s.take(ctx, steps)
		}
		if err == nil && done > 0 {
			vain = 0
			continue
		}
		vain++
		s.report(ctx, vain, len(steps), err)
		if !pause(ctx, vain) {
			return
		}
	}
}

// take submits steps and waits until the index has read what they did.
func (s *Spreader) take(ctx context.Context, steps []record.SpreadStep) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, stepWait)
	defer cancel()
	arg, err := json.Marshal(steps)
	if err != nil {
		return 0, err
	}
	commit, err := s.ledger.Submit(ctx, ledger.Tx{Function: record.FnSpread, Args: [][]byte{arg}})
	if err != nil {
		return 0, err
	}
	var done record.SpreadDone
	if err := json.Unmarshal(commit.Response, &done); err != nil {
		return 0, fmt.Errorf("the answer of transaction %s: %w", commit.TxID, err)
	}
	s.set.Add(int64(done.Set))
	return done.Set, s.index.WaitFor(ctx, commit.Block+1)
}

// report tells what stands in the way: a conflict passes by itself, and that
// another gateway was faster is no trouble at all.
func (s *Spreader) report(ctx context.Context, vain, steps int, err error) {
	switch {
	case ctx.Err() != nil:
	case err != nil && !errors.Is(err, ledger.ErrConflict):
		s.log.Warn("marks could not be spread and will be again", "edges", steps, "error", err)
	case vain == 10: // once in a row of turns
		s.log.Warn("marks do not spread along edges that the index names", "edges", steps, "error", err)
	}
}

// pause waits before the next turn, longer after each that was in vain, and
// somewhere between half of it and all of it, so that gateways part.
func pause(ctx context.Context, vain int) bool {
	d := min(firstWait<<min(vain-1, 20), mostWait)
	timer := time.NewTimer(d/2 + rand.N(d/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
