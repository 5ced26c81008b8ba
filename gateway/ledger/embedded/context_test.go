package embedded

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// TestCallerLeavesBeforeTheAnswer: the block is written all the same, the
// caller is told that it does not know, and Status tells it.
func TestCallerLeavesBeforeTheAnswer(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	left := make(chan struct{})
	calls := 0
	opt := testOptions()
	opt.Clock = func() time.Time {
		if calls++; calls == 2 { // the first is the simulation, this the committer
			cancel()
			<-left
		}
		return time.Now()
	}
	l := mustOpen(t, t.TempDir(), opt)
	c, err := l.Submit(ctx, run("put k 1"))
	close(left)
	if !errors.Is(err, ledger.ErrUnknown) || !errors.Is(err, context.Canceled) || c.TxID == "" {
		t.Fatalf("Submit = %+v, %v; want ErrUnknown and an id", c, err)
	}
	for b, err := range l.Blocks(context.Background(), 0) {
		if err != nil || b.Txs[0].ID != c.TxID {
			t.Errorf("block %+v, %v", b, err)
		}
		break
	}
	if _, code, err := l.Status(t.Context(), c.TxID); err != nil || code != ledger.Valid {
		t.Errorf("Status = %s, %v", code, err)
	}
}

func TestSubmitWithAnEndedContextDoesNothing(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Submit(ctx, run("put k 1")); !errors.Is(err, context.Canceled) || errors.Is(err, ledger.ErrUnknown) {
		t.Errorf("Submit: %v", err)
	}
	if _, err := l.Evaluate(ctx, run("get k")); !errors.Is(err, context.Canceled) {
		t.Errorf("Evaluate: %v", err)
	}
}

func TestStatusOfUnknownTransactions(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	mustSubmit(t, l, run("put k 1"))
	for _, id := range []string{"", "xyz", "00", "0000000000000000000000000000000000000000000000000000000000000000"} {
		if _, _, err := l.Status(t.Context(), id); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("Status(%q): %v", id, err)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"no contract":    func(o *Options) { o.Invoke = nil },
		"no key":         func(o *Options) { o.Key = nil },
		"negative block": func(o *Options) { o.MaxBlockBytes = -1 },
		"huge tx":        func(o *Options) { o.MaxTxBytes = MaxMaxTxBytes + 1 },
		"huge segment":   func(o *Options) { o.SegmentBytes = MaxSegmentBytes + 1 },
	} {
		opt := testOptions()
		change(&opt)
		if l, err := Open(t.TempDir(), opt); err == nil {
			l.Close()
			t.Errorf("%s: no error", name)
		}
	}
}
