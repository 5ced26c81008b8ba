package ledgertest

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// find is a committed transaction as the stream has it.
func (w *world) find(c ledger.Commit) ledger.BlockTx {
	w.Helper()
	for _, tx := range w.read(c.Block, c.Block)[0].Txs {
		if tx.ID == c.TxID {
			return tx
		}
	}
	w.Fatalf("block %d lacks transaction %s", c.Block, c.TxID)
	return ledger.BlockTx{}
}

// read takes the blocks from first to last out of a stream of its own. Each
// must follow the one before.
func (w *world) read(first, last uint64) []ledger.Block {
	w.Helper()
	blocks, err := follow(w.soon(), w.ledger, first, last)
	if err != nil {
		w.Fatal(err)
	}
	for i, b := range blocks {
		if b.Number != first+uint64(i) || i > 0 && !bytes.Equal(b.Previous, blocks[i-1].Hash) {
			w.Fatalf("block %d (after %x) stands at place %d of a stream from %d", b.Number, b.Previous, i, first)
		}
	}
	if uint64(len(blocks)) != last-first+1 {
		w.Fatalf("a stream from %d ended after %d blocks", first, len(blocks))
	}
	return blocks
}

func follow(ctx context.Context, l ledger.Ledger, first, last uint64) (blocks []ledger.Block, err error) {
	for b, err := range l.Blocks(ctx, first) {
		if err != nil {
			return blocks, err
		}
		if blocks = append(blocks, b); b.Number >= last {
			break
		}
	}
	return blocks, ctx.Err()
}

// streams: several read while several write; all are told the same, and every
// answered transaction is in the block that the answer named.
func streams(w *world) {
	first := w.accept(w.another()).Block
	var records [][]byte
	for range 6 {
		records = append(records, w.batch(w.another()))
	}
	commits, errs := make([]ledger.Commit, len(records)), make([]error, len(records))
	ctx := w.soon()
	var wait sync.WaitGroup
	for i, arg := range records {
		wait.Go(func() { commits[i], errs[i] = w.ledger.Submit(ctx, call(record.FnSubmit, arg)) })
	}
	wait.Wait()
	last := w.accept(w.another()).Block
	for i, c := range commits {
		if errs[i] != nil {
			w.Fatal(errs[i])
		}
		w.find(c)
	}
	one, other := w.read(first, last), w.read(first, last)
	if !slices.EqualFunc(one, other, func(a, b ledger.Block) bool { return bytes.Equal(a.Hash, b.Hash) }) {
		w.Error("two streams differ")
	}
}

// resumed: a stream that begins in the middle joins on to what was read before
// without a gap, and goes on with what is committed while it waits.
func resumed(w *world) {
	first := w.accept(w.another()).Block
	middle := w.accept(w.another()).Block
	before := w.read(first, middle)
	arg := w.batch(w.another())
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	defer cancel()
	committed := make(chan ledger.Commit, 1)
	go func() {
		c, err := w.ledger.Submit(ctx, call(record.FnSubmit, arg))
		if err != nil {
			w.Error(err)
			cancel()
		}
		committed <- c
	}()
	previous, last := before[len(before)-1], uint64(0)
	for b, err := range w.ledger.Blocks(ctx, middle+1) {
		if err != nil {
			w.Fatal(err)
		}
		if b.Number != previous.Number+1 || !bytes.Equal(b.Previous, previous.Hash) {
			w.Fatalf("block %d does not follow block %d", b.Number, previous.Number)
		}
		if previous = b; slices.ContainsFunc(b.Txs, func(tx ledger.BlockTx) bool { return len(tx.Args) == 1 && bytes.Equal(tx.Args[0], arg) }) {
			last = b.Number
			cancel() // and the stream ends without an error
		}
	}
	if c := <-committed; c.Block != last {
		w.Errorf("the stream has the transaction in block %d, the answer said %d", last, c.Block)
	}
}

func height(w *world) {
	c := w.accept(w.another())
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		h, err := w.ledger.Health(w.soon())
		if err != nil {
			w.Fatal(err)
		}
		if h.Height > c.Block {
			return
		}
		if time.Now().After(end) {
			w.Fatalf("height %d, and block %d was answered", h.Height, c.Block)
		}
	}
}
