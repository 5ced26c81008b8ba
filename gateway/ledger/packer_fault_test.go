package ledger

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grainledger/grainledger/record"
)

// TestFaults goes through what a ledger can do to a transaction.
func TestFaults(t *testing.T) {
	refusal := func(c record.Code) error { return &ContractError{Message: record.Refuse(c, "no").Error()} }
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
	f := newFakeLedger()
	f.before = func(tx Tx) error {
		batch, _ := record.DecodeBatch(tx.Args[0])
		for _, raw := range batch {
			if _, p := mustDecode(raw); p.Head().Ref == "r000013" {
				return errors.New("the contract panicked")
			}
		}
		return nil
	}
	p := startPacker(t, f, PackerOptions{})
	receipts, err := p.Submit(context.Background(), many(40, oneLot))
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range receipts {
		if i == 13 && (r.Code != record.Internal || r.Ref != "r000013") || i != 13 && r.Outcome != record.Accepted {
			t.Errorf("record %d: %+v", i, r)
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

// askedLedger can tell where a lost transaction stands.
type askedLedger struct{ *fakeLedger }

func (askedLedger) Status(string) (uint64, Code, bool) { return 77, Valid, true }

func TestUnknownOutcomeIsAskedFor(t *testing.T) {
	f := newFakeLedger()
	var calls atomic.Int64
	f.lost = func(Tx) bool { return calls.Add(1) == 1 }
	p := startPacker(t, askedLedger{f}, PackerOptions{})
	receipts, err := p.Submit(context.Background(), many(1, oneLot))
	if err != nil || receipts[0].Block != 77 || receipts[0].Outcome != record.Accepted {
		t.Errorf("%+v, %v", receipts, err)
	}
}

func TestSlowLedgerCountsAsUnknown(t *testing.T) {
	p := startPacker(t, stuckLedger{newFakeLedger()}, PackerOptions{Attempts: 2, AttemptTimeout: 5 * time.Millisecond})
	if _, err := p.Submit(context.Background(), many(1, oneLot)); !errors.Is(err, ErrUnknown) {
		t.Errorf("error %v", err)
	}
}
