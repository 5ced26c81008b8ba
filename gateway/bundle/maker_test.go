package bundle

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/tlog"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

const (
	grower = "9332058226100911H2"
	root   = "11000000MA0000000Y"
)

// fakeLedger is a log and an index of a few records, counted as they are read.
type fakeLedger struct {
	anchor  *tlog.Anchor
	place   map[string]uint64 // of records in the log
	records map[string]index.Record
	given   index.Evidence
	key     *record.PrivateKey
	made    int
}

func (f *fakeLedger) Anchored(context.Context) (tlog.Anchor, error) {
	if f.anchor == nil {
		return tlog.Anchor{}, tlog.ErrNotAnchored
	}
	return *f.anchor, nil
}

func (f *fakeLedger) Inclusion(_ context.Context, id string, size uint64) (uint64, []proof.Hash, error) {
	at, ok := f.place[id]
	switch {
	case !ok:
		return 0, nil, tlog.ErrNotLogged
	case at >= size:
		return 0, nil, tlog.ErrBeyond
	}
	return at, []proof.Hash{}, nil
}

func (f *fakeLedger) Evidence(_ context.Context, lot string, _ int) (index.Evidence, error) {
	f.made++
	if lot != f.given.Lot.Lot {
		return index.Evidence{}, index.ErrNotFound
	}
	return f.given, nil
}

func (f *fakeLedger) Record(_ context.Context, id string) (index.Record, error) {
	r, ok := f.records[id]
	if !ok {
		return r, index.ErrNotFound
	}
	return r, nil
}

func (f *fakeLedger) KeysByID(context.Context, []string) (map[string]record.RegisteredKey, error) {
	return nil, nil
}

func (f *fakeLedger) KeysOf(context.Context, string) ([]record.RegisteredKey, error) { return nil, nil }

func (f *fakeLedger) Registered(context.Context, string) (record.RegisteredEnterprise, error) {
	return record.RegisteredEnterprise{}, index.ErrNotFound
}

func (f *fakeLedger) Root(context.Context) (record.Root, error) {
	return record.Root{USCC: root, Threshold: 1, Keys: []string{f.key.Public().Point()}}, nil
}

// put signs a record and puts it into the log.
func (f *fakeLedger) put(t *testing.T, p record.Payload) index.Record {
	t.Helper()
	e, err := record.Sign(p, f.key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	r := index.Record{ID: e.ID(), Type: p.Type(), Envelope: raw, Payload: e.Payload}
	f.records[r.ID], f.place[r.ID] = r, uint64(len(f.place))
	return r
}

func (f *fakeLedger) checkpoint(t *testing.T, size uint64) {
	t.Helper()
	n, err := proof.Sign(proof.Checkpoint{Origin: root + "/records", Size: size}, f.key)
	if err != nil {
		t.Fatal(err)
	}
	r := f.put(t, &record.Sell{Header: record.Header{Issuer: root, Ref: fmt.Sprint("CP-", size)}})
	delete(f.place, r.ID)
	f.anchor = &tlog.Anchor{Note: n.Bytes(), Record: r.ID, Tx: record.SM3(nil), Block: 3}
}

func newLedger(t *testing.T) *fakeLedger {
	t.Helper()
	key, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeLedger{place: map[string]uint64{}, records: map[string]index.Record{}, key: key}
	harvest := f.put(t, &record.Harvest{Header: record.Header{Issuer: grower, Ref: "H"}, Lot: "H-1", Grams: 5})
	report := f.put(t, &record.Inspect{Header: record.Header{Issuer: grower, Ref: "J"}, Target: "H-1"})
	f.given = index.Evidence{Lot: record.LotState{Lot: "H-1", Grams: 5}, Makers: []index.Record{harvest}, About: []index.Record{report},
		Origins: []index.Origin{{Lot: "H-1", Grams: 5}}, OriginsTotal: 1, MakersTotal: 1, AboutTotal: 1}
	return f
}

func TestNotAnchoredYet(t *testing.T) {
	f := newLedger(t)
	m := NewMaker(f, f)
	if _, err := m.Bundle(context.Background(), "H-1", 64); !errors.Is(err, ErrNotAnchored) {
		t.Errorf("without a checkpoint: %v", err)
	}
	if _, err := m.Trust(context.Background()); !errors.Is(err, ErrNotAnchored) {
		t.Errorf("trust without a checkpoint: %v", err)
	}
	f.checkpoint(t, 0)
	if _, err := m.Bundle(context.Background(), "H-1", 64); !errors.Is(err, ErrNotAnchored) {
		t.Errorf("the harvest stands behind the checkpoint: %v", err)
	}
	if _, err := m.Bundle(context.Background(), "H-2", 64); !errors.Is(err, index.ErrNotFound) {
		t.Errorf("of no lot: %v", err)
	}
}

// A report that is newer than the checkpoint is left out and counted.
func TestNewerReport(t *testing.T) {
	f := newLedger(t)
	f.checkpoint(t, 1)
	raw, err := NewMaker(f, f).Bundle(context.Background(), "H-1", 64)
	if err != nil {
		t.Fatal(err)
	}
	var b proof.Bundle
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	if len(b.Records) != 1 || b.Coverage.RecordsTotal != 2 || b.Coverage.RecordsLeftOut != 1 || b.Coverage.BasisPoints != 10_000 {
		t.Errorf("%d records, %+v", len(b.Records), b.Coverage)
	}
}

// A bundle is made once under a checkpoint, and anew under the next.
func TestBundlesAreKept(t *testing.T) {
	f := newLedger(t)
	m := NewMaker(f, f)
	for i, c := range []struct{ size, made int }{{2, 1}, {2, 1}, {9, 2}} {
		if i != 1 {
			f.checkpoint(t, uint64(c.size))
		}
		if _, err := m.Bundle(context.Background(), "H-1", 64); err != nil || f.made != c.made {
			t.Errorf("step %d: made %d times, %v", i, f.made, err)
		}
	}
}
