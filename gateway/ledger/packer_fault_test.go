package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grainledger/grainledger/record"
)

// TestFaults goes through what a ledger can do to a transaction.
func TestFaults(t *testing.T) {
	tests := []struct {
		name    string
		err     error
		times   int64 // then the ledger works
		lost    bool  // the transaction took effect, its answer did not come
		want    error
		outcome record.Outcome
	}{
		{name: "conflict, then fine", err: ErrConflict, times: 3, outcome: record.Accepted},
		{name: "conflict for ever", err: ErrConflict, times: 99, want: ErrConflict},
		{name: "unavailable, then fine", err: ErrUnavailable, times: 2, outcome: record.Accepted},
		{name: "unavailable for ever", err: ErrUnavailable, times: 99, want: ErrUnavailable},
		{name: "unknown, was not there", err: ErrUnknown, times: 1, outcome: record.Accepted},
		{name: "unknown, was there", lost: true, times: 1, outcome: record.Accepted},
		{name: "unknown for ever", err: ErrUnknown, times: 99, want: ErrUnknown},
		{name: "clock off, then fine", err: refusal(record.ClockSkew), times: 1, outcome: record.Accepted},
		{name: "no root yet", err: refusal(record.NotInitialised), times: 99, want: refusal(record.NotInitialised)},
		{name: "invalid, then fine", err: &InvalidError{Code: "ENDORSEMENT_POLICY_FAILURE"}, times: 2, outcome: record.Accepted},
		{name: "invalid for ever", err: &InvalidError{Code: "ENDORSEMENT_POLICY_FAILURE"}, times: 99,
			want: &InvalidError{Code: "ENDORSEMENT_POLICY_FAILURE"}},
		{name: "endorsers disagree", err: ErrDisagree, times: 99, want: ErrDisagree},
		{name: "closed", err: ErrClosed, times: 99, want: ErrClosed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFakeLedger()
			var calls atomic.Int64
			fault := func() bool { return calls.Add(1) <= test.times }
			if test.lost {
				f.lost = func(Tx) bool { return fault() }
			} else {
				f.before = func(Tx) error {
					if fault() {
						return test.err
					}
					return nil
				}
			}
			p := startPacker(t, f, PackerOptions{Attempts: 5})
			receipts, err := p.Submit(context.Background(), []Submission{sell("a", "L1"), sell("b", "L1")})
			if test.want != nil {
				if err == nil || !errors.Is(err, test.want) && err.Error() != test.want.Error() {
					t.Fatalf("error %v, want %v", err, test.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range receipts {
				if r.Outcome != test.outcome || r.Code != 0 {
					t.Errorf("receipt %+v", r)
				}
			}
		})
	}
}

func TestDuplicateOfAnotherStaysOne(t *testing.T) {
	p := startPacker(t, newFakeLedger(), PackerOptions{})
	subs := []Submission{sell("a", "L1"), sell("a", "L1")}
	receipts, err := p.Submit(context.Background(), subs)
	if err != nil {
		t.Fatal(err)
	}
	if receipts[0].Outcome != record.Accepted || receipts[1].Outcome != record.IsDuplicate {
		t.Errorf("receipts %+v", receipts)
	}
}

// TestPoisonGoesDownAlone: a record that breaks every transaction that holds
// it does not take others with it.
func TestPoisonGoesDownAlone(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want record.Code
	}{
		{"a panic that the ledger caught", fmt.Errorf("%w: out of barley", ErrPanic), record.Internal},
		{"a panic that the contract caught", refusal(record.Panicked), record.Panicked},
		{"another refusal", refusal(record.BadCall), record.BadCall},
		{"too large", ErrTooLarge, record.TooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFakeLedger()
			f.before = func(tx Tx) error {
				if holds(tx, "r000013") {
					return test.err
				}
				return nil
			}
			p := startPacker(t, f, PackerOptions{})
			receipts, err := p.Submit(context.Background(), many(40, oneLot))
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range receipts {
				if i == 13 && (r.Code != test.want || r.Ref != "r000013") || i != 13 && r.Outcome != record.Accepted {
					t.Errorf("record %d: %+v", i, r)
				}
			}
		})
	}
}

func refusal(c record.Code) error { return &ContractError{Message: record.Refuse(c, "no").Error()} }

// holds tells whether a transaction has the record of that ref.
func holds(tx Tx, ref string) bool {
	batch, _ := record.DecodeBatch(tx.Args[0])
	return slices.ContainsFunc(batch, func(raw []byte) bool {
		_, p := mustDecode(raw)
		return p.Head().Ref == ref
	})
}

// TestCallsOfATransaction counts how often a transaction that always fails is
// submitted, whole or in parts.
func TestCallsOfATransaction(t *testing.T) {
	invalid := &InvalidError{Code: "ENDORSEMENT_POLICY_FAILURE"}
	for _, test := range []struct {
		name  string
		err   error
		calls int64
	}{
		{"endorsers disagree", ErrDisagree, 1},
		{"invalid in its block", invalid, 3},
		{"closed", ErrClosed, 1},
		{"no root yet", refusal(record.NotInitialised), 1},
		{"an error of no known kind", errors.New("what is this"), 1},
		{"unavailable", ErrUnavailable, 5},
		{"conflict", ErrConflict, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFakeLedger()
			var calls atomic.Int64
			f.before = func(Tx) error { calls.Add(1); return test.err }
			p := startPacker(t, f, PackerOptions{Attempts: 5})
			_, err := p.Submit(context.Background(), many(4, oneLot))
			if !errors.Is(err, test.err) || calls.Load() != test.calls {
				t.Errorf("%d calls, want %d; %v", calls.Load(), test.calls, err)
			}
		})
	}
}

// TestDisagreementIsToldOnce: once, until the endorsers agree on what they had
// disagreed on, or so much time has passed that it may be forgotten.
func TestDisagreementIsToldOnce(t *testing.T) {
	f, log := newFakeLedger(), new(bytes.Buffer)
	var apart atomic.Bool
	f.before = func(Tx) error {
		if apart.Load() {
			return ErrDisagree
		}
		return nil
	}
	now := time.Now()
	p := startPacker(t, f, PackerOptions{Log: slog.New(slog.NewTextHandler(log, nil)), Clock: func() time.Time { return now }})
	for i, step := range []struct {
		ref         string
		apart       bool
		later       time.Duration
		told, again int
	}{
		{ref: "a"},
		{ref: "b", apart: true, told: 1},
		{ref: "b", apart: true, told: 1},
		{ref: "c", apart: true, told: 1},
		{ref: "d", told: 1}, // says nothing about b
		{ref: "b", apart: true, told: 1},
		{ref: "b", told: 1, again: 1},
		{ref: "c", apart: true, told: 2, again: 1},
		{ref: "c", apart: true, later: tellAgain, told: 3, again: 1},
		{ref: "c", told: 3, again: 2},
		{ref: "e", told: 3, again: 2},
	} {
		now = now.Add(step.later)
		apart.Store(step.apart)
		_, err := p.Submit(context.Background(), []Submission{sell(step.ref, "L1")})
		if errors.Is(err, ErrDisagree) != step.apart {
			t.Errorf("step %d: %v", i, err)
		}
		told, again := strings.Count(log.String(), "level=ERROR"), strings.Count(log.String(), "agree on the records")
		if told != step.told || again != step.again {
			t.Errorf("step %d: told %d times, taken back %d times:\n%s", i, told, again, log)
		}
	}
}

func TestWrongNumberOfVerdicts(t *testing.T) {
	p := startPacker(t, shortLedger{newFakeLedger()}, PackerOptions{})
	if _, err := p.Submit(context.Background(), many(2, oneLot)); err == nil {
		t.Error("no error")
	}
}

type shortLedger struct{ *fakeLedger }

func (shortLedger) Submit(context.Context, Tx) (Commit, error) {
	return Commit{TxID: "x", Response: []byte(`[]`)}, nil
}

// askedLedger tells what became of a lost transaction.
type askedLedger struct {
	*fakeLedger
	status func() (Commit, Code, error)
}

func (l askedLedger) Status(context.Context, string) (Commit, Code, error) { return l.status() }

func TestUnknownOutcomeIsAskedFor(t *testing.T) {
	var asked int
	for _, test := range []struct {
		name   string
		status func() (Commit, Code, error)
		block  uint64
	}{
		{"it stands in a block", func() (Commit, Code, error) { return Commit{Block: 77}, Valid, nil }, 77},
		{"it comes later", func() (Commit, Code, error) {
			if asked++; asked == 1 {
				return Commit{}, "", ErrNotFound
			}
			return Commit{Block: 78}, Valid, nil
		}, 78},
		{"nobody knows", func() (Commit, Code, error) { return Commit{}, "", ErrUnavailable }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFakeLedger()
			var calls atomic.Int64
			f.lost = func(Tx) bool { return calls.Add(1) == 1 }
			p := startPacker(t, askedLedger{f, test.status}, PackerOptions{})
			receipts, err := p.Submit(context.Background(), many(1, oneLot))
			if err != nil || receipts[0].Block != test.block || receipts[0].Outcome != record.Accepted {
				t.Errorf("%+v, %v", receipts, err)
			}
		})
	}
}

// TestInvalidAttemptIsNoUnknownOutcome: an attempt that is known to stand in
// its block without effect leaves nothing unknown.
func TestInvalidAttemptIsNoUnknownOutcome(t *testing.T) {
	for _, test := range []struct {
		name    string
		code    Code
		err     error
		unknown bool
	}{
		{"it lost to another", MVCCReadConflict, nil, false},
		{"it took effect", Valid, nil, true},
		{"it may still come", "", ErrNotFound, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFakeLedger()
			l := askedLedger{f, func() (Commit, Code, error) { return Commit{Block: 5}, test.code, test.err }}
			var calls atomic.Int64
			f.before = func(Tx) error {
				if calls.Add(1) > 1 {
					return ErrClosed
				}
				return nil
			}
			f.lost = func(Tx) bool { return true }
			p := startPacker(t, l, PackerOptions{})
			_, err := p.Submit(context.Background(), many(1, oneLot))
			if !errors.Is(err, ErrClosed) || errors.Is(err, ErrUnknown) != test.unknown {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestRefusalAfterAnUnknownOutcome: the first attempt may stand in the ledger,
// so that the refusal of a later one must not be the answer.
func TestRefusalAfterAnUnknownOutcome(t *testing.T) {
	for name, err := range map[string]error{
		"refused": refusal(record.Panicked), "panic": ErrPanic, "too large": ErrTooLarge, "disagree": ErrDisagree,
		"invalid": &InvalidError{Code: "ENDORSEMENT_POLICY_FAILURE"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeLedger()
			var calls atomic.Int64
			f.before = func(Tx) error {
				if calls.Add(1) > 1 {
					return err
				}
				return nil
			}
			f.lost = func(Tx) bool { return true }
			p := startPacker(t, f, PackerOptions{})
			receipts, got := p.Submit(context.Background(), many(2, oneLot))
			if !errors.Is(got, ErrUnknown) || !errors.Is(got, err) {
				t.Errorf("error %v", got)
			}
			for _, r := range receipts {
				if r.Outcome != "" {
					t.Errorf("receipt %+v", r)
				}
			}
		})
	}
}

func TestSlowLedgerCountsAsUnknown(t *testing.T) {
	p := startPacker(t, stuckLedger{newFakeLedger()}, PackerOptions{Attempts: 2, AttemptTimeout: 5 * time.Millisecond})
	if _, err := p.Submit(context.Background(), many(1, oneLot)); !errors.Is(err, ErrUnknown) {
		t.Errorf("error %v", err)
	}
}
