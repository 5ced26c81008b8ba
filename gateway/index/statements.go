package index

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// statements keeps the prepared statements of a database by their text. The
// texts are constants of this package, with lists in a few fixed lengths, so
// that there are never many.
type statements struct {
	db *sql.DB
	mu sync.RWMutex
	by map[string]*sql.Stmt
}

func newStatements(db *sql.DB) *statements {
	return &statements{db: db, by: map[string]*sql.Stmt{}}
}

// get is the prepared statement, or nil where there is none yet.
func (s *statements) get(query string) *sql.Stmt {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.by[query]
}

// prepare makes statements. It takes a connection out of the pool: whoever
// calls it while holding one may wait for ever.
func (s *statements) prepare(ctx context.Context, queries []string) error {
	for _, query := range queries {
		if s.get(query) != nil {
			continue
		}
		st, err := s.db.PrepareContext(ctx, query)
		if err != nil {
			return fmt.Errorf("prepare %s: %w", firstLine(query), err)
		}
		if err := s.keep(query, st); err != nil {
			return err
		}
	}
	return nil
}

func (s *statements) keep(query string, st *sql.Stmt) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by[query] != nil {
		return st.Close() // another caller was faster
	}
	s.by[query] = st
	return nil
}

func (s *statements) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.by {
		_ = st.Close() // the database is closed next, which frees them in any case
	}
	clear(s.by)
}

// list is the mark in a query that stands for a list of parameters; its fixed
// parameters come first.
const list = "(@list)"

// listSizes are the lengths that lists are filled up to, by repeating their
// last member. The largest keeps well below the limits of both databases.
var listSizes = [...]int{1, 4, 16, 64, 256}

func listSize(n int) int {
	for _, size := range listSizes {
		if n <= size {
			return size
		}
	}
	return listSizes[len(listSizes)-1]
}

// withList writes out the list of n parameters after fixed ones.
func withList(query string, fixed, n int) string {
	return strings.Replace(query, list, marks(fixed, n), 1)
}

// marks writes ($<fixed+1>,...,$<fixed+n>).
func marks(fixed, n int) string {
	b := make([]byte, 0, 6*n+2)
	b = append(b, '(')
	for i := 1; i <= n; i++ {
		if i > 1 {
			b = append(b, ',')
		}
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(fixed+i), 10)
	}
	return string(append(b, ')'))
}

func firstLine(query string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(query), "\n")
	return line
}
