package embedded

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// recover brings the files to a state from which the ledger goes on: verified,
// without what was never answered, and with every purge completed.
func (s *store) recover(dir string) error {
	began := time.Now()
	if err := s.purges.read(); err != nil {
		return err
	}
	h, ok := s.head.read()
	if !ok && !s.opt.RebuildHead {
		if err := s.mustBeNew(); err != nil {
			return err
		}
	}
	r := &replayer{store: s, head: h, valueEnds: map[int]valueEnd{}}
	end, err := r.run()
	if err != nil {
		return err
	}
	if s.blocks.end = end; s.blocks.count() == 0 {
		if err := s.blocks.roll(); err != nil {
			return err
		}
	}
	if err := s.recoverPrivate(r); err != nil {
		return err
	}
	if err := s.saveHead(); err != nil {
		return err
	}
	if err := s.opt.disk.syncDir(dir); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	height, _ := s.newest()
	s.opt.Log.Info("ledger is open", "height", height, "keys", s.keys.len(),
		"took", time.Since(began).Round(time.Millisecond).String())
	return nil
}

// mustBeNew refuses a chain without a head.
func (s *store) mustBeNew() error {
	for n := range s.blocks.count() {
		size, err := s.blocks.file(n).Size()
		if err != nil {
			return fmt.Errorf("size of %s: %w", segmentName(n), err)
		}
		if size > segmentHeaderSize {
			return tampered(0, "head file is missing or damaged, so nobody can tell whether blocks are missing")
		}
	}
	return nil
}

// saveHead makes the head file say durably how long the chain is now.
func (s *store) saveHead() error {
	height, t := s.newest()
	if err := s.head.write(head{height: height, hash: t.hash}); err != nil {
		return err
	}
	return s.head.sync()
}

// recoverPrivate drops values whose block never came, and completes purges.
func (s *store) recoverPrivate(r *replayer) error {
	end := at(0, segmentHeaderSize)
	for _, n := range slices.Sorted(maps.Keys(r.valueEnds)) {
		v := r.valueEnds[n]
		if n >= s.values.count() {
			return tampered(v.first, "file of its private value is missing")
		}
		size, err := s.values.file(n).Size()
		if err != nil {
			return fmt.Errorf("size of private %s: %w", segmentName(n), err)
		}
		if size < v.end.offset() {
			return tampered(v.last, "its private value is missing")
		}
		end = max(end, v.end)
	}
	if s.values.count() == 0 {
		return s.values.roll()
	}
	if err := s.values.cut(end); err != nil {
		return err
	}
	s.values.end = max(end, at(s.values.count()-1, segmentHeaderSize))
	if end == at(0, segmentHeaderSize) {
		// Its header may be that of a file which was just begun.
		if err := s.values.reset(0); err != nil {
			return err
		}
	}
	if err := s.journal(append(r.purges, s.purges.kept...)); err != nil {
		return err
	}
	return s.erase(r.purged)
}

// journal makes durable in the journal what was purged.
func (s *store) journal(all []purged) error {
	if len(all) == 0 {
		return nil
	}
	genesis, err := s.genesis()
	if err != nil {
		return err
	}
	return s.purges.add(genesis, all)
}

// genesis is the hash of block 0, which tells one ledger from another.
func (s *store) genesis() ([32]byte, error) {
	start, ok, _ := s.start(0)
	if !ok {
		return [32]byte{}, errors.New("the ledger has no block")
	}
	f, err := s.blockAt(start)
	if err != nil {
		return [32]byte{}, err
	}
	return f.hash, nil
}
