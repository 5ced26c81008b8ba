package index

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"runtime"
	"strconv"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Everything that differs between databases stands in this file and in the
// migrations. Queries use what SQLite and PostgreSQL have in common: $1
// parameters, INSERT ... ON CONFLICT, and text and integers alone.

//go:embed migrations/*.sql
var migrations embed.FS

// Settings of SQLite.
const (
	busyTimeoutMS  = 10_000
	writerCacheKiB = 32 << 10
	readerCacheKiB = 4 << 10
	walPages       = 8_000     // between checkpoints; about 32 MiB
	walBytesKept   = 128 << 20 // of the WAL file after a checkpoint
)

// openWriter opens the one connection that writes. SQLite has one writer at a
// time anyway; a second connection would only wait, and fail in the end.
func openWriter(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, "immediate",
		"journal_mode(WAL)", // readers go on while a block is written
		// In WAL mode NORMAL can lose the last blocks in a power cut but
		// not corrupt the file. The ledger has those blocks: Follow reads
		// them again. So no block here waits for the disk.
		"synchronous(NORMAL)",
		"wal_autocheckpoint("+strconv.Itoa(walPages)+")",
		"journal_size_limit("+strconv.Itoa(walBytesKept)+")",
		"cache_size(-"+strconv.Itoa(writerCacheKiB)+")",
		"foreign_keys(ON)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// openReaders opens the pool of connections that only read.
func openReaders(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, "deferred",
		"query_only(ON)",
		"cache_size(-"+strconv.Itoa(readerCacheKiB)+")"))
	if err != nil {
		return nil, err
	}
	// Queries are work for the processor, not waiting: a few more than
	// there are cores keeps them all busy, and bounds the caches.
	n := max(4, 2*runtime.NumCPU())
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

func dsn(path, lock string, pragmas ...string) string {
	q := url.Values{"_txlock": {lock}}
	q.Add("_pragma", "busy_timeout("+strconv.Itoa(busyTimeoutMS)+")") // first: the others may have to wait
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// Remove deletes the index at path, which must not be open. Where there is
// none, there is nothing to do.
func Remove(path string) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, fmt.Errorf("index: remove: %w", err))
		}
	}
	return errors.Join(errs...)
}

// snapshot makes all reads of a transaction see the same state. A WAL reader
// does so by itself; PostgreSQL asks for sql.LevelRepeatableRead.
var snapshot = sql.TxOptions{ReadOnly: true}

// migrate makes the tables of a new file. A file of another version is not
// changed: everything in it is in the blocks, from which it is built again.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	known := p.ListSources()
	version, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	if last := known[len(known)-1].Version; version != 0 && version != last {
		return fmt.Errorf("%w: the tables have version %d, this program knows %d: delete the file and let it be built again",
			ErrVersion, version, last)
	}
	_, err = p.Up(ctx)
	return err
}
