package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// reader asks questions inside one transaction, so that all parts of an
// answer stem from the same height.
type reader struct {
	tx     *sql.Tx
	stmts  *statements
	bound  map[string]*sql.Stmt // statements on the connection of the transaction
	missed []string             // statements to prepare when the transaction is over
}

func newReader(tx *sql.Tx, stmts *statements) reader {
	return reader{tx: tx, stmts: stmts, bound: map[string]*sql.Stmt{}}
}

// read runs f on a snapshot of the index.
func (ix *Index) read(ctx context.Context, what string, f func(r *reader) error) error {
	err := ix.inSnapshot(ctx, f)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%w: %s", ErrNotFound, what)
	case err != nil:
		return fmt.Errorf("read %s: %w", what, err)
	}
	return nil
}

func (ix *Index) inSnapshot(ctx context.Context, f func(r *reader) error) error {
	snapshot := ix.database.snapshot()
	tx, err := ix.readers.BeginTx(ctx, &snapshot)
	if err != nil {
		return err
	}
	r := newReader(tx, ix.readStmts)
	if err := errors.Join(f(&r), tx.Rollback()); err != nil {
		return err
	}
	return r.stmts.prepare(ctx, r.missed)
}

// stmt is the prepared statement, on the connection of the transaction. One
// that is used for the first time is prepared for this transaction alone, and
// for all others after it: doing so now would need a second connection, and
// when all callers hold one and want another, none gets it.
func (r *reader) stmt(ctx context.Context, query string) (st *sql.Stmt, err error) {
	if st := r.bound[query]; st != nil {
		return st, nil
	}
	if known := r.stmts.get(query); known != nil {
		st = r.tx.StmtContext(ctx, known)
	} else {
		r.missed = append(r.missed, query)
		st, err = r.tx.PrepareContext(ctx, query)
	}
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", firstLine(query), err)
	}
	r.bound[query] = st
	return st, nil
}

// one reads the only row of a query; sql.ErrNoRows where there is none.
func (r *reader) one(ctx context.Context, query string, args []any, into ...any) error {
	st, err := r.stmt(ctx, query)
	if err != nil {
		return err
	}
	return st.QueryRowContext(ctx, args...).Scan(into...)
}

// each calls scan for every row.
func (r *reader) each(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	st, err := r.stmt(ctx, query)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// eachIn runs a query with a list in it as often as the length of keys asks
// for, and calls scan for every row.
func eachIn[K any](ctx context.Context, r *reader, query string, fixed []any, keys []K, scan func(*sql.Rows) error) error {
	for len(keys) > 0 {
		size := listSize(len(keys))
		n := min(size, len(keys))
		args := append(make([]any, 0, len(fixed)+size), fixed...)
		for i := range size {
			args = append(args, keys[min(i, n-1)])
		}
		if err := r.each(ctx, withList(query, len(fixed), size), args, scan); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}
