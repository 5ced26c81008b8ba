package embedded

import "fmt"

// location is a place in a series of segment files: segment number and offset.
// Locations grow as the chain grows. Zero is no place, since every file begins
// with a header.
type location uint64

// deletedBit marks an index entry whose newest write is a delete or a purge,
// so that its version is known without reading it. It is never stored.
const deletedBit location = 1 << 63

func at(segment int, offset int64) location {
	return location(segment)<<32 | location(offset)
}

func (l location) segment() int    { return int(l.place() >> 32) }
func (l location) offset() int64   { return int64(l & 0xffffffff) }
func (l location) place() location { return l &^ deletedBit }

// version is what a transaction that read the key depends on. As in Fabric, a
// deleted key and one that never was are the same.
func (l location) version() location {
	if l&deletedBit != 0 {
		return 0
	}
	return l
}

func marked(l location, deleted bool) location {
	if deleted {
		return l | deletedBit
	}
	return l
}

func (l location) String() string {
	return fmt.Sprintf("%08d.seg at %d", l.segment(), l.offset())
}
