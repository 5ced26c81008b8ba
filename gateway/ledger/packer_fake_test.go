package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// fakeLedger accepts every record once, notes what it was asked to do, and
// complains when two transactions in flight conflict.
type fakeLedger struct {
	// before runs ahead of a transaction; its error is the answer. With lost
	// the transaction takes effect all the same.
	before func(tx Tx) error
	lost   func(tx Tx) bool

	mu      sync.Mutex
	readers map[string]int // keys read by transactions in flight
	writers map[string]int
	seen    map[string]string // issuer/ref -> tx
	order   []string          // refs as they were decided
	sizes   []int             // records per transaction
	seals   []string          // names of the sealed parts that came
	txs     int
	faults  []string
}

var _ Ledger = (*fakeLedger)(nil)

func newFakeLedger() *fakeLedger {
	return &fakeLedger{readers: map[string]int{}, writers: map[string]int{}, seen: map[string]string{}}
}

func (f *fakeLedger) Submit(ctx context.Context, tx Tx) (Commit, error) {
	if tx.Function == record.FnSeal {
		return f.seal(tx)
	}
	batch, err := record.DecodeBatch(tx.Args[0])
	if err != nil {
		return Commit{}, err
	}
	f.enter(batch, +1)
	defer f.enter(batch, -1)
	if f.before != nil {
		if err := f.before(tx); err != nil {
			return Commit{}, err
		}
	}
	c := f.decide(batch)
	if f.lost != nil && f.lost(tx) {
		return Commit{TxID: c.TxID}, ErrUnknown
	}
	return c, nil
}

func (f *fakeLedger) decide(batch [][]byte) Commit {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.txs++
	f.sizes = append(f.sizes, len(batch))
	c := Commit{TxID: fmt.Sprintf("tx%d", f.txs), Block: uint64(f.txs)}
	verdicts := make([]record.Verdict, len(batch))
	for i, raw := range batch {
		env, p := mustDecode(raw)
		h := p.Head()
		v := record.Verdict{ID: env.ID(), Type: p.Type(), Issuer: h.Issuer, Ref: h.Ref, Outcome: record.Accepted, Tx: c.TxID, Index: i}
		if first, ok := f.seen[h.Issuer+"/"+h.Ref]; ok {
			v.Outcome, v.Tx, v.Code = record.IsDuplicate, first, record.Duplicate
		} else {
			f.seen[h.Issuer+"/"+h.Ref] = c.TxID
			f.order = append(f.order, h.Ref)
		}
		verdicts[i] = v
	}
	c.Response, _ = record.EncodeVerdicts("", verdicts)
	return c
}

// enter notes the keys of a transaction as it starts (+1) or ends (-1).
func (f *fakeLedger) enter(batch [][]byte, by int) {
	reads, writes := map[string]bool{}, map[string]bool{}
	for _, raw := range batch {
		env, p := mustDecode(raw)
		r, w := touched(&env, p)
		for _, k := range w {
			writes[k] = true
		}
		for _, k := range r {
			reads[k] = true
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for k := range writes {
		if by > 0 && f.readers[k]+f.writers[k] > 0 {
			f.faults = append(f.faults, "written while in flight: "+k)
		}
		f.writers[k] += by
	}
	for k := range reads {
		if by > 0 && f.writers[k] > 0 && !writes[k] {
			f.faults = append(f.faults, "read while written in flight: "+k)
		}
		f.readers[k] += by
	}
}

func (f *fakeLedger) seal(tx Tx) (Commit, error) {
	if f.before != nil {
		if err := f.before(tx); err != nil {
			return Commit{}, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for name := range tx.Transient {
		f.seals = append(f.seals, name)
	}
	return Commit{TxID: "seal"}, nil
}

func (f *fakeLedger) sealed() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.seals...)
}

func (f *fakeLedger) Status(context.Context, string) (Commit, Code, error) {
	return Commit{}, "", ErrNotFound
}

func (f *fakeLedger) Evaluate(context.Context, Tx) ([]byte, error) { return nil, errors.ErrUnsupported }

func (f *fakeLedger) Blocks(context.Context, uint64) iter.Seq2[Block, error] {
	return func(func(Block, error) bool) {}
}

func (f *fakeLedger) Health(context.Context) (Health, error) { return Health{}, nil }

func mustDecode(raw []byte) (record.Envelope, record.Payload) {
	env, err := record.DecodeEnvelope(raw)
	if err != nil {
		panic(err)
	}
	t, _ := env.Type()
	p, err := record.DecodePayload(t, env.Payload)
	if err != nil {
		panic(err)
	}
	return env, p
}

// uscc is the n-th valid code of a made-up enterprise.
func uscc(n int) string {
	body := fmt.Sprintf("91110000MA%07d", n)
	c, ok := record.USCCCheckCharacter(body)
	if !ok {
		panic("bad body " + body)
	}
	return body + string(c)
}

// envelope wraps a payload under a signature that only a real ledger checks.
func envelope(p record.Payload) []byte {
	payload, err := record.EncodePayload(p)
	if err != nil {
		panic(err)
	}
	env := record.Envelope{
		PayloadType: p.Type().PayloadType(), Payload: payload,
		Signatures: []record.Signature{{KeyID: strings.Repeat("ab", 32), Sig: make([]byte, 70)}},
	}
	raw, err := json.Marshal(&env)
	if err != nil {
		panic(err)
	}
	return raw
}

func head(issuer int, ref string) record.Header {
	return record.Header{Issuer: uscc(issuer), Ref: ref, OccurredAt: "2025-10-01T08:00:00+08:00"}
}

// sell is a record that writes the stock of a lot.
func sell(ref, lot string, sealed ...string) Submission {
	return Submission{Envelope: envelope(&record.Sell{
		Header: head(1, ref), Lot: lot, Buyer: uscc(2), Grams: 1000, Purpose: record.PurposeFood, Sealed: sealed,
	})}
}

func startPacker(t testing.TB, l Ledger, opt PackerOptions) *Packer {
	t.Helper()
	p, err := NewPacker(l, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return p
}
