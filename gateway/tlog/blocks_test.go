package tlog

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

const (
	owner      = "91320582MA00000040"
	testOrigin = owner + "/records"
)

// chain is a made block stream.
type chain struct {
	mu     sync.Mutex
	seed   string
	blocks []ledger.Block
	leaves naive
	sizes  []int // leaves after each block
	refs   int
}

// add makes a block with so many accepted records, a refusal and a duplicate,
// and the checkpoint records given.
func (c *chain) add(t testing.TB, records int, checkpoints ...record.Envelope) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	var verdicts []record.Verdict
	var batch [][]byte
	take := func(e record.Envelope, kind record.Type, o record.Outcome) {
		raw, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		batch = append(batch, raw)
		verdicts = append(verdicts, record.Verdict{ID: e.ID(), Type: kind, Outcome: o, Index: len(verdicts)})
		if o == record.Rejected {
			verdicts[len(verdicts)-1].Code, verdicts[len(verdicts)-1].Reason = record.BadField, "bad_field"
		}
	}
	for i := range records + 2 {
		c.refs++
		payload := fmt.Appendf(nil, `{"issuer":%q,"ref":"%s-%d"}`, owner, c.seed, c.refs)
		e := record.Envelope{PayloadType: record.TypeHarvest.PayloadType(), Payload: payload,
			Signatures: []record.Signature{{KeyID: record.SM3(nil), Sig: []byte{0x30, 6, 2, 1, 1, 2, 1, 1}}}}
		outcome := record.Accepted
		switch i {
		case 0:
			outcome = record.Rejected
		case 1:
			outcome = record.IsDuplicate
		default:
			h, _ := leafOf(e.ID())
			c.leaves = append(c.leaves, h)
		}
		take(e, record.TypeHarvest, outcome)
	}
	for _, e := range checkpoints {
		take(e, record.TypeCheckpoint, record.Accepted)
	}
	tx := fmt.Sprintf("%s-tx-%d", c.seed, len(c.blocks))
	arg, err := record.EncodeBatch(batch)
	if err != nil {
		t.Fatal(err)
	}
	response, err := record.EncodeVerdicts(tx, verdicts)
	if err != nil {
		t.Fatal(err)
	}
	b := ledger.Block{Number: uint64(len(c.blocks)), Txs: []ledger.BlockTx{
		{ID: "invalid", Code: ledger.MVCCReadConflict, Contract: ledger.GrainContract, Function: record.FnSubmit, Args: [][]byte{arg}, Response: response},
		{ID: "credit", Code: ledger.Valid, Contract: ledger.CreditContract, Function: record.FnSubmit, Args: [][]byte{arg}, Response: response},
		{ID: tx, Code: ledger.Valid, Contract: ledger.GrainContract, Function: record.FnSubmit, Args: [][]byte{arg}, Response: response},
	}}
	if len(c.blocks) > 0 {
		b.Previous = c.blocks[len(c.blocks)-1].Hash
	}
	hash := sm3.Sum(append(binary.BigEndian.AppendUint64(b.Previous[:len(b.Previous):len(b.Previous)], b.Number), response...))
	b.Hash = hash[:]
	c.blocks, c.sizes = append(c.blocks, b), append(c.sizes, len(c.leaves))
}

// checkpoint is a checkpoint record of the chain's log at a size.
func (c *chain) checkpoint(t testing.TB, key *record.PrivateKey, size int, root proof.Hash) record.Envelope {
	t.Helper()
	n, err := proof.Sign(proof.Checkpoint{Origin: testOrigin, Size: uint64(size), Root: root}, key)
	if err != nil {
		t.Fatal(err)
	}
	e, err := record.Sign(&record.Checkpoint{Header: record.Header{Issuer: owner, Ref: fmt.Sprint(size), OccurredAt: "2026-01-01T00:00:00Z"},
		Note: base64.StdEncoding.EncodeToString(n.Bytes()), KeyID: key.Public().ID()}, key)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// ledgerOf is the chain as a ledger: what is submitted to it is decided by
// decide, and stands in the next block.
type ledgerOf struct {
	*chain
	t      testing.TB
	anchor *record.LogState
	refuse *record.Error // every submission
	tried  int
}

func (l *ledgerOf) Health(context.Context) (ledger.Health, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return ledger.Health{Height: uint64(len(l.blocks))}, nil
}

func (l *ledgerOf) Blocks(ctx context.Context, from uint64) iter.Seq2[ledger.Block, error] {
	return func(yield func(ledger.Block, error) bool) {
		for ctx.Err() == nil {
			l.mu.Lock()
			have := l.blocks[min(from, uint64(len(l.blocks))):]
			l.mu.Unlock()
			for _, b := range have {
				if from++; !yield(b, nil) {
					return
				}
			}
			time.Sleep(time.Millisecond)
		}
	}
}

func (l *ledgerOf) Evaluate(context.Context, ledger.Tx) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return json.Marshal([]*record.LogState{l.anchor})
}

func (l *ledgerOf) Status(context.Context, string) (ledger.Commit, ledger.Code, error) {
	return ledger.Commit{}, "", ledger.ErrNotFound
}

// Submit as the packer has it: the record is decided and stands in a block.
func (l *ledgerOf) submit(_ context.Context, subs []ledger.Submission) ([]ledger.Receipt, error) {
	e, err := record.DecodeEnvelope(subs[0].Envelope)
	if err != nil {
		return nil, err
	}
	l.tried++
	if l.refuse != nil {
		return []ledger.Receipt{{Verdict: record.Refusal(l.refuse)}}, nil
	}
	var p record.Checkpoint
	if err := json.Unmarshal(e.Payload, &p); err != nil {
		return nil, err
	}
	n, err := proof.ParseNote(p.NoteBytes())
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.anchor = &record.LogState{Size: n.Size, Root: n.Root.String(), Record: e.ID()}
	l.mu.Unlock()
	l.add(l.t, 0, e)
	return []ledger.Receipt{{Verdict: record.Verdict{ID: e.ID(), Outcome: record.Accepted}}}, nil
}

type packerOf struct{ *ledgerOf }

func (p packerOf) Submit(ctx context.Context, subs []ledger.Submission) ([]ledger.Receipt, error) {
	return p.submit(ctx, subs)
}

func (l *ledgerOf) Submit(context.Context, ledger.Tx) (ledger.Commit, error) {
	return ledger.Commit{}, ledger.ErrUnavailable
}

var _ ledger.Ledger = (*ledgerOf)(nil)

func newKey(t testing.TB) *record.PrivateKey {
	t.Helper()
	k, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var quiet = slog.New(slog.DiscardHandler)
