package tlog

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"sort"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/proof"
)

// run is a sorted file of entries.
type run struct {
	durable.Reader
	id runID
	n  uint64 // entries
}

const (
	entryBytes = int64(len(entry{}))
	// windowEntries is what one read of a search takes: a page of the disk.
	windowEntries = 4096 / uint64(entryBytes)
)

func (f *finder) openRun(id runID) (*run, error) {
	file, err := f.tree.disk.Open(f.tree.path(runDir + "/" + id.name()))
	if err != nil {
		return nil, err
	}
	size, err := file.Size()
	if err == nil && size%entryBytes != 0 {
		err = fmt.Errorf("%w: %s/%s", ErrDamaged, runDir, id.name())
	}
	if err != nil {
		file.Close() //nolint:errcheck // it was read only
		return nil, err
	}
	return &run{file, id, uint64(size / entryBytes)}, nil
}

// writeRun makes a run durable, but for its name.
func (f *finder) writeRun(id runID, fill func(io.Writer) error) (*run, error) {
	err := durable.Place(f.tree.disk, f.tree.path(runDir+"/"+id.name()), func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 1<<16)
		if err := fill(b); err != nil {
			return err
		}
		return b.Flush()
	})
	if err != nil {
		return nil, err
	}
	return f.openRun(id)
}

// merge makes one run of several, reading each once from its front.
func (f *finder) merge(id runID, parts []*run) (*run, error) {
	return f.writeRun(id, func(w io.Writer) error {
		heads := make([]head, len(parts))
		for i, p := range parts {
			heads[i].r = bufio.NewReaderSize(io.NewSectionReader(p, 0, int64(p.n)*entryBytes), 1<<16)
			if err := heads[i].next(); err != nil {
				return err
			}
		}
		for {
			least := -1
			for i := range heads {
				if !heads[i].done && (least < 0 || heads[i].e.compare(heads[least].e) < 0) {
					least = i
				}
			}
			if least < 0 {
				return nil
			}
			if _, err := w.Write(heads[least].e[:]); err != nil {
				return err
			}
			if err := heads[least].next(); err != nil {
				return err
			}
		}
	})
}

// head is the next entry of a run that is being merged.
type head struct {
	r    *bufio.Reader
	e    entry
	done bool
}

func (h *head) next() error {
	_, err := io.ReadFull(h.r, h.e[:])
	if err == io.EOF {
		h.done, err = true, nil
	}
	return err
}

// find looks for a leaf. Hashes are spread evenly, so where one stands can be
// guessed from its first bytes, and two or three reads find it.
func (r *run) find(leaf proof.Hash, at func(uint64) (proof.Hash, error)) (uint64, bool, error) {
	want := newEntry(leaf, 0)
	start, err := r.lowest(want)
	if err != nil {
		return 0, false, err
	}
	var e entry
	for i := start; i < r.n; i++ {
		if _, err := r.ReadAt(e[:], int64(i)*entryBytes); err != nil {
			return 0, false, err
		}
		if !bytes.Equal(e[:8], want[:8]) {
			break
		}
		index := binary.BigEndian.Uint64(e[8:])
		if have, err := at(index); err != nil || have == leaf {
			return index, err == nil, err
		}
	}
	return 0, false, nil
}

// lowest is the place of the first entry that is not below want.
func (r *run) lowest(want entry) (uint64, error) {
	lo, hi := uint64(0), r.n // the answer lies in [lo, hi]
	guess, _ := bits.Mul64(binary.BigEndian.Uint64(want[:8]), r.n)
	buf := make([]byte, windowEntries*uint64(entryBytes))
	for step := 0; lo < hi; step++ {
		if step > 3 || guess < lo || guess >= hi {
			guess = lo + (hi-lo)/2
		}
		from := max(lo, guess-min(guess, windowEntries/2))
		n := min(windowEntries, hi-from)
		window := buf[:n*uint64(entryBytes)]
		if _, err := r.ReadAt(window, int64(from)*entryBytes); err != nil {
			return 0, err
		}
		place := uint64(sort.Search(int(n), func(i int) bool {
			return bytes.Compare(window[int64(i)*entryBytes:int64(i+1)*entryBytes], want[:]) >= 0
		}))
		switch {
		case place == 0:
			hi = from
			guess = from - min(from, windowEntries/2)
		case place == n:
			lo = from + n
			guess = lo + windowEntries/2
		default:
			return from + place, nil
		}
	}
	return lo, nil
}
