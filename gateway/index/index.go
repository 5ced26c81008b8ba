package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
)

// Index is the read model. All methods may be called from many goroutines at
// once; blocks are applied one at a time.
type Index struct {
	log        *slog.Logger
	database   database
	writer     *sql.DB
	readers    *sql.DB
	writeStmts *statements
	readStmts  *statements
	applying   sync.Mutex // one block at a time
	height     height

	// What keeps many questions about the lot graph within bounds.
	gate    *gate
	flights flights
	origins *originCache
	facts   *factCache
}

// Open opens the index at a place, and makes it where there is none: the path
// of an SQLite file, or the URL of a PostgreSQL database (postgres://...). The
// error is ErrInUse where another gateway writes it.
func Open(ctx context.Context, place string, log *slog.Logger) (*Index, error) {
	db, err := databaseAt(place)
	if err != nil {
		return nil, err
	}
	ix, err := open(ctx, db, log)
	if err != nil {
		return nil, fmt.Errorf("index: open %s: %w", db, err)
	}
	log.Info("index opened", "place", db.String(), "height", ix.Height())
	return ix, nil
}

func open(ctx context.Context, db database, log *slog.Logger) (*Index, error) {
	writer, err := db.writer(ctx)
	if err != nil {
		return nil, err
	}
	readers, err := db.readers()
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	ix := &Index{
		log: log, database: db, writer: writer, readers: readers,
		writeStmts: newStatements(writer), readStmts: newStatements(readers),
		gate: newGate(walksAtOnce, walksWaiting, walkPatience), origins: newOriginCache(maxKeptOrigins),
	}
	if err := ix.start(ctx); err != nil {
		return nil, errors.Join(err, ix.Close())
	}
	return ix, nil
}

func (ix *Index) start(ctx context.Context) error {
	if err := migrate(ctx, ix.database, ix.writer); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	tip, err := readTip(ctx, ix.writer)
	if err != nil {
		return err
	}
	ix.facts = newFactCache(maxFactBytes, tip.records)
	ix.height.advance(tip.height())
	return nil
}

// Close ends all use of the index. Those who wait for a height get ErrClosed.
func (ix *Index) Close() error {
	ix.height.close()
	ix.flights.close()
	ix.applying.Lock() // a block that is being written is written whole
	defer ix.applying.Unlock()
	ix.readStmts.close()
	ix.writeStmts.close()
	// The writer goes last: closing the last connection of an SQLite file
	// folds the WAL into it.
	return errors.Join(ix.readers.Close(), ix.writer.Close())
}

// Height is the number of blocks that the index has read.
func (ix *Index) Height() uint64 { return ix.height.now() }

// WaitFor returns when the index has read that many blocks. Whoever has
// written block n and wants to read what it wrote waits for n+1.
func (ix *Index) WaitFor(ctx context.Context, height uint64) error {
	return ix.height.wait(ctx, height)
}
