package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	_ "modernc.org/sqlite" // the database/sql driver "sqlite"
)

// Store is the file of the queue. An answer of a method that writes means
// that the change is on disk: SQLite runs with synchronous=FULL. What is
// deleted is overwritten, because sealed parts are in here.
type Store struct {
	db    *sql.DB
	broom *broom
}

const schema = `
CREATE TABLE IF NOT EXISTS jobs (
	seq      INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival
	id       TEXT NOT NULL UNIQUE,
	records  INTEGER NOT NULL,
	bytes    INTEGER NOT NULL,
	received INTEGER NOT NULL,          -- Unix milliseconds
	decided  INTEGER NOT NULL DEFAULT 0, -- 0 while not decided
	body     BLOB,                      -- the submissions; NULL once decided
	results  BLOB                       -- the receipts; NULL until decided
);
CREATE INDEX IF NOT EXISTS jobs_open ON jobs (seq) WHERE decided = 0;
CREATE INDEX IF NOT EXISTS jobs_decided ON jobs (decided) WHERE decided > 0;
CREATE TABLE IF NOT EXISTS owners ( -- of jobs that an enterprise sent while it was logged in
	seq  INTEGER PRIMARY KEY, -- of the job
	uscc TEXT NOT NULL,
	name TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS owners_uscc ON owners (uscc, seq);
CREATE TABLE IF NOT EXISTS seals (
	record TEXT NOT NULL,
	part   TEXT NOT NULL,
	issuer TEXT NOT NULL,
	ref    TEXT NOT NULL,
	body   BLOB NOT NULL,
	kept   INTEGER NOT NULL, -- Unix milliseconds
	due    INTEGER NOT NULL,
	tries  INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (record, part)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seals_due ON seals (due);
PRAGMA user_version = 1;
`

// OpenStore opens the file, and makes it where there is none.
func OpenStore(ctx context.Context, path string) (*Store, error) {
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("jobs: open %s: %w", path, err)
	}
	pragmas := url.Values{"_pragma": {
		"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "secure_delete(ON)",
	}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+pragmas.Encode())
	if err != nil {
		return nil, fmt.Errorf("jobs: open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1) // SQLite has one writer, and reads here are short
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(fmt.Errorf("jobs: open %s: %w", path, err), db.Close())
	}
	s := &Store{db: db}
	s.broom = newBroom(s.sweep)
	if err := s.sweep(ctx); err != nil { // what a killed process left
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// touch makes the file with a mode that keeps others out; SQLite gives its
// journal the same mode.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// Close closes the file.
func (s *Store) Close() error {
	s.broom.stop()
	return s.db.Close()
}

// load counts the jobs that are not decided, and their bytes.
func (s *Store) load(ctx context.Context) (jobs int, bytes int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(bytes), 0) FROM jobs WHERE decided = 0`).Scan(&jobs, &bytes)
	return jobs, bytes, err
}

// insert makes a job durable, with its owner where it has one, and gives its
// place in the order of arrival.
func (s *Store) insert(ctx context.Context, id string, owner Owner, records int, body []byte, now time.Time) (int64, error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	r, err := tx.ExecContext(ctx, `INSERT INTO jobs (id, records, bytes, received, body) VALUES (?, ?, ?, ?, ?)`,
		id, records, len(body), now.UnixMilli(), body)
	if err != nil {
		return 0, err
	}
	seq, err := r.LastInsertId()
	if err != nil {
		return 0, err
	}
	if owner.USCC != "" {
		if _, err := tx.ExecContext(ctx, `INSERT INTO owners (seq, uscc, name) VALUES (?, ?, ?)`, seq, owner.USCC, owner.Name); err != nil {
			return 0, err
		}
	}
	return seq, tx.Commit()
}

// openJob is a job that is not decided.
type openJob struct {
	seq   int64
	bytes int64
	body  []byte
}

// nextOpen is the first job behind seq that is not decided; false where there
// is none.
func (s *Store) nextOpen(ctx context.Context, seq int64) (openJob, bool, error) {
	var j openJob
	err := s.db.QueryRowContext(ctx,
		`SELECT seq, bytes, body FROM jobs WHERE decided = 0 AND seq > ? ORDER BY seq LIMIT 1`, seq).Scan(&j.seq, &j.bytes, &j.body)
	if errors.Is(err, sql.ErrNoRows) {
		return j, false, nil
	}
	return j, err == nil, err
}

// decide writes a job's results and forgets its records.
func (s *Store) decide(ctx context.Context, seq int64, results []byte, now time.Time) error {
	_, err := s.db.ExecContext(ctx, `UPDATE jobs SET decided = ?, results = ?, body = NULL WHERE seq = ?`,
		now.UnixMilli(), results, seq)
	s.broom.dirty()
	return err
}

// row is a job as it is kept.
type row struct {
	seq               int64
	id                string
	records           int
	received, decided int64
	results           []byte
	owner             Owner
}

const jobColumns = `SELECT j.seq, j.id, j.records, j.received, j.decided, coalesce(o.uscc, ''), coalesce(o.name, '')`

func (r *row) scan(scan func(...any) error, more ...any) error {
	return scan(append([]any{&r.seq, &r.id, &r.records, &r.received, &r.decided, &r.owner.USCC, &r.owner.Name}, more...)...)
}

func (s *Store) get(ctx context.Context, id string) (row, error) {
	var r row
	err := r.scan(s.db.QueryRowContext(ctx, jobColumns+`, j.results FROM jobs j LEFT JOIN owners o ON o.seq = j.seq WHERE j.id = ?`, id).Scan, &r.results)
	if errors.Is(err, sql.ErrNoRows) {
		return r, ErrNotFound
	}
	return r, err
}

// list gives jobs of an owner before a place, the newest first, without their
// results.
func (s *Store) list(ctx context.Context, uscc string, before int64, limit int) ([]row, error) {
	rows, err := s.db.QueryContext(ctx, jobColumns+` FROM owners o JOIN jobs j ON j.seq = o.seq
		WHERE o.uscc = ? AND o.seq < ? ORDER BY o.seq DESC LIMIT ?`, uscc, before, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var list []row
	for rows.Next() {
		var r row
		if err := r.scan(rows.Scan); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// prune deletes what was decided before a time.
func (s *Store) prune(ctx context.Context, before time.Time) (int64, error) {
	r, err := s.db.ExecContext(ctx, `DELETE FROM jobs WHERE decided > 0 AND decided < ?`, before.UnixMilli())
	if err != nil {
		return 0, err
	}
	if _, err := s.db.ExecContext(ctx, `DELETE FROM owners WHERE seq NOT IN (SELECT seq FROM jobs)`); err != nil {
		return 0, err
	}
	return r.RowsAffected()
}
