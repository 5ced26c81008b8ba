package tlog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/grainledger/grainledger/proof"
)

// finder tells where a leaf stands. The newest leaves are in memory, the
// others in runs: sorted files, each of which covers unit·4^k leaves. Four
// runs of one size are merged into one, so which runs there are follows from
// the size of the tree, and each can be made again from its tiles.
type finder struct {
	tree *Tree
	unit uint64 // leaves of the smallest run

	mu     sync.RWMutex
	recent map[proof.Hash]uint64
	from   uint64 // the first leaf that is in no run
	until  uint64 // the number of leaves
	runs   []*run // by the leaves that they cover
	old    []*run // merged; removed when the state no longer names them
}

const (
	// runLeaves is the unit of a log: some 5 MB of memory.
	runLeaves = 1 << 16
	runFanout = 2 // bits: 4 runs make one
)

// runID names a run: the N-th of its level.
type runID struct {
	level uint
	n     uint64
}

func (id runID) name() string { return fmt.Sprintf("%d-%d", id.level, id.n) }

const runDir = "find"

// runsOf lists the runs that a tree of so many units has, in order of leaves.
func runsOf(units uint64) (out []runID) {
	for level := uint(31); ; level-- {
		shift := runFanout * level
		for n := units >> shift &^ 3; n < units>>shift; n++ {
			out = append(out, runID{level, n})
		}
		if level == 0 {
			return out
		}
	}
}

func openFinder(t *Tree, unit uint64) (*finder, error) {
	f := &finder{tree: t, unit: unit, recent: map[proof.Hash]uint64{}, until: t.size}
	if err := t.makeDirs([]string{runDir}); err != nil {
		return nil, err
	}
	want := map[string]bool{}
	for _, id := range runsOf(t.size / unit) {
		want[id.name()] = true
		r, err := f.openOrMake(id)
		if err != nil {
			return nil, errors.Join(err, f.close())
		}
		f.runs = append(f.runs, r)
	}
	f.from = t.size / unit * unit
	err := t.leaves(f.from, t.size, f.remember)
	if err == nil {
		err = f.sweep(want)
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// sweep removes what is not named by the state: a crash left it.
func (f *finder) sweep(want map[string]bool) error {
	names, err := f.tree.disk.List(f.tree.path(runDir))
	if err != nil {
		return err
	}
	for _, name := range names {
		if !want[name] {
			if err := f.tree.disk.Remove(f.tree.path(runDir + "/" + name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *finder) remember(leaf proof.Hash, index uint64) {
	if _, known := f.recent[leaf]; !known {
		f.recent[leaf] = index
	}
}

// add takes in leaves that are about to be appended, the first of them at index.
func (f *finder) add(index uint64, leaves []proof.Hash) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range leaves {
		f.remember(leaves[i], index+uint64(i))
	}
	f.until = index + uint64(len(leaves))
}

// find gives the place of the first leaf of that hash.
func (f *finder) find(leaf proof.Hash) (uint64, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, r := range f.runs {
		index, ok, err := r.find(leaf, f.tree.Leaf)
		if ok || err != nil {
			return index, err
		}
	}
	if index, ok := f.recent[leaf]; ok {
		return index, nil
	}
	return 0, ErrNotLogged
}

// Find gives the place of the first leaf of that hash.
func (t *Tree) Find(leaf proof.Hash) (uint64, error) { return t.finder.find(leaf) }

// write makes the runs that the size of the tree asks for durable.
func (f *finder) write() error {
	if f.until-f.from < f.unit {
		return nil
	}
	for f.until-f.from >= f.unit {
		if err := f.cut(); err != nil {
			return err
		}
	}
	return f.tree.disk.SyncDir(f.tree.path(runDir))
}

// cut makes a run of the oldest leaves in memory, and merges runs where four
// of a size are there.
func (f *finder) cut() error {
	entries := make([]entry, 0, f.unit)
	for leaf, index := range f.recent {
		if index < f.from+f.unit {
			entries = append(entries, newEntry(leaf, index))
		}
	}
	r, err := f.makeRun(runID{0, f.from / f.unit}, entries)
	if err != nil {
		return err
	}
	runs, old := append(slices.Clone(f.runs), r), []*run(nil)
	for last := r; last.id.n&3 == 3; {
		four := runs[len(runs)-4:]
		merged, err := f.merge(runID{last.id.level + 1, last.id.n >> runFanout}, four)
		if err != nil {
			return errors.Join(err, r.Close())
		}
		old = append(old, four...)
		runs = append(slices.Clone(runs[:len(runs)-4]), merged)
		last = merged
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs, f.old = runs, append(f.old, old...)
	f.from += f.unit
	for leaf, index := range f.recent {
		if index < f.from {
			delete(f.recent, leaf)
		}
	}
	return nil
}

// clean removes merged runs, once the state is on disk that has others.
func (f *finder) clean() error {
	var errs []error
	for _, r := range f.old {
		errs = append(errs, r.Close(), f.tree.disk.Remove(f.tree.path(runDir+"/"+r.id.name())))
	}
	f.old = nil
	return errors.Join(errs...)
}

func (f *finder) close() error {
	var errs []error
	for _, r := range append(f.runs, f.old...) {
		errs = append(errs, r.Close())
	}
	return errors.Join(errs...)
}

// openOrMake opens a run; one that is missing is made again from its tiles.
func (f *finder) openOrMake(id runID) (*run, error) {
	r, err := f.openRun(id)
	if err == nil {
		return r, nil
	}
	if id.level == 0 {
		entries := make([]entry, 0, f.unit)
		err := f.tree.leaves(id.n*f.unit, (id.n+1)*f.unit, func(leaf proof.Hash, index uint64) {
			entries = append(entries, newEntry(leaf, index))
		})
		if err != nil {
			return nil, err
		}
		return f.makeRun(id, entries)
	}
	var four []*run
	for n := id.n << runFanout; n < (id.n+1)<<runFanout; n++ {
		part, err := f.openOrMake(runID{id.level - 1, n})
		if err != nil {
			return nil, err
		}
		four = append(four, part)
	}
	r, err = f.merge(id, four)
	for _, part := range four {
		err = errors.Join(err, part.Close())
	}
	return r, err
}

// entry is a line of a run: the first eight bytes of a leaf's hash and its
// index, both big-endian. Hashes that begin alike are told apart by the tile.
type entry [16]byte

func newEntry(leaf proof.Hash, index uint64) (e entry) {
	copy(e[:8], leaf[:8])
	binary.BigEndian.PutUint64(e[8:], index)
	return e
}

func (e entry) compare(o entry) int { return bytes.Compare(e[:], o[:]) }

func (f *finder) makeRun(id runID, entries []entry) (*run, error) {
	slices.SortFunc(entries, entry.compare)
	return f.writeRun(id, func(w io.Writer) error {
		for i := range entries {
			if _, err := w.Write(entries[i][:]); err != nil {
				return err
			}
		}
		return nil
	})
}
