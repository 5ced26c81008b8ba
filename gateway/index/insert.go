package index

import (
	"context"
	"strings"
)

// rowsPerInsert is how many rows one statement takes where there are many. A
// statement costs a few microseconds beside the rows, so a block of records
// wants few of them; more rows than this gain nothing any more.
const rowsPerInsert = 16

// insertion is an INSERT for one row and for many.
type insertion struct {
	columns   int
	one, many string
}

// insertInto writes the statements. A tail says what to do about a row that
// is there already.
func insertInto(table, columns, tail string) insertion {
	n := strings.Count(columns, ",") + 1
	head := "INSERT INTO " + table + " (" + columns + ") VALUES "
	rows := make([]string, rowsPerInsert)
	for i := range rows {
		rows[i] = marks(i*n, n)
	}
	return insertion{
		columns: n,
		one:     head + rows[0] + " " + tail,
		many:    head + strings.Join(rows, ",") + " " + tail,
	}
}

// insert writes n rows; row appends the values of row i.
func (w *writer) insert(ctx context.Context, into insertion, n int, row func(args []any, i int) []any) error {
	args := make([]any, 0, rowsPerInsert*into.columns)
	for i := 0; i < n; {
		query, rows := into.one, 1
		if n-i >= rowsPerInsert {
			query, rows = into.many, rowsPerInsert
		}
		args = args[:0]
		for range rows {
			args = row(args, i)
			i++
		}
		if err := w.exec(ctx, query, args...); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) exec(ctx context.Context, query string, args ...any) error {
	st, err := w.stmt(ctx, query)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(ctx, args...)
	return err
}
