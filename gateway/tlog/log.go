package tlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/proof"
)

// Errors of the records log, beside those of a tree.
var (
	// ErrNotAnchored: the ledger has not anchored any checkpoint of the log.
	ErrNotAnchored = errors.New("tlog: no checkpoint is anchored yet")
	// ErrOtherChain: the log was built from other blocks than those of the
	// ledger, or under another name. It may be dropped and built again.
	ErrOtherChain = errors.New("tlog: the log belongs to another chain")
)

// Anchor is a checkpoint of the log that the ledger has anchored.
type Anchor struct {
	Note   []byte `json:"note"`   // signed by the log's key, with the lines of witnesses as far as they are known
	Record string `json:"record"` // id of the checkpoint record
	Tx     string `json:"tx"`
	Block  uint64 `json:"block"`
}

// Log is the records log: leaf = the 32 bytes of a record's id, in the order
// of the block stream, accepted records only, checkpoint records not among
// them. All methods but Apply and Follow may be called from many goroutines
// at once.
type Log struct {
	tree   *Tree
	disk   durable.Disk
	dir    string
	origin string
	log    *slog.Logger

	applying sync.Mutex // one block at a time, and no flush meanwhile
	dirty    bool

	mu       sync.RWMutex
	pos      position
	lines    []proof.Line  // of witnesses, under the anchored note
	moved    chan struct{} // closed at the next change
	disagree error         // what the ledger has anchored is not this log
}

// position is what the log has read of the ledger. It is kept beside the
// tree's right edge, so it is always that of the tree.
type position struct {
	Origin string  `json:"origin"`
	Height uint64  `json:"height"`         // blocks read
	Hash   []byte  `json:"hash,omitempty"` // of the newest of them
	Anchor *Anchor `json:"anchor,omitempty"`
	Size   uint64  `json:"size,omitzero"`   // of the anchor's checkpoint
	Alien  string  `json:"alien,omitempty"` // an anchored checkpoint that this log does not have
}

// Open opens the records log of that origin in a directory, whose parent must
// be there. ErrDamaged and ErrOtherChain leave it to the caller to Remove it.
func Open(disk durable.Disk, dir, origin string, log *slog.Logger) (*Log, error) {
	return open(disk, dir, origin, runLeaves, log)
}

func open(disk durable.Disk, dir, origin string, unit uint64, log *slog.Logger) (*Log, error) {
	if err := proof.CheckOrigin(origin); err != nil {
		return nil, fmt.Errorf("tlog: %w", err)
	}
	if err := errors.Join(disk.Mkdir(dir), disk.SyncDir(filepath.Dir(dir))); err != nil {
		return nil, fmt.Errorf("tlog: %w", err)
	}
	tree, err := openTree(disk, dir, unit)
	if err != nil {
		return nil, err
	}
	l := &Log{tree: tree, disk: disk, dir: dir, origin: origin, log: log, moved: make(chan struct{}),
		pos: position{Origin: origin}}
	if err := l.restore(); err != nil {
		return nil, errors.Join(err, tree.Close())
	}
	log.Info("records log opened", "origin", origin, "size", tree.Size(), "height", l.pos.Height)
	return l, nil
}

func (l *Log) restore() error {
	note := l.tree.Note()
	if len(note) == 0 {
		return nil
	}
	if err := json.Unmarshal(note, &l.pos); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if l.pos.Origin != l.origin {
		return fmt.Errorf("%w: it is %s", ErrOtherChain, l.pos.Origin)
	}
	if l.pos.Alien != "" {
		l.disagree = errAlien(l.pos.Alien)
	}
	return l.readLines()
}

// Remove deletes a log, its state first: what is left after a crash counts
// for nothing.
func Remove(disk durable.Disk, dir string) error {
	names, err := disk.List(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == stateFile {
			if err := errors.Join(disk.Remove(filepath.Join(dir, name)), disk.SyncDir(dir)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close makes what was read durable and ends the use of the log.
func (l *Log) Close() error {
	l.applying.Lock()
	defer l.applying.Unlock()
	return errors.Join(l.flush(), l.tree.Close())
}

// Origin is the log's name.
func (l *Log) Origin() string { return l.origin }

// name is the part of the origin behind its owner.
func (l *Log) name() string {
	_, name, _ := strings.Cut(l.origin, "/")
	return name
}

// Size is the number of leaves.
func (l *Log) Size() uint64 { return l.tree.Size() }

// Height is the number of blocks read.
func (l *Log) Height() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.pos.Height
}

// Anchored is the newest checkpoint that the ledger has anchored and that is
// one of this log. Before there is one the error is ErrNotAnchored.
func (l *Log) Anchored(context.Context) (Anchor, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.pos.Anchor == nil {
		return Anchor{}, ErrNotAnchored
	}
	a := *l.pos.Anchor
	if len(l.lines) > 0 {
		if n, err := proof.ParseNote(a.Note); err == nil {
			if n, err = n.With(l.lines...); err == nil {
				a.Note = n.Bytes()
			}
		}
	}
	return a, nil
}

// AnchoredSize is the number of leaves of the anchored checkpoint; 0 before
// there is one.
func (l *Log) AnchoredSize() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.pos.Size
}

// Index is the place of a record among the leaves. ErrNotLogged means that
// the log has no such record, or has not read its block yet.
func (l *Log) Index(_ context.Context, id string) (uint64, error) {
	leaf, err := leafOf(id)
	if err != nil {
		return 0, ErrNotLogged
	}
	return l.tree.Find(leaf)
}

// Inclusion proves that a record is in the log of size leaves. ErrBeyond
// means that it stands behind them, or that the log is not that long.
func (l *Log) Inclusion(ctx context.Context, id string, size uint64) (uint64, []proof.Hash, error) {
	index, err := l.Index(ctx, id)
	if err != nil {
		return 0, nil, err
	}
	path, err := l.tree.Inclusion(index, size)
	return index, path, err
}

// Consistency proves that the log of after leaves begins with that of before.
func (l *Log) Consistency(_ context.Context, before, after uint64) ([]proof.Hash, error) {
	return l.tree.Consistency(before, after)
}

// Root is the root of the log when it had size leaves.
func (l *Log) Root(size uint64) (proof.Hash, error) { return l.tree.Root(size) }

// Tile is the first width hashes of a tile.
func (l *Log) Tile(_ context.Context, id TileID, width int) ([]byte, error) {
	return l.tree.Tile(id, width)
}

// leafOf is the leaf of a record: its data are the 32 bytes of its id.
func leafOf(id string) (proof.Hash, error) {
	data, err := proof.ParseHash(id)
	if err != nil {
		return data, err
	}
	return proof.LeafHash(data[:]), nil
}
