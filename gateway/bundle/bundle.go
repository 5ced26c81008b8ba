// Package bundle makes bundles: the records on a lot's path out of the index,
// their proofs out of the records log, and the registry records behind the
// keys, under the newest checkpoint that the ledger has anchored.
package bundle

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/tlog"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// ErrNotAnchored: no checkpoint that the ledger has anchored covers the lot
// yet. A later attempt will succeed.
var ErrNotAnchored = errors.New("bundle: the records are not under an anchored checkpoint yet")

// FullRecords is the most records on the path of a bundle that is not for a
// phone.
const FullRecords = 1000

// Log is the records log with its proofs.
type Log interface {
	Anchored(ctx context.Context) (tlog.Anchor, error)
	Inclusion(ctx context.Context, id string, size uint64) (uint64, []proof.Hash, error)
}

// Index is what is asked of the read model.
type Index interface {
	Evidence(ctx context.Context, lot string, limit int) (index.Evidence, error)
	Record(ctx context.Context, id string) (index.Record, error)
	KeysByID(ctx context.Context, ids []string) (map[string]record.RegisteredKey, error)
	KeysOf(ctx context.Context, uscc string) ([]record.RegisteredKey, error)
	Registered(ctx context.Context, uscc string) (record.RegisteredEnterprise, error)
	Root(ctx context.Context) (record.Root, error)
}

var (
	_ Log   = (*tlog.Log)(nil)
	_ Index = (*index.Index)(nil)
)

// Bundle makes the bundle of a lot with at most limit records on its path, in
// its one spelling. The errors are those of the index, and ErrNotAnchored.
func (m *Maker) Bundle(ctx context.Context, lot string, limit int) ([]byte, error) {
	anchor, err := m.log.Anchored(ctx)
	if errors.Is(err, tlog.ErrNotAnchored) {
		return nil, ErrNotAnchored
	}
	if err != nil {
		return nil, fmt.Errorf("bundle of %s: %w", lot, err)
	}
	return m.kept(ctx, anchor, lot, limit)
}

func (m *Maker) make(ctx context.Context, anchor tlog.Anchor, lot string, limit int) ([]byte, error) {
	evidence, err := m.index.Evidence(ctx, lot, limit)
	if err != nil {
		return nil, err
	}
	note, err := proof.ParseNote(anchor.Note)
	if err != nil {
		return nil, fmt.Errorf("bundle of %s: %w", lot, err)
	}
	b := &building{Maker: m, size: note.Size, need: map[string]bool{}}
	b.bundle = &proof.Bundle{
		Form:       proof.BundleForm,
		Subject:    proof.Subject{Lot: lot, GTIN: evidence.Lot.GTIN, Batch: evidence.Lot.Batch},
		Checkpoint: string(note.Bytes()),
	}
	for _, step := range []func() error{
		func() error { return b.addRecords(ctx, &evidence) },
		func() error { return b.addAnchor(ctx, anchor) },
		func() error { return b.addRegistry(ctx) },
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("bundle of %s: %w", lot, err)
		}
	}
	b.cover(&evidence)
	return b.bundle.Encode()
}

// building is one bundle in the making.
type building struct {
	*Maker
	bundle *proof.Bundle
	size   uint64 // of the checkpoint
	signed []record.Envelope
	need   map[string]bool // ids of registry records that are in
}

// addRecords proves the records of the path. One that made something must
// stand under the checkpoint; what is about the path may be newer and is left
// out then.
func (b *building) addRecords(ctx context.Context, e *index.Evidence) error {
	for _, r := range e.Makers {
		entry, err := b.entry(ctx, &r)
		if err != nil {
			return err
		}
		b.bundle.Records = append(b.bundle.Records, entry)
	}
	for _, r := range e.About {
		entry, err := b.entry(ctx, &r)
		switch {
		case err == nil:
			b.bundle.Records = append(b.bundle.Records, entry)
		case !errors.Is(err, ErrNotAnchored):
			return err
		}
	}
	inOrder(b.bundle.Records)
	for _, entry := range b.bundle.Records {
		b.signed = append(b.signed, entry.Envelope)
	}
	return nil
}

func inOrder(entries []proof.Entry) {
	slices.SortFunc(entries, func(x, y proof.Entry) int {
		if x.Index < y.Index {
			return -1
		}
		return 1
	})
}

// entry proves one record.
func (b *building) entry(ctx context.Context, r *index.Record) (proof.Entry, error) {
	var e proof.Entry
	envelope, err := gather(r)
	if err != nil {
		return e, err
	}
	e.Envelope = envelope
	e.Index, e.Path, err = b.log.Inclusion(ctx, r.ID, b.size)
	if errors.Is(err, tlog.ErrBeyond) || errors.Is(err, tlog.ErrNotLogged) {
		return e, ErrNotAnchored
	}
	return e, err
}

// gather puts all signatures under a record into one envelope.
func gather(r *index.Record) (record.Envelope, error) {
	first, err := record.DecodeEnvelope(r.Envelope)
	if err != nil {
		return first, fmt.Errorf("record %s: %w", r.ID, err)
	}
	var more []record.Envelope
	for _, raw := range r.Cosignatures {
		e, err := record.DecodeEnvelope(raw)
		if err != nil {
			return first, fmt.Errorf("record %s: %w", r.ID, err)
		}
		more = append(more, e)
	}
	return proof.Gather(first, more...), nil
}

func (b *building) addAnchor(ctx context.Context, a tlog.Anchor) error {
	r, err := b.index.Record(ctx, a.Record)
	if errors.Is(err, index.ErrNotFound) {
		return ErrNotAnchored // the index has not read the block yet
	}
	if err != nil {
		return err
	}
	envelope, err := gather(&r)
	if err != nil {
		return err
	}
	b.bundle.Anchor = proof.Anchor{Envelope: envelope, Tx: a.Tx, Block: a.Block}
	b.signed = append(b.signed, envelope)
	return nil
}

func (b *building) cover(e *index.Evidence) {
	c := &b.bundle.Coverage
	c.Grams, c.OriginsTotal = e.Lot.Grams, int64(e.OriginsTotal)
	c.Origins = []proof.Origin{}
	for _, o := range e.Origins {
		c.Origins = append(c.Origins, proof.Origin{Lot: o.Lot, Grams: o.Grams})
		c.Covered += o.Grams
	}
	if c.OriginsLeftOut = c.OriginsTotal - int64(len(c.Origins)); c.OriginsLeftOut > 0 && c.Covered >= c.Grams && c.Covered > 0 {
		// What is left out came to less than a gram: rounding must not make it nothing.
		over := c.Covered - c.Grams + 1
		c.Origins[0].Grams -= over
		c.Covered -= over
	}
	// Shares are in order; their whole grams may be one apart.
	slices.SortStableFunc(c.Origins, func(x, y proof.Origin) int { return int(min(1, max(-1, y.Grams-x.Grams))) })
	if c.Grams > 0 {
		c.BasisPoints = int64(uint64(c.Covered) * 10_000 / uint64(c.Grams))
	}
	c.RecordsTotal = int64(e.MakersTotal + e.AboutTotal)
	c.RecordsLeftOut = c.RecordsTotal - int64(len(b.bundle.Records))
}
