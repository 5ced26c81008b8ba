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
}

// Open opens the index in the file at path, and makes it where there is none.
func Open(ctx context.Context, path string, log *slog.Logger) (*Index, error) {
	ix, err := open(ctx, path, log)
	if err != nil {
		return nil, fmt.Errorf("index: open %s: %w", path, err)
	}
	log.Info("index opened", "path", path, "height", ix.Height())
	return ix, nil
}

func open(ctx context.Context, path string, log *slog.Logger) (*Index, error) {
	writer, err := openWriter(path)
	if err != nil {
		return nil, err
	}
	readers, err := openReaders(path)
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	ix := &Index{
		log: log, writer: writer, readers: readers,
		writeStmts: newStatements(writer), readStmts: newStatements(readers),
		gate: newGate(walksAtOnce, walksWaiting, walkPatience), origins: newOriginCache(maxKeptOrigins),
	}
	if err := ix.start(ctx); err != nil {
		return nil, errors.Join(err, ix.Close())
	}
	return ix, nil
}

func (ix *Index) start(ctx context.Context) error {
	if err := migrate(ctx, ix.writer); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	tip, err := readTip(ctx, ix.writer)
	if err != nil {
		return err
	}
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
