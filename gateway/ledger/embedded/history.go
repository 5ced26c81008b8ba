package embedded

import (
	"encoding/hex"
	"iter"
	"time"
)

// Version is one state that a key was in.
type Version struct {
	Value  []byte // nil if Delete
	Delete bool
	Block  uint64
	TxID   string
	Time   time.Time // the transaction timestamp
}

// History yields all versions of key, newest first, as of the time at which
// the iteration starts. It reads a block per version. It ends after the first
// error.
func (l *Ledger) History(key string) iter.Seq2[Version, error] {
	return func(yield func(Version, error) bool) {
		next, err := l.newestOf(key)
		for err == nil && next != 0 {
			var v Version
			if v, next, err = l.version(next.place()); err != nil {
				break
			}
			if !yield(v, nil) {
				return
			}
		}
		if err != nil {
			yield(Version{}, err)
		}
	}
}

func (l *Ledger) newestOf(key string) (location, error) {
	if err := l.enter(); err != nil {
		return 0, err
	}
	defer l.leave()
	return l.keys.find(key, 0)
}

// version reads the write at place, and where the one before it stands.
func (l *Ledger) version(place location) (v Version, previous location, err error) {
	if err := l.enter(); err != nil {
		return v, 0, err
	}
	defer l.leave()
	n := l.blockOf(place)
	start, _, _ := l.start(n)
	f, err := l.blockAt(start)
	if err != nil {
		return v, 0, err
	}
	for i := range f.block.txs {
		t := &f.block.txs[i]
		for _, w := range t.writes {
			if w.place != place {
				continue
			}
			v = Version{Value: w.value, Delete: w.deleted, Block: n,
				TxID: hex.EncodeToString(t.id[:]), Time: time.Unix(0, t.time).UTC()}
			return v, w.previous, nil
		}
	}
	return v, 0, tampered(n, "no write at %s", place)
}
