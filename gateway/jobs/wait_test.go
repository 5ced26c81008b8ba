package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// TestWaitsGrowToABound: no reason makes a job spin, and none makes it wait
// for ever.
func TestWaitsGrowToABound(t *testing.T) {
	invalid := &ledger.InvalidError{Code: "ENDORSEMENT_POLICY_FAILURE"}
	for _, test := range []struct {
		name  string
		err   error
		bound time.Duration
	}{
		{"disagree", ledger.ErrDisagree, mostStuck},
		{"invalid", invalid, mostStuck},
		{"unknown, then disagree", fmt.Errorf("%w: %w", ledger.ErrUnknown, ledger.ErrDisagree), mostStuck},
		{"unknown", ledger.ErrUnknown, mostWait},
		{"away", ledger.ErrUnavailable, mostWait},
		{"conflict", ledger.ErrConflict, mostWait},
		{"closing", ledger.ErrClosed, mostWait},
		{"anything else", errors.New("what is this"), mostWait},
	} {
		t.Run(test.name, func(t *testing.T) {
			var w wait
			last := time.Duration(0)
			for n := range 100 {
				w.begins(slog.New(slog.DiscardHandler), 1, test.err)
				d := w.next()
				if d < firstWait || d > test.bound || d < last || n < 5 && d == last {
					t.Fatalf("pause %d is %s after %s", n, d, last)
				}
				last = d
			}
			if last != test.bound {
				t.Errorf("the last pause is %s, want %s", last, test.bound)
			}
		})
	}
}

// TestWaitIsLoggedOnChange: once for each reason in a row.
func TestWaitIsLoggedOnChange(t *testing.T) {
	var log bytes.Buffer
	var w wait
	logger := slog.New(slog.NewTextHandler(&log, nil))
	for _, err := range []error{
		ledger.ErrDisagree, ledger.ErrDisagree, fmt.Errorf("again: %w", ledger.ErrDisagree),
		ledger.ErrUnavailable, ledger.ErrUnavailable, ledger.ErrDisagree,
	} {
		w.begins(logger, 1, err)
		w.next()
	}
	w.ended(logger, 1)
	if warned, all := strings.Count(log.String(), "level=WARN"), strings.Count(log.String(), "\n"); warned != 3 || all != 4 {
		t.Errorf("%d warnings in %d lines:\n%s", warned, all, &log)
	}
	log.Reset()
	new(wait).ended(logger, 2)
	if log.Len() > 0 {
		t.Errorf("a job that did not wait says %s", &log)
	}
}

// TestDisagreementKeepsTheJob: the job stays received, and is decided when the
// endorsers agree again.
func TestDisagreementKeepsTheJob(t *testing.T) {
	f := newFake()
	f.fail(ledger.ErrDisagree)
	g := start(t, filepath.Join(t.TempDir(), "jobs.db"), f, Options{}, ledger.PackerOptions{})
	defer g.stop(t)
	j, err := g.queue.Add(context.Background(), records(t, "a", 1))
	if err != nil {
		t.Fatal(err)
	}
	f.awaitCalls(t, 2)
	if now, err := g.queue.Get(context.Background(), j.ID); err != nil || now.Status != ledger.StatusReceived {
		t.Errorf("%+v, %v", now, err)
	}
	f.fail(nil)
	if r := await(t, g.queue, j.ID).Results[0]; r.Outcome != record.Accepted {
		t.Errorf("result %+v", r)
	}
}
