package index

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Settings of SQLite.
const (
	busyTimeoutMS  = 10_000
	writerCacheKiB = 32 << 10
	readerCacheKiB = 4 << 10
	walPages       = 8_000     // between checkpoints; about 32 MiB
	walBytesKept   = 128 << 20 // of the WAL file after a checkpoint
)

// sqlite is an index in a file.
type sqlite struct{ path string }

func (s sqlite) String() string { return s.path }

// writer opens one connection: SQLite has one writer at a time anyway; a
// second would only wait, and fail in the end.
func (s sqlite) writer(context.Context) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(s.path, "immediate",
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

func (s sqlite) readers() (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(s.path, "deferred",
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

// snapshot: a WAL reader sees one state by itself.
func (sqlite) snapshot() sql.TxOptions { return sql.TxOptions{ReadOnly: true} }

func (s sqlite) remove(context.Context) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(s.path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// spoilt: a file that cannot be read is broken, whatever the error says.
func (sqlite) spoilt(error) bool { return true }

func (sqlite) dialect() goose.Dialect { return goose.DialectSQLite3 }

func (sqlite) words() *strings.Replacer { return nil }
