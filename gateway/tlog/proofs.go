package tlog

import (
	"fmt"
	"sync"

	"github.com/transparency-dev/merkle/compact"
	merkle "github.com/transparency-dev/merkle/proof"

	"github.com/grainledger/grainledger/proof"
)

// Root is the root of the tree when it had size leaves.
func (t *Tree) Root(size uint64) (proof.Hash, error) {
	if size > t.Size() {
		return proof.Hash{}, ErrBeyond
	}
	if size == 0 {
		return proof.EmptyRoot(), nil
	}
	if root, ok := t.kept.root(size); ok {
		return root, nil
	}
	ids := compact.RangeNodes(0, size, nil)
	root, err := t.node(ids[len(ids)-1])
	for i := len(ids) - 2; i >= 0 && err == nil; i-- {
		var left proof.Hash
		left, err = t.node(ids[i])
		root = proof.NodeHash(left, root)
	}
	if err == nil {
		t.kept.putRoot(size, root)
	}
	return root, err
}

// Leaf is the hash of a leaf.
func (t *Tree) Leaf(index uint64) (proof.Hash, error) {
	if index >= t.Size() {
		return proof.Hash{}, ErrBeyond
	}
	tile := TileID{0, index / tileWidth}
	if kept := t.kept.get(tile); kept != nil {
		return kept.at(0, index%tileWidth), nil
	}
	row, err := t.row(tile)
	if err != nil {
		return proof.Hash{}, err
	}
	return row[index%tileWidth], nil
}

// leaves calls f for the leaves from one index until another.
func (t *Tree) leaves(from, until uint64, f func(leaf proof.Hash, index uint64)) error {
	for from < until {
		row, err := t.row(TileID{0, from / tileWidth})
		if err != nil {
			return err
		}
		end := min(until, (from/tileWidth+1)*tileWidth)
		for ; from < end; from++ {
			f(row[from%tileWidth], from)
		}
	}
	return nil
}

// Inclusion proves that the leaf at index is in the tree of size leaves. No
// proof leaves here that does not hold.
func (t *Tree) Inclusion(index, size uint64) ([]proof.Hash, error) {
	if size > t.Size() || index >= size {
		return nil, ErrBeyond
	}
	n, err := merkle.Inclusion(index, size)
	if err != nil {
		return nil, err
	}
	path, err := t.gather(n)
	if err != nil {
		return nil, err
	}
	leaf, err := t.Leaf(index)
	if err != nil {
		return nil, err
	}
	root, err := t.Root(size)
	if err != nil {
		return nil, err
	}
	if err := proof.VerifyInclusion(index, size, leaf, path, root); err != nil {
		return nil, fmt.Errorf("%w: leaf %d of %d: %w", ErrDamaged, index, size, err)
	}
	return path, nil
}

// Consistency proves that the tree of after leaves begins with that of before.
func (t *Tree) Consistency(before, after uint64) ([]proof.Hash, error) {
	if after > t.Size() || before > after {
		return nil, ErrBeyond
	}
	n, err := merkle.Consistency(before, after)
	if err != nil {
		return nil, err
	}
	path, err := t.gather(n)
	if err != nil {
		return nil, err
	}
	a, err := t.Root(before)
	if err != nil {
		return nil, err
	}
	b, err := t.Root(after)
	if err != nil {
		return nil, err
	}
	if err := proof.VerifyConsistency(before, after, path, a, b); err != nil {
		return nil, fmt.Errorf("%w: %d before %d: %w", ErrDamaged, before, after, err)
	}
	return path, nil
}

func (t *Tree) gather(n merkle.Nodes) ([]proof.Hash, error) {
	rows := make([][]byte, len(n.IDs))
	for i, id := range n.IDs {
		h, err := t.node(id)
		if err != nil {
			return nil, err
		}
		rows[i] = h[:]
	}
	rows, err := n.Rehash(rows, proof.Hasher.HashChildren)
	if err != nil {
		return nil, err
	}
	path := make([]proof.Hash, len(rows))
	for i := range rows {
		path[i] = proof.Hash(rows[i])
	}
	return path, nil
}

// nodeCache keeps the inner nodes of full tiles and the roots of sizes, which
// never change: they take hundreds of hashes to compute, and a bundle asks for
// many leaves of few tiles under one root.
type nodeCache struct {
	mu    sync.RWMutex
	tiles map[TileID]*nodes
	roots map[uint64]proof.Hash
}

// Bounds of the cache, at 16 KiB a tile; beyond them everything is forgotten
// at once.
const (
	maxKeptTiles = 256
	maxKeptRoots = 1024
)

func (c *nodeCache) root(size uint64) (proof.Hash, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	root, ok := c.roots[size]
	return root, ok
}

func (c *nodeCache) putRoot(size uint64, root proof.Hash) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.roots == nil || len(c.roots) >= maxKeptRoots {
		c.roots = map[uint64]proof.Hash{}
	}
	c.roots[size] = root
}

func (c *nodeCache) get(id TileID) *nodes {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.tiles[id]
}

func (c *nodeCache) put(id TileID, n *nodes) *nodes {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tiles == nil || len(c.tiles) >= maxKeptTiles {
		c.tiles = map[TileID]*nodes{}
	}
	c.tiles[id] = n
	return n
}
