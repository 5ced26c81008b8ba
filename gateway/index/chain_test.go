package index

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// chain builds blocks by hand: signed envelopes, verdicts and the state values
// that the contract would write. It is also a ledger.Ledger of what it built.
type chain struct {
	t     testing.TB
	key   *record.PrivateKey
	salt  byte // makes the hashes of one chain differ from another's
	now   time.Time
	count int

	// The transaction and block in the making.
	envelopes [][]byte
	verdicts  []record.Verdict
	writes    map[string][]byte
	private   []ledger.PrivateWrite
	txs       []ledger.BlockTx

	bins map[string]*record.BinState
	lots map[string]*record.LotState

	mu     sync.Mutex
	blocks []ledger.Block
	more   chan struct{}
}

const (
	farm  = "91370000FARM000001"
	depot = "91370000DEPOT00002"
)

// bin is the code of a bin with a right check character.
var bin = func() string {
	c, ok := record.USCCCheckCharacter("91370000123456789")
	if !ok {
		panic("no check character")
	}
	return "91370000123456789" + string(c) + "0010010101"
}()

func newChain(t testing.TB) *chain {
	key, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return &chain{
		t: t, key: key, now: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC), writes: map[string][]byte{},
		bins: map[string]*record.BinState{}, lots: map[string]*record.LotState{}, more: make(chan struct{}),
	}
}

func openIndex(t testing.TB) *Index {
	t.Helper()
	return openAt(t, newPlace(t))
}

func openAt(t testing.TB, path string) *Index {
	t.Helper()
	ix, err := Open(context.Background(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ix.Close() })
	return ix
}

// indexed applies all blocks of a chain to a new index.
func indexed(t testing.TB, c *chain) *Index {
	t.Helper()
	ix := openIndex(t)
	apply(t, ix, c.blocks...)
	return ix
}

func apply(t testing.TB, ix *Index, blocks ...ledger.Block) {
	t.Helper()
	for _, b := range blocks {
		if err := ix.Apply(context.Background(), b); err != nil {
			t.Fatal(err)
		}
	}
}

func (c *chain) put(key string, v any) {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		c.t.Fatal(err)
	}
	c.writes[key] = b
}

func (c *chain) header(issuer string) record.Header {
	c.count++
	return record.Header{
		Issuer: issuer, Ref: fmt.Sprintf("R%06d", c.count),
		OccurredAt: c.now.Add(time.Duration(c.count) * time.Second).Format(time.RFC3339),
	}
}

// accept adds an accepted record to the transaction and returns its id.
func (c *chain) accept(p record.Payload, flags ...record.Flag) string {
	e, err := record.Sign(p, c.key)
	if err != nil {
		c.t.Fatal(err)
	}
	h := p.Head()
	id := e.ID()
	c.put(record.EntryKey(h.Issuer, h.Ref), record.Entry{
		ID: id, Type: p.Type(), Tx: c.txID(), Index: len(c.verdicts),
		Flags: flags, Sealed: record.SealedNames(p),
	})
	c.decide(e, record.Verdict{
		ID: id, Type: p.Type(), Issuer: h.Issuer, Ref: h.Ref, Outcome: record.Accepted,
		Flags: flags, Tx: c.txID(), Index: len(c.verdicts),
	})
	return id
}

func (c *chain) decide(e record.Envelope, v record.Verdict) {
	raw, err := e.Encode()
	if err != nil {
		c.t.Fatal(err)
	}
	c.envelopes = append(c.envelopes, raw)
	c.verdicts = append(c.verdicts, v)
}

func (c *chain) txID() string { return fmt.Sprintf("tx-%d-%d-%d", c.salt, len(c.blocks), len(c.txs)) }

// tx ends the transaction.
func (c *chain) tx() {
	batch, err := record.EncodeBatch(c.envelopes)
	if err != nil {
		c.t.Fatal(err)
	}
	response, err := record.EncodeVerdicts("", c.verdicts)
	if err != nil {
		c.t.Fatal(err)
	}
	c.add(ledger.BlockTx{Function: record.FnSubmit, Args: [][]byte{batch}, Response: response})
	c.envelopes, c.verdicts = nil, nil
}

// add ends the transaction with what was put and tx says.
func (c *chain) add(tx ledger.BlockTx) {
	tx.ID, tx.Time = cmp.Or(tx.ID, c.txID()), c.now
	if tx.Contract == "" && tx.Function != "" {
		tx.Contract = ledger.GrainContract
	}
	if tx.Code == "" {
		tx.Code = ledger.Valid
	}
	for _, key := range slices.Sorted(maps.Keys(c.writes)) {
		tx.Writes = append(tx.Writes, ledger.Write{Contract: tx.Contract, Key: key, Value: c.writes[key]})
	}
	tx.Private = c.private
	c.writes, c.private = map[string][]byte{}, nil
	c.txs = append(c.txs, tx)
}

// block ends the block, and the transaction if it has begun.
func (c *chain) block() ledger.Block {
	if len(c.verdicts) > 0 || len(c.writes) > 0 {
		c.tx()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	b := ledger.Block{Number: uint64(len(c.blocks)), Time: c.now, Txs: c.txs}
	b.Hash = binary.BigEndian.AppendUint64([]byte{c.salt}, b.Number)
	if n := len(c.blocks); n > 0 {
		b.Previous = c.blocks[n-1].Hash
	}
	c.txs, c.now = nil, c.now.Add(time.Minute)
	c.blocks = append(c.blocks, b)
	close(c.more)
	c.more = make(chan struct{})
	return b
}

func (c *chain) Submit(context.Context, ledger.Tx) (ledger.Commit, error) {
	return ledger.Commit{}, ledger.ErrUnavailable
}

func (c *chain) Status(context.Context, string) (ledger.Commit, ledger.Code, error) {
	return ledger.Commit{}, "", ledger.ErrNotFound
}

func (c *chain) Evaluate(context.Context, ledger.Tx) ([]byte, error) {
	return nil, ledger.ErrUnavailable
}

func (c *chain) Health(context.Context) (ledger.Health, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return ledger.Health{Height: uint64(len(c.blocks))}, nil
}

func (c *chain) Blocks(ctx context.Context, from uint64) iter.Seq2[ledger.Block, error] {
	return func(yield func(ledger.Block, error) bool) {
		for {
			c.mu.Lock()
			blocks, more := c.blocks, c.more
			c.mu.Unlock()
			for ; from < uint64(len(blocks)); from++ {
				if !yield(blocks[from], nil) {
					return
				}
			}
			select {
			case <-more:
			case <-ctx.Done():
				return
			}
		}
	}
}

var _ ledger.Ledger = (*chain)(nil)
