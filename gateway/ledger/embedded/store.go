package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Names in a data directory.
const (
	lockName    = "lock"
	headName    = "head"
	blocksName  = "blocks"
	privateName = "private"
)

// store is the files of a ledger and what is known about them in memory. One
// goroutine commits; any number may read.
type store struct {
	opt    Options
	blocks *segments
	values *segments // of private keys
	head   headFile
	purges purgeJournal

	keys    *index // public key -> its newest write
	private *index // collection and key -> its newest private write
	txs     *index // transaction id -> transaction

	mu      sync.RWMutex
	starts  []location // of the frame of each block
	tip     tip
	changed chan struct{} // closed and replaced at each new block
}

// tip is the end of the chain.
type tip struct {
	hash      [32]byte // of the newest block
	signature [32]byte // SM3 of its signature
	time      int64    // of the newest block, Unix nanoseconds
	end       location // entries before it are committed
}

// openStore opens the files in dir, creates what is missing, verifies the
// chain and builds the indexes.
func openStore(dir string, opt Options) (*store, error) {
	s := &store{opt: opt, changed: make(chan struct{})}
	s.keys = newIndex(opt.hash, s.keyAt)
	s.private = newIndex(opt.hash, s.privateKeyAt)
	s.txs = newIndex(opt.hash, s.idAt)
	if err := s.openFiles(dir); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err := s.recover(dir); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *store) openFiles(dir string) error {
	d := s.opt.disk
	f, err := d.open(filepath.Join(dir, headName))
	if err != nil {
		return fmt.Errorf("embedded: open head: %w", err)
	}
	s.head = headFile{f}
	if s.purges.f, err = d.open(filepath.Join(dir, purgesName)); err != nil {
		return fmt.Errorf("embedded: open %s: %w", purgesName, err)
	}
	for _, name := range []string{blocksName, privateName} {
		if err := makeDir(d, dir, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	s.blocks, err = openSegments(d, filepath.Join(dir, blocksName), blockMagic, s.opt.SegmentBytes)
	if err != nil {
		return err
	}
	s.values, err = openSegments(d, filepath.Join(dir, privateName), privateMagic, s.opt.SegmentBytes)
	return err
}

func (s *store) close() error {
	var errs []error
	if s.head.f != nil {
		errs = append(errs, s.head.f.Close())
	}
	if s.purges.f != nil {
		errs = append(errs, s.purges.f.Close())
	}
	for _, segs := range []*segments{s.blocks, s.values} {
		if segs != nil {
			errs = append(errs, segs.close())
		}
	}
	return errors.Join(errs...)
}

// apply makes a durable block visible. The indexes come first: a reader that
// meets an entry beyond the end it knows goes back to the previous one.
func (s *store) apply(b *block, start location, t tip) {
	for i := range b.txs {
		s.applyTx(&b.txs[i])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.starts = append(s.starts, start)
	s.tip = t
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *store) applyTx(t *transaction) {
	s.txs.set(string(t.id[:]), t.place, 0)
	for i := range t.writes {
		w := &t.writes[i]
		s.keys.set(w.key, marked(w.place, w.deleted), w.previous)
	}
	for i := range t.private {
		w := &t.private[i]
		s.private.set(w.indexKey(), marked(w.place, w.purge), w.previous)
	}
}

func (s *store) newest() (height uint64, t tip) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return uint64(len(s.starts)), s.tip
}

// start returns where block n begins, or a channel that is closed when there
// are more blocks than now.
func (s *store) start(n uint64) (l location, ok bool, more <-chan struct{}) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if n < uint64(len(s.starts)) {
		return s.starts[n], true, nil
	}
	return 0, false, s.changed
}

// blockOf returns the number of the block that l lies in.
func (s *store) blockOf(l location) uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, exact := slices.BinarySearch(s.starts, l.place())
	if !exact {
		i--
	}
	return uint64(i)
}

// status looks a transaction up.
func (s *store) status(id [32]byte) (number uint64, code ledger.Code, ok bool, err error) {
	l, err := s.txs.find(string(id[:]), 0)
	if l == 0 || err != nil {
		return 0, "", false, err
	}
	t, err := s.txHeadAt(l)
	if err != nil {
		return 0, "", false, err
	}
	return s.blockOf(l), t.code(), true, nil
}

// isEmptyDir tells whether path is missing or a directory without entries.
func isEmptyDir(path string) (bool, error) {
	entries, err := os.ReadDir(path)
	if errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	return len(entries) == 0, err
}
