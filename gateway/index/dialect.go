package index

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
)

// Everything that differs between databases stands in sqlite.go and
// postgres.go. Queries and migrations use what both have in common: $1
// parameters, INSERT ... ON CONFLICT, and text and integers alone.

//go:embed migrations/*.sql
var migrations embed.FS

// database is the place of an index, and what its kind does its own way.
type database interface {
	// String is the place as logs and errors show it, without a password.
	String() string
	// writer opens the one connection that writes. Nobody else writes the
	// index while it is open, or the error is ErrInUse.
	writer(ctx context.Context) (*sql.DB, error)
	// readers opens the pool of connections that only read.
	readers() (*sql.DB, error)
	// snapshot makes all reads of a transaction see the same state.
	snapshot() sql.TxOptions
	// remove deletes the index; where there is none, there is nothing to do.
	remove(ctx context.Context) error
	// spoilt tells whether an error of Open can mean that what is stored is
	// broken, beside those errors that say so on any database.
	spoilt(err error) bool
	// dialect is goose's name for the kind.
	dialect() goose.Dialect
	// words are those of the migrations that the kind has others for; nil
	// for none.
	words() *strings.Replacer
}

// databaseAt reads a place: the path of an SQLite file, or the URL of a
// PostgreSQL database.
func databaseAt(place string) (database, error) {
	if IsPostgres(place) {
		return newPostgres(place)
	}
	return sqlite{place}, nil
}

// Remove deletes the index at a place, which must not be open: nothing in it
// is lost, it is built again from the blocks. Where there is none, there is
// nothing to do.
func Remove(ctx context.Context, place string) error {
	db, err := databaseAt(place)
	if err != nil {
		return err
	}
	if err := db.remove(ctx); err != nil {
		return fmt.Errorf("index: remove %s: %w", db, err)
	}
	return nil
}

// Spoilt tells whether the index at a place is what Open or Apply complained
// of, so that building it again helps. A database that cannot be reached, or
// that another gateway writes, is not spoilt.
func Spoilt(place string, err error) bool {
	for _, known := range []error{ErrVersion, ErrOtherChain, ErrAhead, ErrGap} {
		if errors.Is(err, known) {
			return true
		}
	}
	db, bad := databaseAt(place)
	return bad == nil && db.spoilt(err)
}

// migrate makes the tables of a new index. One of another version is not
// changed: everything in it is in the blocks, from which it is built again.
func migrate(ctx context.Context, d database, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	if w := d.words(); w != nil {
		files = translated{files, w}
	}
	p, err := goose.NewProvider(d.dialect(), db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	known := p.ListSources()
	version, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	if last := known[len(known)-1].Version; version != 0 && version != last {
		return fmt.Errorf("%w: the tables have version %d, this program knows %d: drop the index and let it be built again",
			ErrVersion, version, last)
	}
	_, err = p.Up(ctx)
	return err
}

// translated is migrations in the words of another database.
type translated struct {
	fs.FS
	words *strings.Replacer
}

func (t translated) Open(name string) (fs.File, error) {
	f, err := t.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return translatedFile{f, strings.NewReader(t.words.Replace(string(raw)))}, nil
}

type translatedFile struct {
	fs.File
	text io.Reader
}

func (f translatedFile) Read(b []byte) (int, error) { return f.text.Read(b) }
