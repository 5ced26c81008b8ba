package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// sealLedger notes the seal transactions that come, and takes each unless
// judge has something against it.
type sealLedger struct {
	*fakeLedger
	judge func(names []string) error

	mu    sync.Mutex
	taken [][]string
	calls int
	wrong []string
}

func (l *sealLedger) Submit(_ context.Context, tx Tx) (Commit, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	var req record.SealRequest
	if err := json.Unmarshal(tx.Args[0], &req); err != nil {
		return Commit{}, err
	}
	if err := req.Check(); err != nil || tx.Collection != record.SealedCollection || len(tx.Transient) != len(req.Parts) {
		l.wrong = append(l.wrong, fmt.Sprintf("%d parts for %d names, collection %q, %v", len(tx.Transient), len(req.Parts), tx.Collection, err))
	}
	var names []string
	for _, p := range req.Parts {
		names = append(names, p.Name)
	}
	if l.judge != nil {
		if err := l.judge(names); err != nil {
			return Commit{}, err
		}
	}
	l.taken = append(l.taken, names)
	return Commit{TxID: "seal"}, nil
}

// parts makes n sealed parts of so many bytes.
func parts(n, bytes int) []Seal {
	seals := make([]Seal, n)
	for i := range seals {
		name := fmt.Sprintf("part%04d", i)
		seals[i] = Seal{Record: "r" + name, Issuer: uscc(1), Ref: name, Name: name, Part: make([]byte, bytes), Kept: time.Now()}
	}
	return seals
}

func TestSealsGoTogether(t *testing.T) {
	again := parts(3, 10)
	again = append(again, again[1]) // its record came twice
	again[3].Record = "another"
	for _, test := range []struct {
		name  string
		seals []Seal
		bytes int
		want  []int // parts of each transaction
	}{
		{"few", parts(7, 10), 1000, []int{7}},
		{"as many as a call takes", parts(record.MaxSealParts+3, 1), 1 << 20, []int{record.MaxSealParts, 3}},
		{"as many bytes as fit", parts(7, 300), 1000, []int{3, 3, 1}},
		{"each too large", parts(3, 2000), 1000, []int{1, 1, 1}},
		{"one of them twice", again, 1000, []int{3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, store := &sealLedger{}, newMemorySeals()
			s := newSealer(l, mustDefaults(t, PackerOptions{Seals: store, BatchBytes: test.bytes}))
			if err := store.Keep(context.Background(), time.Now(), test.seals); err != nil {
				t.Fatal(err)
			}
			if err := s.sendAll(context.Background(), test.seals); err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, names := range l.taken {
				got = append(got, len(names))
			}
			if fmt.Sprint(got) != fmt.Sprint(test.want) || store.count() != 0 || l.wrong != nil {
				t.Errorf("transactions of %v parts, want %v; %d are left; %v", got, test.want, store.count(), l.wrong)
			}
		})
	}
}

// TestOneBadPartIsAlone: a part that the ledger does not take leaves the
// others stored, and is itself put off or given up.
func TestOneBadPartIsAlone(t *testing.T) {
	for _, test := range []struct {
		name  string
		err   error
		old   bool
		taken int // of 20 parts
		left  int
		calls int // at most
	}{
		{"refused and young", refusal(record.BadSealed), false, 19, 1, 12},
		{"refused and old", refusal(record.BadSealed), true, 19, 0, 12},
		{"the contract panics over it", refusal(record.Panicked), true, 19, 1, 12},
		{"a panic that the ledger caught", ErrPanic, true, 19, 1, 12},
		{"too large with it", ErrTooLarge, true, 19, 1, 12},
		{"the ledger is away", ErrUnavailable, true, 0, 20, 1},
		{"the outcome is unknown", ErrUnknown, true, 0, 20, 1},
		{"endorsers disagree", ErrDisagree, true, 0, 20, 1},
		{"no root yet", refusal(record.NotInitialised), true, 0, 20, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, store := &sealLedger{}, newMemorySeals()
			l.judge = func(names []string) error {
				for _, name := range names {
					if name == "part0013" {
						return test.err
					}
				}
				return nil
			}
			s := newSealer(l, mustDefaults(t, PackerOptions{Seals: store}))
			seals := parts(20, 10)
			if err := store.Keep(context.Background(), time.Now(), seals); err != nil {
				t.Fatal(err)
			}
			for i := range seals {
				if test.old {
					seals[i].Kept = time.Now().Add(-25 * time.Hour)
				}
			}
			if err := s.sendAll(context.Background(), seals); err != nil {
				t.Fatal(err)
			}
			taken := 0
			for _, names := range l.taken {
				taken += len(names)
			}
			if taken != test.taken || store.count() != test.left || l.calls > test.calls || l.wrong != nil {
				t.Errorf("%d taken, %d left, %d calls, %v", taken, store.count(), l.calls, l.wrong)
			}
			due, _ := store.Due(context.Background(), time.Now().Add(time.Hour), 100)
			for _, seal := range due {
				if seal.Tries != 1 {
					t.Errorf("%s was put off %d times", seal.Name, seal.Tries)
				}
			}
		})
	}
}

// forgetful cannot forget one part.
type forgetful struct{ *memorySeals }

func (f forgetful) Drop(ctx context.Context, s Seal) error {
	if s.Name == "part0001" {
		return errors.New("disk full")
	}
	return f.memorySeals.Drop(ctx, s)
}

// TestStoreTroubleWithOnePart: the others of the transaction are told all the
// same, and the caller learns of it.
func TestStoreTroubleWithOnePart(t *testing.T) {
	store := forgetful{newMemorySeals()}
	s := newSealer(&sealLedger{}, mustDefaults(t, PackerOptions{Seals: store}))
	seals := parts(4, 10)
	if err := store.Keep(context.Background(), time.Now(), seals); err != nil {
		t.Fatal(err)
	}
	if err := s.sendAll(context.Background(), seals); err == nil || store.count() != 1 {
		t.Errorf("%v, %d are left", err, store.count())
	}
}

// TestFreshPartsAreCollected: what waits while a transaction is under way goes
// into the next.
func TestFreshPartsAreCollected(t *testing.T) {
	l, store := &sealLedger{}, newMemorySeals()
	s := newSealer(l, mustDefaults(t, PackerOptions{Seals: store}))
	seals := parts(50, 10)
	for _, seal := range seals {
		s.decided([]Seal{seal}, Receipt{Verdict: record.Verdict{Outcome: record.Accepted}})
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.start(ctx)
	s.drain(context.Background())
	taken := 0
	for _, names := range l.taken {
		taken += len(names)
	}
	if taken != 50 || len(l.taken) > sealInFlight {
		t.Errorf("%d parts in %d transactions", taken, len(l.taken))
	}
}
