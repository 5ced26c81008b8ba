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
	errors    TEXT NOT NULL,
	more      INTEGER NOT NULL DEFAULT 0, -- errors that were not kept
	peer      TEXT NOT NULL DEFAULT ''    -- whose share it counts to
);
CREATE INDEX IF NOT EXISTS capture_peer ON capture (peer, seq);
CREATE INDEX IF NOT EXISTS capture_created ON capture (created);
CREATE TABLE IF NOT EXISTS query (
	name    TEXT PRIMARY KEY,
	created INTEGER NOT NULL,
	params  TEXT NOT NULL, -- as in an address
	secret  TEXT NOT NULL DEFAULT '', -- SM3 of what lets one delete it; empty: nobody may
	peer    TEXT NOT NULL DEFAULT ''  -- whose share it counts to
);
CREATE TABLE IF NOT EXISTS subscription (
	id        TEXT PRIMARY KEY,
	query     TEXT NOT NULL REFERENCES query (name),
	created   INTEGER NOT NULL,
	dest      TEXT NOT NULL,
	schedule  TEXT NOT NULL,  -- JSON; empty for a stream
	empty     INTEGER NOT NULL, -- whether to report that there is nothing
	cursor    INTEGER NOT NULL, -- number of the last record that was looked at
	due       INTEGER NOT NULL, -- where it is suspended, since when
	failures  INTEGER NOT NULL DEFAULT 0, -- since the last success
	suspended INTEGER NOT NULL DEFAULT 0,
	delivered INTEGER NOT NULL DEFAULT 0,
	peer      TEXT NOT NULL DEFAULT '' -- whose share it counts to
);
CREATE INDEX IF NOT EXISTS subscription_due ON subscription (due) WHERE suspended = 0;
CREATE INDEX IF NOT EXISTS subscription_query ON subscription (query);
PRAGMA user_version = 2;
`

// upgrade brings a file of the first version up to the schema.
const upgrade = `
ALTER TABLE capture ADD COLUMN more INTEGER NOT NULL DEFAULT 0;
ALTER TABLE capture ADD COLUMN peer TEXT NOT NULL DEFAULT '';
ALTER TABLE query ADD COLUMN secret TEXT NOT NULL DEFAULT '';
ALTER TABLE query ADD COLUMN peer TEXT NOT NULL DEFAULT '';
ALTER TABLE subscription ADD COLUMN peer TEXT NOT NULL DEFAULT '';
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
	if err := prepare(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("epcis: open %s: %w", path, err), db.Close())
	}
	return &store{db}, nil
}

// prepare makes the tables, in whole or not at all.
func prepare(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to take back
	var version int
	if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return err
	}
	if version == 1 {
		if _, err := tx.ExecContext(ctx, upgrade); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	return tx.Commit()
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

// room tells whether a table takes one more row from a peer: nil, errFull or
// errShare. Whoever fills its share leaves the rest to others.
func (s *store) room(ctx context.Context, table, peer string, most, mostOfPeer int64) error {
	all, err := s.count(ctx, `SELECT count(*) FROM `+table)
	if err != nil {
		return err
	}
	own, err := s.count(ctx, `SELECT count(*) FROM `+table+` WHERE peer = ?`, peer)
	switch {
	case err != nil:
		return err
	case own >= mostOfPeer:
		return errShare
	case all >= most:
		return errFull
	}
	return nil
}

// forgetCaptures forgets jobs from before a time, and the oldest beyond what is
// kept of a peer and of all.
func (s *store) forgetCaptures(ctx context.Context, peer string, before int64) error {
	_, err1 := s.exec(ctx, `DELETE FROM capture WHERE created < ?`, before)
	_, err2 := s.exec(ctx, `DELETE FROM capture WHERE peer = ? AND seq <= (SELECT seq FROM capture WHERE peer = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
		peer, peer, keptCapturesPerPeer)
	_, err3 := s.exec(ctx, `DELETE FROM capture WHERE seq <= (SELECT seq FROM capture ORDER BY seq DESC LIMIT 1 OFFSET ?)`, keptCaptures)
	return errors.Join(err1, err2, err3)
}
