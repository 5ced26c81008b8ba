package tlog

import (
	"errors"
	"fmt"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/transparency-dev/merkle/compact"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/proof"
)

// Errors of a tree.
var (
	// ErrNotLogged: no leaf is the one that was asked for.
	ErrNotLogged = errors.New("tlog: is not in the log")
	// ErrBeyond: the leaf or the size stands behind the end of the tree.
	ErrBeyond = errors.New("tlog: the log is not that long")
	// ErrDamaged: the files do not hold together. They may be deleted, and
	// the tree be built again.
	ErrDamaged = errors.New("tlog: files are damaged")
)

// Tree is an SM3 tree on disk. One goroutine appends and flushes; all other
// methods may be called from many at once.
//
// Full tiles are files of their own that are written once. What is not full
// yet, the right edge, stands with the size in one small file that is
// replaced after the tiles: so the files are at every moment those of one
// size, and what a crash leaves behind them is written again.
type Tree struct {
	disk   durable.Disk
	dir    string
	dirs   map[string]bool // known to be there
	finder *finder
	kept   nodeCache

	mu    sync.RWMutex
	size  uint64
	edge  [][]proof.Hash          // by tile level: the tile that is not full
	fresh map[TileID][]proof.Hash // full, and not on disk yet
	note  jsontext.Value          // of the user, as of the last flush
}

// OpenTree opens the tree in a directory, which must be there; one without
// files is a tree without leaves.
func OpenTree(disk durable.Disk, dir string) (*Tree, error) {
	return openTree(disk, dir, runLeaves)
}

func openTree(disk durable.Disk, dir string, unit uint64) (*Tree, error) {
	t := &Tree{disk: disk, dir: dir, dirs: map[string]bool{}, fresh: map[TileID][]proof.Hash{}}
	if err := t.readState(); err != nil {
		return nil, fmt.Errorf("tlog: open %s: %w", dir, err)
	}
	var err error
	if t.finder, err = openFinder(t, unit); err != nil {
		return nil, fmt.Errorf("tlog: open %s: %w", dir, err)
	}
	return t, nil
}

// Close ends the use of the tree. What was not flushed is forgotten.
func (t *Tree) Close() error { return t.finder.close() }

// Size is the number of leaves.
func (t *Tree) Size() uint64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.size
}

// Note is what the user had written down at the last flush.
func (t *Tree) Note() jsontext.Value { return t.note }

// Append adds leaves by their hashes. They last from the next Flush on.
func (t *Tree) Append(leaves []proof.Hash) {
	t.finder.add(t.size, leaves)
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range leaves {
		t.push(0, leaves[i])
		t.size++
	}
}

// push adds a hash to the tile at the right end of a level. t.size is still
// the size before the leaf.
func (t *Tree) push(level uint, h proof.Hash) {
	if int(level) == len(t.edge) {
		t.edge = append(t.edge, nil)
	}
	if t.edge[level] == nil {
		t.edge[level] = make([]proof.Hash, 0, tileWidth)
	}
	row := append(t.edge[level], h)
	t.edge[level] = row
	if len(row) < tileWidth {
		return
	}
	t.fresh[TileID{level, t.size >> (tileHeight * (level + 1))}] = row
	t.edge[level] = nil
	t.push(level+1, fold(row))
}

// pending is the number of full tiles that are not on disk.
func (t *Tree) pending() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.fresh)
}

// row is a tile as far as it is filled.
func (t *Tree) row(id TileID) ([]proof.Hash, error) {
	t.mu.RLock()
	last := t.size >> (tileHeight * (id.Level + 1))
	row, fresh := t.fresh[id]
	if !fresh && id.N == last && int(id.Level) < len(t.edge) {
		row = t.edge[id.Level]
	}
	t.mu.RUnlock()
	switch {
	case fresh || id.N == last:
		return row, nil
	case id.N > last:
		return nil, ErrBeyond
	}
	return t.readTile(id)
}

// Tile is the first width hashes of a tile, as its file has them.
func (t *Tree) Tile(id TileID, width int) ([]byte, error) {
	row, err := t.row(id)
	if err != nil {
		return nil, err
	}
	if len(row) < width {
		return nil, ErrBeyond
	}
	return encodeHashes(row[:width]), nil
}

// node is the hash over a perfect subtree, which must be within the tree.
func (t *Tree) node(id compact.NodeID) (proof.Hash, error) {
	h := id.Level % tileHeight
	first := id.Index << h
	tile := TileID{id.Level / tileHeight, first >> tileHeight}
	offset := first % tileWidth
	if kept := t.kept.get(tile); kept != nil {
		return kept.at(h, offset), nil
	}
	row, err := t.row(tile)
	if err != nil {
		return proof.Hash{}, err
	}
	if len(row) == tileWidth {
		return t.kept.put(tile, newNodes(row)).at(h, offset), nil
	}
	if end := offset + 1<<h; end <= uint64(len(row)) {
		return fold(row[offset:end]), nil
	}
	return proof.Hash{}, ErrBeyond
}
