package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"github.com/emmansun/gmsm/sm3"
)

// firstRead is enough for most entries, in bytes.
const firstRead = 512

var readBuffers = sync.Pool{New: func() any { return new([firstRead]byte) }}

// entry reads the entry at l. parse must not keep bytes of the cursor: they
// are used again.
func (s *store) entry(l location, parse func(c *cursor)) error {
	first := readBuffers.Get().(*[firstRead]byte)
	defer readBuffers.Put(first)
	buf := first[:]
	for {
		n, err := s.blocks.readAt(buf, l)
		if err != nil {
			return err
		}
		c := cursor{buf: buf[:n], base: l}
		parse(&c)
		if c.err == nil {
			return nil
		}
		if n < len(buf) || !errors.Is(c.err, errShort) {
			return fmt.Errorf("read entry in %s: %w", l, c.err)
		}
		buf = make([]byte, 8*len(buf))
	}
}

func (s *store) writeAt(l location) (w write, err error) {
	err = s.entry(l, func(c *cursor) {
		w = c.write()
		w.value = bytes.Clone(w.value)
	})
	return w, err
}

func (s *store) privateWriteAt(l location) (w privateWrite, err error) {
	err = s.entry(l, func(c *cursor) { w = c.privateWrite() })
	return w, err
}

func (s *store) txHeadAt(l location) (t transaction, err error) {
	err = s.entry(l, func(c *cursor) { t = c.txHead() })
	return t, err
}

func (s *store) keyAt(l location) (string, error) {
	w, err := s.writeAt(l)
	return w.key, err
}

func (s *store) privateKeyAt(l location) (string, error) {
	w, err := s.privateWriteAt(l)
	return w.indexKey(), err
}

func (s *store) idAt(l location) (string, error) {
	t, err := s.txHeadAt(l)
	return string(t.id[:]), err
}

// value returns the value of key as it was when the chain ended at end, nil if
// there was none, and where it stands.
func (s *store) value(key string, end location) (value []byte, seen location, err error) {
	l, sure := s.keys.candidate(key)
	for newest := true; l != 0; newest = false {
		w, err := s.writeAt(l.place())
		if err != nil {
			return nil, 0, err
		}
		if w.key != key {
			if newest && !sure {
				return nil, 0, nil // another key with the same hash
			}
			return nil, 0, fmt.Errorf("read %s: not the key that the chain names", l)
		}
		if l.place() < end {
			return w.value, marked(l.place(), w.deleted), nil
		}
		l = w.previous
	}
	return nil, 0, nil
}

// privateValue returns the newest value of a private key, nil if there is none
// or it was purged. It has no older ones: what is purged must not be seen.
func (s *store) privateValue(collection, key string) (value []byte, seen location, err error) {
	name := privateKey(collection, key)
	for {
		seen, err = s.private.find(name, 0)
		if err != nil || seen.version() == 0 {
			return nil, seen, err
		}
		w, err := s.privateWriteAt(seen.place())
		if err != nil {
			return nil, 0, err
		}
		value, err = s.readPrivate(&w)
		if err == nil {
			return value, seen, nil
		}
		// A purge may have come between; then there is a newer entry.
		if again, _ := s.private.find(name, 0); again == seen {
			return nil, 0, err
		}
	}
}

// readPrivate reads the value of w and compares it with the hash in the chain.
func (s *store) readPrivate(w *privateWrite) ([]byte, error) {
	value := make([]byte, w.size)
	if err := s.values.readFull(value, w.value+location(privateOverhead(w.collection, w.key))); err != nil {
		return nil, err
	}
	if sm3.Sum(value) != w.hash {
		return nil, tampered(s.blockOf(w.place), "private value %s is not what its hash in the block says", w.key)
	}
	return value, nil
}

// blockAt reads and decodes the block whose frame begins at l.
func (s *store) blockAt(l location) (*frame, error) {
	head := make([]byte, frameHeaderSize)
	if err := s.blocks.readFull(head, l); err != nil {
		return nil, err
	}
	h, err := parseFrameHeader(head)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", l, err)
	}
	f := &frame{start: l, header: h, bytes: make([]byte, h.size())}
	if err := s.blocks.readFull(f.bytes, l); err != nil {
		return nil, err
	}
	f.decode()
	return f, f.err
}
