package embedded

import (
	"context"
	"errors"
	"iter"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// RawBlocks is Blocks with the frames as they stand in the block files, which
// hold the block's signature, too.
func (l *Ledger) RawBlocks(ctx context.Context, from uint64) iter.Seq2[ledger.RawBlock, error] {
	return func(yield func(ledger.RawBlock, error) bool) {
		for f, err := range l.frames(ctx, from) {
			if err != nil {
				yield(ledger.RawBlock{}, err)
				return
			}
			if !yield(f.raw(), nil) {
				return
			}
		}
	}
}

func (f *frame) raw() ledger.RawBlock {
	return ledger.RawBlock{Number: f.block.number, Hash: f.hash[:], Previous: f.block.previous[:], Bytes: f.bytes}
}

// ReadRaw reads a block that RawBlocks gave. It fails where the bytes are no
// block; whether the block is the right one its hash and the next one tell.
func ReadRaw(raw []byte) (ledger.RawBlock, error) {
	if len(raw) < frameHeaderSize {
		return ledger.RawBlock{}, errShort
	}
	h, err := parseFrameHeader(raw)
	if err != nil {
		return ledger.RawBlock{}, err
	}
	if h.size() != int64(len(raw)) {
		return ledger.RawBlock{}, errors.New("the frame has another length than its header says")
	}
	f := &frame{start: at(0, segmentHeaderSize), header: h, bytes: raw}
	if f.decode(); f.err != nil {
		return ledger.RawBlock{}, f.err
	}
	if f.block.number != h.number {
		return ledger.RawBlock{}, errors.New("header and body have different numbers")
	}
	return f.raw(), nil
}
