package ledger

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grainledger/grainledger/record"
)

// memorySeals is a SealStore without a disk.
type memorySeals struct {
	mu    sync.Mutex
	seals map[string]Seal
	due   map[string]time.Time
}

var _ SealStore = (*memorySeals)(nil)

func newMemorySeals() *memorySeals {
	return &memorySeals{seals: map[string]Seal{}, due: map[string]time.Time{}}
}

func (m *memorySeals) Keep(_ context.Context, due time.Time, seals []Seal) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range seals {
		s.Kept = time.Now()
		m.seals[s.Record+s.Name], m.due[s.Record+s.Name] = s, due
	}
	return nil
}

func (m *memorySeals) Due(_ context.Context, now time.Time, limit int) ([]Seal, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Seal
	for k, s := range m.seals {
		if !m.due[k].After(now) && len(out) < limit {
			out = append(out, s)
		}
	}
	return out, nil
}

func (m *memorySeals) PutOff(_ context.Context, s Seal, due time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.Tries++
	m.seals[s.Record+s.Name], m.due[s.Record+s.Name] = s, due
	return nil
}

func (m *memorySeals) Drop(_ context.Context, s Seal) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.seals, s.Record+s.Name)
	delete(m.due, s.Record+s.Name)
	return nil
}

func (m *memorySeals) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.seals)
}

func sealedSell(t *testing.T, ref string) (Submission, string) {
	t.Helper()
	part, name, err := record.Seal([]byte("key"), uscc(1), ref, map[string]string{"price": "1.23"})
	if err != nil {
		t.Fatal(err)
	}
	s := sell(ref, "L1", name)
	s.Sealed = [][]byte{part}
	return s, name
}

func TestSealFollowsCommit(t *testing.T) {
	f, store := newFakeLedger(), newMemorySeals()
	p := startPacker(t, f, PackerOptions{Seals: store})
	sub, name := sealedSell(t, "a")
	if r, err := p.Submit(context.Background(), []Submission{sub}); err != nil || r[0].Outcome != record.Accepted {
		t.Fatalf("%+v, %v", r, err)
	}
	eventually(t, func() bool { return slices.Contains(f.sealed(), name) && store.count() == 0 })
}

func TestSealIsKeptUntilStored(t *testing.T) {
	f, store := newFakeLedger(), newMemorySeals()
	var works atomic.Bool
	f.before = func(tx Tx) error {
		if tx.Function == record.FnSeal && !works.Load() {
			return ErrUnavailable
		}
		return nil
	}
	now := time.Now()
	var later atomic.Int64
	opt := PackerOptions{Seals: store, Clock: func() time.Time { return now.Add(time.Duration(later.Load())) }}
	p := startPacker(t, f, opt)
	sub, name := sealedSell(t, "a")
	if _, err := p.Submit(context.Background(), []Submission{sub}); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool {
		d, _ := store.Due(context.Background(), now.Add(time.Hour), 1)
		return len(d) == 1 && d[0].Tries == 1
	})
	works.Store(true)
	later.Store(int64(time.Hour))
	p.sealer.sendDue(context.Background())
	if !slices.Contains(f.sealed(), name) || store.count() != 0 {
		t.Errorf("sealed %v, %d kept", f.sealed(), store.count())
	}
}

func TestRefusedSealIsGivenUpOnlyWhenOld(t *testing.T) {
	f, store := newFakeLedger(), newMemorySeals()
	f.before = func(Tx) error { return &ContractError{Message: "GL5001 unknown_lot: no such record"} }
	s := newSealer(f, mustDefaults(t, PackerOptions{Seals: store}))
	seal := Seal{Record: "r", Name: "n"}
	if err := store.Keep(context.Background(), time.Now(), []Seal{seal}); err != nil {
		t.Fatal(err)
	}
	seal.Kept = time.Now()
	if s.send(context.Background(), []Seal{seal}) != nil || store.count() != 1 {
		t.Error("a young part was dropped")
	}
	seal.Kept = time.Now().Add(-25 * time.Hour)
	if s.send(context.Background(), []Seal{seal}) != nil || store.count() != 0 {
		t.Error("an old part was kept")
	}
}

func TestDoorRefusesForeignParts(t *testing.T) {
	p := startPacker(t, newFakeLedger(), PackerOptions{Seals: newMemorySeals()})
	mine, _ := sealedSell(t, "a")
	other, _ := sealedSell(t, "b")
	unnamed := sell("a", "L1")
	unnamed.Sealed = mine.Sealed
	swapped := Submission{Envelope: mine.Envelope, Sealed: other.Sealed}
	receipts, err := p.Submit(context.Background(), []Submission{unnamed, swapped})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range receipts {
		if r.Code != record.BadSealed || r.Ref != "a" {
			t.Errorf("record %d: %+v", i, r)
		}
	}
}

// brokenSeals cannot keep anything.
type brokenSeals struct{ *memorySeals }

func (brokenSeals) Keep(context.Context, time.Time, []Seal) error { return errors.New("disk full") }

func TestNothingIsQueuedWithoutItsSeal(t *testing.T) {
	f := newFakeLedger()
	p := startPacker(t, f, PackerOptions{Seals: brokenSeals{newMemorySeals()}})
	sub, _ := sealedSell(t, "a")
	if _, err := p.Submit(context.Background(), []Submission{sub}); err == nil {
		t.Error("no error")
	}
	if s := p.Stats(); s.Records != 0 {
		t.Errorf("stats %+v", s)
	}
}

func mustDefaults(t *testing.T, o PackerOptions) PackerOptions {
	t.Helper()
	o, err := o.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for range 12_000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("did not happen within 60 s")
}
