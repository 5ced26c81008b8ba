package embedded

import (
	"encoding/binary"
	"fmt"
)

const valueMagic = "GLPV"

// privateOverhead is the number of bytes before a private value in its file.
func privateOverhead(collection, key string) int {
	return len(valueMagic) + 4 + 2 + 2 + 32 + len(collection) + len(key)
}

// appendPrivate appends the value as it stands in a private segment.
func appendPrivate(buf []byte, w *privateWrite, value []byte) []byte {
	buf = append(buf, valueMagic...)
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(value)))
	buf = binary.BigEndian.AppendUint16(buf, uint16(len(w.collection)))
	buf = binary.BigEndian.AppendUint16(buf, uint16(len(w.key)))
	buf = append(buf, w.hash[:]...)
	buf = append(buf, w.collection...)
	buf = append(buf, w.key...)
	return append(buf, value...)
}

// erase overwrites with zeros the values of the private entries at places and
// of all entries of the same keys before them, and fsyncs. It may be
// repeated.
func (s *store) erase(places []location) error {
	touched := map[int]bool{}
	for _, l := range places {
		if err := s.eraseFrom(l, touched); err != nil {
			return fmt.Errorf("purge private value: %w", err)
		}
	}
	for n := range touched {
		if err := s.values.file(n).Sync(); err != nil {
			return fmt.Errorf("purge private value: sync: %w", err)
		}
	}
	return nil
}

func (s *store) eraseFrom(l location, touched map[int]bool) error {
	for l != 0 {
		w, err := s.privateWriteAt(l)
		if err != nil {
			return err
		}
		if w.purge {
			return nil // which has erased what was before it
		}
		if err := s.eraseValue(&w, touched); err != nil {
			return err
		}
		l = w.previous
	}
	return nil
}

func (s *store) eraseValue(w *privateWrite, touched map[int]bool) error {
	value := make([]byte, w.size)
	l := w.value + location(privateOverhead(w.collection, w.key))
	if err := s.values.readFull(value, l); err != nil {
		return err
	}
	if allZero(value) {
		return nil
	}
	clear(value)
	touched[l.segment()] = true
	if _, err := s.values.file(l.segment()).WriteAt(value, l.offset()); err != nil {
		return fmt.Errorf("write %s: %w", l, err)
	}
	return nil
}

// verifyPrivate compares the newest value of every private key with its hash
// in the chain.
func (s *store) verifyPrivate() error {
	for _, l := range s.private.newest() {
		if l.version() == 0 {
			continue
		}
		w, err := s.privateWriteAt(l)
		if err != nil {
			return err
		}
		if _, err := s.readPrivate(&w); err != nil {
			return err
		}
	}
	return nil
}
