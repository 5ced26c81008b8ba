package index

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// onServer skips tests that are about PostgreSQL's own ways while the others
// run on SQLite.
func onServer(t *testing.T) {
	t.Helper()
	if backend != onPostgres {
		t.Skip("about PostgreSQL")
	}
}

// TestOneGatewayWrites: a second gateway is refused until the first has gone,
// and then finds what the first has written.
func TestOneGatewayWrites(t *testing.T) {
	onServer(t)
	c := newChain(t)
	season(c, 2)
	place := newPlace(t)
	first := openAt(t, place)
	apply(t, first, c.blocks...)
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	if _, err := Open(ctx, place, log); !errors.Is(err, ErrInUse) || Spoilt(place, err) {
		t.Errorf("a second one is told %v", err)
	}
	if err := Remove(ctx, place); !errors.Is(err, ErrInUse) {
		t.Errorf("who drops it while it is written is told %v", err)
	}
	openAt(t, newPlace(t)) // another schema is another index
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if second := openAt(t, place); second.Height() != 2 {
		t.Errorf("height %d", second.Height())
	}
}

// TestWriterThatLostItsConnection: it takes the lock again with the next one.
func TestWriterThatLostItsConnection(t *testing.T) {
	onServer(t)
	c := newChain(t)
	season(c, 2)
	place := newPlace(t)
	ix := openAt(t, place)
	apply(t, ix, c.blocks[0])
	var pid int
	if err := ix.writer.QueryRow("SELECT pg_backend_pid()").Scan(&pid); err != nil {
		t.Fatal(err)
	}
	if _, err := ix.readers.Exec("SELECT pg_terminate_backend($1)", pid); err != nil {
		t.Fatal(err)
	}
	for try := 0; ; try++ { // the first finds out that the connection has gone
		err := ix.Apply(context.Background(), c.blocks[1])
		if err == nil {
			break
		}
		if try == 3 {
			t.Fatal(err)
		}
	}
	if _, err := Open(context.Background(), place, ix.log); !errors.Is(err, ErrInUse) {
		t.Errorf("the lock is lost: %v", err)
	}
}

func TestPlacesOfPostgres(t *testing.T) {
	onServer(t)
	for _, place := range []string{
		"postgres://u@h/d?search_path=public", "postgres://u@h/d?search_path=a,b", "postgres://u@h/d?search_path=pg_x", "postgres://u@h:x/d",
	} {
		if _, err := databaseAt(place); err == nil {
			t.Errorf("%s is taken", place)
		}
	}
	db, err := databaseAt("postgres://u:secret@h:99/d?search_path=mill")
	if err != nil {
		t.Fatal(err)
	}
	if s := db.String(); s != "postgres://h:99/d schema mill" {
		t.Errorf("shown as %s", s)
	}
	place := "postgres://u:secret@127.0.0.1:1/d"
	_, err = Open(context.Background(), place, slog.New(slog.DiscardHandler))
	if err == nil || strings.Contains(err.Error(), "secret") || Spoilt(place, err) {
		t.Errorf("no server: %v", err)
	}
}

// TestDroppedAndBuiltAgain: what is built again from the blocks is the same.
func TestDroppedAndBuiltAgain(t *testing.T) {
	c := newChain(t)
	season(c, 3)
	place := newPlace(t)
	ix := openAt(t, place)
	apply(t, ix, c.blocks...)
	before := dump(t, ix)
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing
		if err := Remove(context.Background(), place); err != nil {
			t.Fatal(err)
		}
	}
	ix = openAt(t, place)
	if ix.Height() != 0 {
		t.Fatalf("height %d after it was dropped", ix.Height())
	}
	apply(t, ix, c.blocks...)
	sameRows(t, dump(t, ix), before)
}

func sameRows(t *testing.T, got, want map[string][]string) {
	t.Helper()
	for table, rows := range want {
		if strings.Join(got[table], "\n") != strings.Join(rows, "\n") {
			t.Errorf("%s differs", table)
		}
	}
}
