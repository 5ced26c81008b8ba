// Package scans counts how often the code of a retail batch was scanned, so
// that a shopper can tell a code that was copied onto other bags: it keeps
// when it was first scanned, how often in all, and how often on each day.
//
// It keeps nothing about who scanned. That a phone was here a moment ago is
// known for an hour or two, in memory alone and as a hash under a salt that is
// drawn anew every hour and written nowhere.
//
// The counts are no part of the ledger and cannot be made again from it, so
// they have a file of their own beside the jobs: the index may be dropped.
package scans

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

// Code is what a QR code names.
type Code struct{ GTIN, Batch string }

// Count is what is known about the scans of a code.
type Count struct {
	First time.Time // zero where it was never scanned
	Total int64
}

// file is the SQLite file. What add has returned from is on disk.
type file struct{ db *sql.DB }

// The keys are what pages ask for, so a count is found without a walk however
// many codes there are.
const schema = `
CREATE TABLE IF NOT EXISTS code (
	gtin  TEXT NOT NULL,
	batch TEXT NOT NULL,
	first INTEGER NOT NULL, -- Unix seconds
	total INTEGER NOT NULL,
	PRIMARY KEY (gtin, batch)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS day (
	gtin  TEXT NOT NULL,
	batch TEXT NOT NULL,
	day   TEXT NOT NULL, -- of Beijing
	total INTEGER NOT NULL,
	PRIMARY KEY (gtin, batch, day)
) WITHOUT ROWID;
PRAGMA user_version = 1;
`

func openFile(ctx context.Context, path string) (*file, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	pragmas := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)"}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+pragmas.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // SQLite has one writer, and reads here are short
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &file{db}, nil
}

const (
	readCode = `SELECT first, total FROM code WHERE gtin = ? AND batch = ?`
	readDays = `SELECT day, total FROM day WHERE gtin = ? AND batch = ? ORDER BY day DESC LIMIT ?`
	addCode  = `INSERT INTO code (gtin, batch, first, total) VALUES (?, ?, ?, ?)
		ON CONFLICT (gtin, batch) DO UPDATE SET total = total + excluded.total, first = min(first, excluded.first)`
	addDay = `INSERT INTO day (gtin, batch, day, total) VALUES (?, ?, ?, ?)
		ON CONFLICT (gtin, batch, day) DO UPDATE SET total = total + excluded.total`
)

func (f *file) read(ctx context.Context, c Code) (Count, error) {
	var first, total int64
	err := f.db.QueryRowContext(ctx, readCode, c.GTIN, c.Batch).Scan(&first, &total)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Count{}, nil
	case err != nil:
		return Count{}, err
	}
	return Count{First: time.Unix(first, 0).UTC(), Total: total}, nil
}

// Day is how often a code was scanned on a day of Beijing.
type Day struct {
	Day   string // 2006-01-02
	Total int64
}

func (f *file) days(ctx context.Context, c Code, limit int) (list []Day, err error) {
	rows, err := f.db.QueryContext(ctx, readDays, c.GTIN, c.Batch, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var d Day
		if err := rows.Scan(&d.Day, &d.Total); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// add writes what came since the last time, all of it or nothing.
func (f *file) add(ctx context.Context, batch map[Code]*fresh) error {
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for c, n := range batch {
		for day, total := range n.days {
			if _, err := tx.ExecContext(ctx, addDay, c.GTIN, c.Batch, day, total); err != nil {
				return errors.Join(fmt.Errorf("scans of %s: %w", day, err), tx.Rollback())
			}
		}
		if _, err := tx.ExecContext(ctx, addCode, c.GTIN, c.Batch, n.first.Unix(), n.total); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}
