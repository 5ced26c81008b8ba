package scans

import (
	"crypto/rand"
	"crypto/sha256"
	"time"
)

// Bounds of what is known about visitors.
const (
	// Window is how long a visit to a code hides further ones of the same
	// visitor, at least; at most it is twice as long.
	Window = time.Hour
	// MaxVisits is how many visits are remembered in a window. Where there
	// are more, the window ends early: some reloads then count.
	MaxVisits = 200_000
)

// visitors remembers who came in this window and in the last one.
type visitors struct {
	now, before window
}

// window is the visits since a time: hashes under a salt that nobody else
// has and that ends with it, so that not even this process could tell later
// which addresses they were.
type window struct {
	since time.Time
	salt  [32]byte
	seen  map[[16]byte]struct{}
}

func newVisitors() visitors { return visitors{} }

func newWindow(at time.Time) window {
	w := window{since: at, seen: map[[16]byte]struct{}{}}
	rand.Read(w.salt[:]) // never fails
	return w
}

func (w *window) hash(code Code, visitor string) [16]byte {
	h := sha256.New()
	h.Write(w.salt[:])
	h.Write([]byte(code.GTIN + "\x00" + code.Batch + "\x00" + visitor))
	return [16]byte(h.Sum(nil)[:16])
}

func (w *window) has(code Code, visitor string) bool {
	if len(w.seen) == 0 {
		return false
	}
	_, ok := w.seen[w.hash(code, visitor)]
	return ok
}

// seen notes a visit and tells whether the visitor was here before.
func (v *visitors) seen(at time.Time, code Code, visitor string) bool {
	switch age := at.Sub(v.now.since); {
	case v.now.seen == nil || age >= 2*Window:
		v.before, v.now = window{}, newWindow(at)
	case age >= Window || len(v.now.seen) >= MaxVisits:
		v.before, v.now = v.now, newWindow(at)
	}
	if v.now.has(code, visitor) || v.before.has(code, visitor) {
		return true
	}
	v.now.seen[v.now.hash(code, visitor)] = struct{}{}
	return false
}
