package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// DefaultSchema is the schema of an index in PostgreSQL whose URL names none.
const DefaultSchema = "grainledger"

// postgres is an index in a schema of its own of a PostgreSQL database.
type postgres struct {
	config *pgx.ConnConfig
	schema string
}

// IsPostgres tells a URL of PostgreSQL from the path of a file.
func IsPostgres(place string) bool {
	return strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://")
}

// newPostgres reads a URL. Its search_path names the schema: with one for each
// gateway, several can share a database.
func newPostgres(url string) (*postgres, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err) // pgx leaves the password out
	}
	schema := config.RuntimeParams["search_path"]
	switch {
	case schema == "":
		schema = DefaultSchema
	case schema == "public", strings.HasPrefix(schema, "pg_"), strings.ContainsAny(schema, `," $`):
		return nil, fmt.Errorf("index: search_path %q: the index needs one schema of its own, for it is dropped as a whole", schema)
	}
	config.RuntimeParams["search_path"] = quoted(schema)
	config.RuntimeParams["application_name"] = "grainledger-index"
	return &postgres{config, schema}, nil
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

func (p *postgres) String() string {
	return fmt.Sprintf("postgres://%s/%s schema %s",
		net.JoinHostPort(p.config.Host, strconv.Itoa(int(p.config.Port))), p.config.Database, p.schema)
}

// writer opens one connection, which holds the lock of the schema for as long
// as it lives: two gateways that wrote one index would each hide the other's
// mistakes.
func (p *postgres) writer(ctx context.Context) (*sql.DB, error) {
	config := p.config.Copy()
	// As with SQLite, a crash may lose the last blocks: the ledger has them.
	config.RuntimeParams["synchronous_commit"] = "off"
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(p.lock))
	db.SetMaxOpenConns(1)
	if err := p.makeSchema(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// lockName is the first half of the key of the lock; the schema is the second.
const lockName = "grainledger index"

// A server needs a moment to notice that the connection of a gateway that was
// just ended has gone.
const (
	lockPatience  = 2 * time.Second
	lockLookAgain = 50 * time.Millisecond
)

func (p *postgres) lock(ctx context.Context, conn *pgx.Conn) error {
	for end := time.Now().Add(lockPatience); ; time.Sleep(lockLookAgain) {
		var free bool
		err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtext($1), hashtext($2))", lockName, p.schema).Scan(&free)
		switch {
		case err != nil || free:
			return err
		case time.Now().After(end):
			return fmt.Errorf("%w: another gateway writes %s", ErrInUse, p)
		}
	}
}

// makeSchema asks first: whoever may use a schema need not be allowed to make
// one.
func (p *postgres) makeSchema(ctx context.Context, db *sql.DB) error {
	exists, err := p.exists(ctx, db)
	if err != nil || exists {
		return err
	}
	_, err = db.ExecContext(ctx, "CREATE SCHEMA "+quoted(p.schema))
	return err
}

func (p *postgres) exists(ctx context.Context, db *sql.DB) (exists bool, err error) {
	err = db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", p.schema).Scan(&exists)
	return exists, err
}

func (p *postgres) readers() (*sql.DB, error) {
	config := p.config.Copy()
	config.RuntimeParams["default_transaction_read_only"] = "on"
	db := stdlib.OpenDB(*config)
	// The server may be another machine: some wait for it while others work.
	n := max(8, 4*runtime.NumCPU())
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

func (*postgres) snapshot() sql.TxOptions {
	return sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
}

// remove drops the schema while it holds its lock.
func (p *postgres) remove(ctx context.Context) error {
	db := stdlib.OpenDB(*p.config, stdlib.OptionAfterConnect(p.lock))
	db.SetMaxOpenConns(1)
	_, err := db.ExecContext(ctx, "DROP SCHEMA IF EXISTS "+quoted(p.schema)+" CASCADE")
	return errors.Join(err, db.Close())
}

// spoilt: the server keeps its files in order, and says so where it cannot.
func (*postgres) spoilt(error) bool { return false }

func (*postgres) dialect() goose.Dialect { return goose.DialectPostgres }

// words: numbers of SQLite's INTEGER keys have 64 bits, text is ordered by its
// bytes, and every table is kept as PostgreSQL keeps tables.
func (*postgres) words() *strings.Replacer {
	return strings.NewReplacer(
		" WITHOUT ROWID", "",
		"INTEGER PRIMARY KEY", "BIGINT PRIMARY KEY",
		" TEXT", ` TEXT COLLATE "C"`,
	)
}
