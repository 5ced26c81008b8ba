package tlog

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/grainledger/grainledger/gateway/durable"
	"github.com/grainledger/grainledger/proof"
)

// cosignedFile has the newest anchored note with the lines of witnesses. They
// are not in the blocks; losing them costs asking the witnesses again.
const cosignedFile = "cosigned"

const maxCosigned = 16 << 10

// Cosign adds lines of witnesses under the anchored note. Lines of another
// checkpoint are passed over: the log has moved on since.
func (l *Log) Cosign(n *proof.Note) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pos.Anchor == nil || !sameCheckpoint(l.pos.Anchor.Note, n) {
		return nil
	}
	if err := durable.Write(l.disk, l.tree.path(cosignedFile), n.Bytes()); err != nil {
		return fmt.Errorf("tlog: %w", err)
	}
	l.lines = n.Lines
	return nil
}

func sameCheckpoint(raw []byte, n *proof.Note) bool {
	have, err := proof.ParseNote(raw)
	return err == nil && have.Checkpoint == n.Checkpoint
}

func (l *Log) readLines() error {
	raw, err := durable.Read(l.disk, l.tree.path(cosignedFile), maxCosigned)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := proof.ParseNote(raw)
	if err == nil && l.pos.Anchor != nil && sameCheckpoint(l.pos.Anchor.Note, n) {
		l.lines = n.Lines
	}
	return nil // one that cannot be read is asked for again
}
