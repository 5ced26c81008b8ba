package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

var (
	errShort     = errors.New("ends too early")
	errUnordered = errors.New("writes are not in ascending key order")
)

// cursor reads an encoding and never beyond its end. After the first error it
// returns zero values; err keeps that error.
type cursor struct {
	buf  []byte
	off  int
	base location // of buf[0]
	err  error
}

func (c *cursor) here() location { return c.base + location(c.off) }

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = fmt.Errorf("at byte %d: %w", c.off, err)
	}
}

func (c *cursor) raw(n int) []byte {
	if c.err == nil && n > len(c.buf)-c.off {
		c.fail(errShort)
	}
	if c.err != nil {
		return nil
	}
	p := c.buf[c.off : c.off+n : c.off+n]
	c.off += n
	return p
}

func (c *cursor) u8() byte {
	if p := c.raw(1); p != nil {
		return p[0]
	}
	return 0
}

func (c *cursor) u64() uint64 {
	if p := c.raw(8); p != nil {
		return binary.BigEndian.Uint64(p)
	}
	return 0
}

func (c *cursor) digest() (d [32]byte) {
	copy(d[:], c.raw(32))
	return d
}

// uvarint takes only the shortest form, so that a body has one encoding.
func (c *cursor) uvarint() int {
	if c.err != nil {
		return 0
	}
	v, n := binary.Uvarint(c.buf[c.off:])
	switch {
	case n == 0:
		c.fail(errShort)
		return 0
	case n < 0 || v > math.MaxInt32 || n > 1 && c.buf[c.off+n-1] == 0:
		c.fail(errors.New("bad length"))
		return 0
	}
	c.off += n
	return int(v)
}

// count reads the number of items that take at least size bytes each.
func (c *cursor) count(size int) int {
	n := c.uvarint()
	if c.err == nil && n > (len(c.buf)-c.off)/size {
		c.fail(errShort)
		return 0
	}
	return n
}

// bytes returns nil for no bytes.
func (c *cursor) bytes() []byte {
	n := c.uvarint()
	if n == 0 {
		return nil
	}
	return c.raw(n)
}

func (c *cursor) text() string { return string(c.bytes()) }

func (c *cursor) flag() bool {
	v := c.u8()
	if v > kindRemove {
		c.fail(fmt.Errorf("unknown kind %d", v))
	}
	return v == kindRemove
}

func (c *cursor) place() location {
	l := c.u64()
	if location(l)&deletedBit != 0 {
		c.fail(errors.New("bad location"))
	}
	return location(l)
}

// decodeBlock reads a body whose first byte stands at base.
func decodeBlock(body []byte, base location) (*block, error) {
	c := &cursor{buf: body, base: base}
	if v := c.u8(); c.err == nil && v != bodyVersion {
		return nil, fmt.Errorf("unknown block version %d", v)
	}
	b := &block{
		number:            c.u64(),
		time:              int64(c.u64()),
		previous:          c.digest(),
		previousSignature: c.digest(),
	}
	const smallestTx = 48
	n := c.count(smallestTx)
	b.txs = make([]transaction, 0, n)
	for range n {
		b.txs = append(b.txs, c.tx())
		if c.err != nil {
			return nil, c.err
		}
	}
	if c.err == nil && c.off != len(body) {
		c.fail(errors.New("bytes after the end"))
	}
	return b, c.err
}

func (c *cursor) tx() transaction {
	t := c.txHead()
	t.function = c.text()
	args := c.count(1)
	if args > 0 {
		t.args = make([][]byte, 0, args)
	}
	for range args {
		a := c.bytes()
		if a == nil {
			a = []byte{}
		}
		t.args = append(t.args, a)
	}
	t.response = c.bytes()
	t.eventName = c.text()
	t.event = c.bytes()
	t.writes = c.writes()
	t.private = c.privateWrites()
	return t
}

// txHead reads the fixed part in front of a transaction.
func (c *cursor) txHead() transaction {
	return transaction{place: c.here(), id: c.digest(), time: int64(c.u64()), invalid: c.flag()}
}

func (c *cursor) writes() []write {
	const smallest = 11
	n := c.count(smallest)
	if n == 0 {
		return nil
	}
	all := make([]write, 0, n)
	for i := range n {
		all = append(all, c.write())
		if c.err == nil && i > 0 && all[i].key <= all[i-1].key {
			c.fail(errUnordered)
		}
	}
	return all
}

func (c *cursor) write() write {
	return write{
		place:    c.here(),
		deleted:  c.flag(),
		key:      c.text(),
		previous: c.place(),
		value:    c.bytes(),
	}
}

func (c *cursor) privateWrites() []privateWrite {
	const smallest = 11
	n := c.count(smallest)
	if n == 0 {
		return nil
	}
	all := make([]privateWrite, 0, n)
	for i := range n {
		all = append(all, c.privateWrite())
		if c.err == nil && i > 0 && all[i].indexKey() <= all[i-1].indexKey() {
			c.fail(errUnordered)
		}
	}
	return all
}

func (c *cursor) privateWrite() privateWrite {
	w := privateWrite{
		place:      c.here(),
		purge:      c.flag(),
		collection: c.text(),
		key:        c.text(),
		previous:   c.place(),
	}
	if w.purge {
		return w
	}
	w.hash = c.digest()
	w.value = c.place()
	w.size = c.uvarint()
	return w
}
