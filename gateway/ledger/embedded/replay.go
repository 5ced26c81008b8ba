package embedded

import (
	"runtime"
	"time"
)

// progressEvery is how often a long start reports how far it is.
const progressEvery = 5 * time.Second

// replayer takes the frames of the chain in order, verifies that each follows
// from the one before, and applies it. A frame is applied when the next one
// has confirmed it, the newest when its signature is verified.
type replayer struct {
	*store
	head head

	newest    *frame           // not applied yet
	before    *frame           // applied
	purged    []location       // entries whose values must be gone
	purges    []purged         // the same for the journal
	valueEnds map[int]valueEnd // by private segment
	cut       *frame           // the newest frame, if it is the trace of an unfinished write
	reported  time.Time
}

// valueEnd is how far a private segment must reach, and for which blocks.
type valueEnd struct {
	end         location
	first, last uint64 // blocks whose values it holds
}

// run reads the whole chain. It returns where the chain ends.
func (r *replayer) run() (location, error) {
	r.reported = time.Now()
	end := r.verified(func(f *frame) error { return r.take(f) })
	if end.fatal != nil {
		return 0, end.fatal
	}
	return r.finish(end.scanEnd)
}

type verifiedEnd struct {
	scanEnd
	fatal error
}

// verified hands the frames to take in order, hashed and decoded on all cores.
func (r *replayer) verified(take func(*frame) error) verifiedEnd {
	workers := runtime.GOMAXPROCS(0)
	work := make(chan *frame)
	ordered := make(chan *frame, 2*workers)
	quit := make(chan struct{})
	var end verifiedEnd
	for range workers {
		go func() {
			for f := range work {
				f.decode()
				close(f.ready)
			}
		}()
	}
	go func() {
		defer close(ordered)
		defer close(work)
		end.scanEnd = r.blocks.scan(func(f *frame) bool {
			f.ready = make(chan struct{})
			select {
			case ordered <- f:
				work <- f
				return true
			case <-quit:
				return false
			}
		})
	}()
	var fatal error
	for f := range ordered {
		if <-f.ready; fatal == nil && r.cut == nil {
			if fatal = take(f); fatal != nil || r.cut != nil {
				close(quit)
			}
		}
	}
	end.fatal = fatal
	return end
}

func (r *replayer) take(f *frame) error {
	if reason := r.follows(f); reason != "" {
		if r.newest != nil && !r.signed(r.newest) {
			return r.damaged(r.newest)
		}
		if r.unfinished(f) {
			r.cut = f
			return nil
		}
		return tampered(r.number(f), "%s", reason)
	}
	if err := r.confirm(); err != nil {
		return err
	}
	r.newest = f
	return nil
}

// number is the place of f in the chain, whatever f itself says.
func (r *replayer) number(f *frame) uint64 {
	n := uint64(len(r.starts))
	if r.newest != nil && r.newest != f {
		n++
	}
	return n
}

// follows says why f is not the block after the newest one, or nothing.
func (r *replayer) follows(f *frame) string {
	var t tip
	if r.newest != nil {
		t = r.newest.tip()
	}
	n := r.number(f)
	switch {
	case f.err != nil:
		return f.err.Error()
	case f.header.number != n || f.block.number != n:
		return "wrong block number"
	case f.block.previous != t.hash:
		return "previous hash is not the hash of the block before"
	case f.block.previousSignature != t.signature:
		return "previous signature is not the signature of the block before"
	case f.block.time < t.time:
		return "time is before that of the block before"
	}
	return ""
}

func (r *replayer) signed(f *frame) bool {
	return verifyHash(r.opt.publicKeys(), f.hash, f.signature())
}

func (r *replayer) damaged(f *frame) error {
	return tampered(f.header.number, "signature does not fit the block")
}

// unfinished tells whether f may be cut off: it was never answered.
func (r *replayer) unfinished(f *frame) bool {
	return f.last && r.number(f) >= r.head.height && hasZeroSector(f.bytes, f.start.offset())
}

// confirm applies the newest frame.
func (r *replayer) confirm() error {
	f := r.newest
	if f == nil {
		return nil
	}
	if r.number(f)+1 == r.head.height && f.hash != r.head.hash {
		return tampered(r.number(f), "hash is not the one in the head file")
	}
	r.apply(f.block, f.start, f.tip())
	r.notePrivate(f.block)
	r.before, r.newest = f, nil
	if time.Since(r.reported) > progressEvery {
		r.reported = time.Now()
		r.opt.Log.Info("verifying the chain", "block", f.header.number, "of", r.head.height)
	}
	return nil
}

func (r *replayer) notePrivate(b *block) {
	for i := range b.txs {
		for _, w := range b.txs[i].private {
			if w.purge {
				r.purged = append(r.purged, w.previous)
				r.purges = append(r.purges, purgeOf(b.number, &w))
				continue
			}
			v, ok := r.valueEnds[w.value.segment()]
			if !ok {
				v.first = b.number
			}
			v.last = b.number
			v.end = max(v.end, w.value+location(privateOverhead(w.collection, w.key)+w.size))
			r.valueEnds[w.value.segment()] = v
		}
	}
}

// finish judges the end of the chain and cuts off an unfinished write.
func (r *replayer) finish(end scanEnd) (location, error) {
	if r.cut != nil {
		end = scanEnd{at: r.cut.start, torn: "does not verify and has a zero sector"}
	}
	if f := r.newest; f != nil && !r.signed(f) {
		if !r.unfinished(f) {
			return 0, r.damaged(f)
		}
		end = scanEnd{at: f.start, torn: "does not verify and has a zero sector"}
		r.newest = nil
		if r.before != nil && !r.signed(r.before) {
			return 0, r.damaged(r.before)
		}
	}
	if err := r.confirm(); err != nil {
		return 0, err
	}
	height := uint64(len(r.starts))
	switch {
	case end.err != nil:
		return 0, end.err
	case end.bad != "":
		return 0, tampered(height, "%s", end.bad)
	case height < r.head.height:
		return 0, tampered(height, "missing: the chain had %d blocks", r.head.height)
	case end.torn != "":
		later, err := r.blocks.holdsFrame(end.at, height+1)
		if err != nil {
			return 0, err
		}
		if later {
			return 0, tampered(height, "%s, and yet a later block follows", end.torn)
		}
		r.opt.Log.Warn("cut off an unfinished block, which was never answered",
			"block", height, "at", end.at.String(), "reason", end.torn)
		return r.cutOff(end.at)
	}
	return end.at, nil
}

func (r *replayer) cutOff(l location) (location, error) {
	if l.offset() < segmentHeaderSize {
		return at(l.segment(), segmentHeaderSize), r.blocks.reset(l.segment())
	}
	return l, r.blocks.cut(l)
}
