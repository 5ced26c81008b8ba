package index

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Follow reads the ledger's blocks into the index until ctx is done or
// something fails, and goes on where the index ends. It begins with the last
// block that the index has, so that another chain shows even before there is
// a new block. ErrOtherChain and ErrAhead leave it to the caller to wait, or
// to delete the file.
func (ix *Index) Follow(ctx context.Context, l ledger.Ledger) error {
	have := ix.Height()
	health, err := l.Health(ctx)
	if err != nil {
		return fmt.Errorf("index: follow: %w", err)
	}
	if health.Height < have {
		return fmt.Errorf("%w: %d blocks read, the ledger has %d", ErrAhead, have, health.Height)
	}
	ix.log.Info("index follows", "from", have, "ledger", health.Height)
	for b, err := range l.Blocks(ctx, have-min(have, 1)) {
		if err != nil {
			return fmt.Errorf("index: follow: %w", err)
		}
		if err := ix.Apply(ctx, b); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Apply reads one block into the index, all of it or nothing. A block that
// was read before is checked and changes nothing.
func (ix *Index) Apply(ctx context.Context, b ledger.Block) error {
	c, err := decodeBlock(b)
	if err != nil {
		return fmt.Errorf("index: block %d: %w", b.Number, err)
	}
	ix.applying.Lock()
	defer ix.applying.Unlock()
	height, err := ix.apply(ctx, c)
	if err != nil {
		return fmt.Errorf("index: block %d: %w", b.Number, err)
	}
	ix.height.advance(height)
	return nil
}

// apply answers the height after c. A block takes some milliseconds: it is
// not broken off in the middle.
func (ix *Index) apply(ctx context.Context, c *changes) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	ctx = context.WithoutCancel(ctx)
	tx, err := ix.writer.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	w := &writer{reader: newReader(tx, ix.writeStmts), changes: c}
	if err := w.apply(ctx); err != nil {
		return 0, errors.Join(err, tx.Rollback())
	}
	ix.facts.begin()
	if err := tx.Commit(); err != nil {
		ix.facts.lost()
		return 0, err
	}
	ix.facts.end(w.nodes, c.showsEverywhere() || w.turned, w.tip.records)
	ix.origins.forget(w.cut())
	return w.tip.height(), w.stmts.prepare(ctx, w.missed)
}

func (w *writer) apply(ctx context.Context) (err error) {
	if w.tip, err = readTip(ctx, w.tx); err != nil {
		return err
	}
	if w.changes.block.Number < w.tip.height() {
		return checkKnown(ctx, w.tx, w.changes.block)
	}
	if err := w.tip.precedes(w.changes.block); err != nil {
		return err
	}
	return w.write(ctx)
}

// tip is the row of the last block: where the index stands, and its counters.
type tip struct {
	any    bool
	number uint64
	hash   string
	time   string
	counters
}

// counters are sums over all blocks read.
type counters struct {
	txs, records, lots, mixes, edges, retail, sequence int64
}

func (t *tip) height() uint64 {
	if !t.any {
		return 0
	}
	return t.number + 1
}

// precedes tells whether b is the block that comes next.
func (t *tip) precedes(b ledger.Block) error {
	if b.Number != t.height() {
		return fmt.Errorf("%w: have %d blocks", ErrGap, t.height())
	}
	if t.any && hex.EncodeToString(b.Previous) != t.hash {
		return fmt.Errorf("%w: the block follows on %x, the last block read is %s", ErrOtherChain, b.Previous, t.hash)
	}
	return nil
}

const tipQuery = `SELECT number, hash, time, txs, records, lots, mixes, edges, retail, sequence
	FROM block ORDER BY number DESC LIMIT 1`

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readTip(ctx context.Context, q queryer) (tip, error) {
	t := tip{any: true}
	err := q.QueryRowContext(ctx, tipQuery).Scan(t.fields()...)
	if errors.Is(err, sql.ErrNoRows) {
		return tip{}, nil
	}
	return t, err
}

func (t *tip) fields() []any {
	return []any{&t.number, &t.hash, &t.time, &t.txs, &t.records, &t.lots, &t.mixes, &t.edges, &t.retail, &t.sequence}
}

// checkKnown compares a block with the one that was read under its number.
func checkKnown(ctx context.Context, tx *sql.Tx, b ledger.Block) error {
	var hash string
	err := tx.QueryRowContext(ctx, `SELECT hash FROM block WHERE number = $1`, int64(b.Number)).Scan(&hash)
	if err != nil {
		return err
	}
	if known, err := hex.DecodeString(hash); err != nil || !bytes.Equal(known, b.Hash) {
		return fmt.Errorf("%w: block %x was read before as %s", ErrOtherChain, b.Hash, hash)
	}
	return nil
}
