package service

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"

	_ "modernc.org/sqlite" // the database/sql driver "sqlite"
)

// store is the service's file. Times are Unix milliseconds.
type store struct{ db *sql.DB }

const schema = `
CREATE TABLE IF NOT EXISTS capture (
	seq       INTEGER PRIMARY KEY AUTOINCREMENT,
	id        TEXT NOT NULL UNIQUE,
	created   INTEGER NOT NULL,
	finished  INTEGER NOT NULL DEFAULT 0,
	behaviour TEXT NOT NULL,
	events    INTEGER NOT NULL,
	job       TEXT NOT NULL, -- of the gateway's queue; empty where nothing was submitted
	places    TEXT NOT NULL, -- of the submitted events in their document
	errors    TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS query (
	name    TEXT PRIMARY KEY,
	created INTEGER NOT NULL,
	params  TEXT NOT NULL -- as in an address
);
CREATE TABLE IF NOT EXISTS subscription (
	id        TEXT PRIMARY KEY,
	query     TEXT NOT NULL REFERENCES query (name),
	created   INTEGER NOT NULL,
	dest      TEXT NOT NULL,
	schedule  TEXT NOT NULL,  -- JSON; empty for a stream
	empty     INTEGER NOT NULL, -- whether to report that there is nothing
	cursor    INTEGER NOT NULL, -- number of the last record that was looked at
	due       INTEGER NOT NULL,
	failures  INTEGER NOT NULL DEFAULT 0, -- since the last success
	suspended INTEGER NOT NULL DEFAULT 0,
	delivered INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS subscription_due ON subscription (due) WHERE suspended = 0;
CREATE INDEX IF NOT EXISTS subscription_query ON subscription (query);
PRAGMA user_version = 1;
`

// openStore opens the file, and makes it where there is none. A change is on
// disk when its statement returns.
func openStore(ctx context.Context, path string) (*store, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // destinations may hold secrets
	if err != nil {
		return nil, fmt.Errorf("epcis: open %s: %w", path, err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("epcis: open %s: %w", path, err)
	}
	q := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "secure_delete(ON)", "foreign_keys(ON)"}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, fmt.Errorf("epcis: open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(fmt.Errorf("epcis: open %s: %w", path, err), db.Close())
	}
	return &store{db}, nil
}

func (s *store) exec(ctx context.Context, query string, args ...any) (int64, error) {
	r, err := s.db.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// count reads one number.
func (s *store) count(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = s.db.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}
