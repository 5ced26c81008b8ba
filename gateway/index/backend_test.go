package index

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/grainledger/grainledger/gateway/index/indextest"
)

// backend is the database that the tests run on.
var backend string

const (
	onSQLite   = "SQLite"
	onPostgres = "PostgreSQL"
)

// server is the PostgreSQL server of these tests.
var server *indextest.Server

// TestMain runs all tests twice, on SQLite and on a PostgreSQL server that it
// starts. Benchmarks run on SQLite, or with -postgres on PostgreSQL.
func TestMain(m *testing.M) {
	bench := flag.Bool("postgres", false, "run benchmarks on PostgreSQL")
	flag.Parse()
	code := 0
	for _, b := range []string{onSQLite, onPostgres} {
		measured := flag.Lookup("test.bench").Value.String() != ""
		if measured && *bench != (b == onPostgres) {
			continue
		}
		code = max(code, runOn(m, b))
	}
	os.Exit(code)
}

func runOn(m *testing.M, on string) int {
	backend = on
	fmt.Println("on", on)
	if on == onSQLite {
		return m.Run()
	}
	var err error
	if server, err = indextest.Start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if err := server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// newPlace is where an index can be made: a file with an awkward name, or a
// schema.
func newPlace(t testing.TB) string {
	if backend == onSQLite {
		return filepath.Join(t.TempDir(), "a ?name%20.db")
	}
	place := server.Fresh()
	t.Cleanup(func() {
		if err := Remove(context.Background(), place); err != nil {
			t.Error(err)
		}
	})
	return place
}
