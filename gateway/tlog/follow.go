package tlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// When what was read is made durable. It is all in the blocks, so it may wait
// for company; a crash costs reading them again.
const (
	flushTiles = 64 // full tiles, of 8 KiB and 256 leaves
	flushEvery = time.Second
)

// Follow reads the ledger's blocks into the log until ctx is done or something
// fails, and goes on where the log ends. It begins with the newest block that
// was read, so that another chain shows even before there is a new block.
func (l *Log) Follow(ctx context.Context, from ledger.Ledger) error {
	have := l.Height()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go l.flushNowAndThen(ctx, cancel)
	for b, err := range from.Blocks(ctx, have-min(have, 1)) {
		if err == nil {
			err = l.Apply(b)
		}
		if err != nil {
			return fmt.Errorf("tlog: follow: %w", errors.Join(err, context.Cause(ctx)))
		}
	}
	return context.Cause(ctx)
}

// flushNowAndThen flushes while no full tiles come.
func (l *Log) flushNowAndThen(ctx context.Context, fail context.CancelCauseFunc) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		l.applying.Lock()
		err := l.flush()
		l.applying.Unlock()
		if err != nil {
			fail(err)
			return
		}
	}
}

// flush makes the log durable as far as it has read. l.applying is held.
func (l *Log) flush() error {
	if !l.dirty {
		return nil
	}
	note, err := json.Marshal(&l.pos)
	if err != nil {
		return err
	}
	if err := l.tree.Flush(note); err != nil {
		return err
	}
	l.dirty = false
	return nil
}

// Apply reads one block into the log, all of it or nothing. A block that was
// read before is compared and changes nothing.
func (l *Log) Apply(b ledger.Block) error {
	l.applying.Lock()
	defer l.applying.Unlock()
	if err := l.apply(b); err != nil {
		return fmt.Errorf("tlog: block %d: %w", b.Number, err)
	}
	if l.tree.pending() >= flushTiles {
		return l.flush()
	}
	return nil
}

func (l *Log) apply(b ledger.Block) error {
	pos := l.pos
	switch {
	case b.Number+1 == pos.Height:
		if !bytes.Equal(b.Hash, pos.Hash) {
			return fmt.Errorf("%w: it was read before with the hash %x", ErrOtherChain, pos.Hash)
		}
		return nil
	case b.Number < pos.Height:
		return nil
	case b.Number > pos.Height:
		return fmt.Errorf("tlog: comes after %d blocks", pos.Height)
	case pos.Height > 0 && !bytes.Equal(b.Previous, pos.Hash):
		return fmt.Errorf("%w: it follows on %x, the newest block read is %x", ErrOtherChain, b.Previous, pos.Hash)
	}
	c, err := l.read(b)
	if err != nil {
		return err
	}
	l.tree.Append(c.leaves)
	pos.Height, pos.Hash = b.Number+1, bytes.Clone(b.Hash)
	for i := range c.anchors {
		l.judge(&pos, &c.anchors[i])
	}
	l.dirty = true
	l.mu.Lock()
	defer l.mu.Unlock()
	if pos.Size != l.pos.Size {
		l.lines = nil
	}
	l.pos = pos
	close(l.moved)
	l.moved = make(chan struct{})
	return nil
}

// news is what a block says to the log.
type news struct {
	leaves  []proof.Hash
	anchors []Anchor // checkpoints of this log, in order
}

func (l *Log) read(b ledger.Block) (n news, err error) {
	for i := range b.Txs {
		tx := &b.Txs[i]
		envelopes, verdicts, err := tx.Decided()
		if err != nil {
			return n, fmt.Errorf("transaction %s: %w", tx.ID, err)
		}
		for place, v := range verdicts {
			switch {
			case v.Outcome != record.Accepted:
			case v.Type == record.TypeCheckpoint:
				note, err := l.ownNote(envelopes[place])
				if err != nil {
					return n, fmt.Errorf("checkpoint %s: %w", v.ID, err)
				}
				if note != nil {
					n.anchors = append(n.anchors, Anchor{Note: note, Record: v.ID, Tx: tx.ID, Block: b.Number})
				}
			default:
				leaf, err := leafOf(v.ID)
				if err != nil {
					return n, fmt.Errorf("record %q: %w", v.ID, err)
				}
				n.leaves = append(n.leaves, leaf)
			}
		}
	}
	return n, nil
}

// ownNote is the note of a checkpoint record where it is one of this log.
func (l *Log) ownNote(envelope []byte) ([]byte, error) {
	e, err := record.DecodeEnvelope(envelope)
	if err != nil {
		return nil, err
	}
	var p record.Checkpoint
	if err := json.Unmarshal(e.Payload, &p); err != nil {
		return nil, err
	}
	if p.Origin() != l.origin {
		return nil, nil
	}
	return p.NoteBytes(), nil
}

func errAlien(what string) error {
	return fmt.Errorf("tlog: the ledger has anchored what this log does not have: %s", what)
}

// alien notes that the ledger has anchored something else than this log.
func (l *Log) alien(what string, err error) error {
	if err != nil {
		what = fmt.Sprintf("%s: %v", what, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.disagree = errAlien(what)
	return l.disagree
}

// judge holds an anchored checkpoint against the log. The ledger has checked
// that it continues the one before; that it is the log of these blocks only a
// log that was built from them can tell.
func (l *Log) judge(pos *position, a *Anchor) {
	n, err := proof.ParseNote(a.Note)
	what := "a note that cannot be read"
	if err == nil {
		what = fmt.Sprintf("%d leaves under root %s", n.Size, n.Root)
		var root proof.Hash
		if root, err = l.tree.Root(n.Size); err == nil && root == n.Root {
			pos.Anchor, pos.Size = a, n.Size
			return
		}
	}
	pos.Alien = what + ", record " + a.Record
	l.log.Error("the ledger has anchored a checkpoint that is not one of this log", "error", l.alien(pos.Alien, err), "block", a.Block)
}

// Disagrees tells why what the ledger has anchored cannot be this log; nil
// where all is well.
func (l *Log) Disagrees() error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.disagree
}
