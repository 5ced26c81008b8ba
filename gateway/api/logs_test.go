package api

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/grainledger/grainledger/gateway/durable/durabletest"
	"github.com/grainledger/grainledger/gateway/tlog"
	"github.com/grainledger/grainledger/proof"
)

// fakeLog is a log of 300 records, of which 290 are anchored. The record of
// the other fakes is its seventh.
type fakeLog struct {
	*world
	tree *tlog.Tree
}

const fakeAnchored = 290

func newFakeLog(t *testing.T, w *world) fakeLog {
	t.Helper()
	tree, err := tlog.OpenTree(durabletest.New(), "/")
	if err != nil {
		t.Fatal(err)
	}
	leaves := make([]proof.Hash, 300)
	for i := range leaves {
		leaves[i] = proof.LeafHash(binary.BigEndian.AppendUint64(nil, uint64(i)))
	}
	leaves[7], leaves[299] = leafOf(t, aRecord().ID), leafOf(t, "bb"+aRecord().ID[2:])
	tree.Append(leaves)
	return fakeLog{w, tree}
}

func leafOf(t *testing.T, id string) proof.Hash {
	t.Helper()
	h, err := proof.ParseHash(id)
	if err != nil {
		t.Fatal(err)
	}
	return proof.LeafHash(h[:])
}

func (f fakeLog) broken() error {
	if f.fault("log") != "" {
		return errors.New("tlog: read: disk I/O error")
	}
	return nil
}

func (f fakeLog) Anchored(context.Context) (tlog.Anchor, error) {
	if f.fault("anchor") != "" {
		return tlog.Anchor{}, tlog.ErrNotAnchored
	}
	return tlog.Anchor{Note: []byte("a note\n")}, f.broken()
}

func (f fakeLog) AnchoredSize() uint64 {
	if f.fault("anchor") != "" {
		return 0
	}
	return fakeAnchored
}

func (f fakeLog) Index(_ context.Context, id string) (uint64, error) {
	h, err := proof.ParseHash(id)
	if err != nil {
		return 0, tlog.ErrNotLogged
	}
	return f.tree.Find(proof.LeafHash(h[:]))
}

func (f fakeLog) Inclusion(ctx context.Context, id string, size uint64) (uint64, []proof.Hash, error) {
	index, err := f.Index(ctx, id)
	if err := errors.Join(err, f.broken()); err != nil {
		return 0, nil, err
	}
	path, err := f.tree.Inclusion(index, size)
	return index, path, err
}

func (f fakeLog) Consistency(_ context.Context, before, after uint64) ([]proof.Hash, error) {
	if err := f.broken(); err != nil {
		return nil, err
	}
	return f.tree.Consistency(before, after)
}

func (f fakeLog) Tile(_ context.Context, id tlog.TileID, width int) ([]byte, error) {
	if err := f.broken(); err != nil {
		return nil, err
	}
	return f.tree.Tile(id, width)
}
