package service

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/record"
)

func TestSchedules(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	from := at("2025-12-31T23:59:30Z") // a Wednesday
	for name, c := range map[string]struct {
		schedule schedule
		want     string
	}{
		"every minute":        {schedule{Second: "0"}, "2026-01-01T00:00:00Z"},
		"every ten seconds":   {schedule{Second: "0,10,20,30,40,50"}, "2025-12-31T23:59:40Z"},
		"at six":              {schedule{Minute: "0", Hour: "6"}, "2026-01-01T06:00:00Z"},
		"on a Monday":         {schedule{Minute: "0", Hour: "0", DayOfWeek: "1"}, "2026-01-05T00:00:00Z"},
		"on work days":        {schedule{Minute: "15", Hour: "8", DayOfWeek: "[1-5]"}, "2026-01-01T08:15:00Z"},
		"on a leap day":       {schedule{Minute: "0", Hour: "0", DayOfMonth: "29", Month: "2"}, "2028-02-29T00:00:00Z"},
		"in other zones, too": {schedule{Minute: "[30-31]"}, "2026-01-01T00:30:00Z"},
	} {
		set, err := c.schedule.read()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := set.next(from.In(time.FixedZone("", 8*3600))); !got.Equal(at(c.want)) {
			t.Errorf("%s: %v", name, got)
		}
	}
	for name, s := range map[string]schedule{
		"empty": {}, "hour 24": {Hour: "24"}, "no number": {Minute: "x"}, "backwards": {Hour: "[5-1]"}, "open": {Hour: "[5"}, "day 0": {DayOfMonth: "0"}, "signs": {Hour: "1;2"},
	} {
		if _, err := s.read(); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	set, err := schedule{DayOfMonth: "30", Month: "2"}.read()
	if err != nil || !set.next(from).IsZero() {
		t.Errorf("the 30th of February comes: %v", err)
	}
}

// TestNextIsTheFirst: no allowed second lies between a time and the next.
func TestNextIsTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := schedule{Second: rapid.SampledFrom([]string{"", "5", "[10-12],40"}).Draw(t, "second"), Minute: rapid.SampledFrom([]string{"", "7", "[0-2]"}).Draw(t, "minute"), Hour: "[0-23]"}
		set, err := s.read()
		if err != nil {
			t.Fatal(err)
		}
		from := time.Unix(rapid.Int64Range(1.7e9, 1.8e9).Draw(t, "from"), 0).UTC()
		next := set.next(from)
		allowed := func(at time.Time) bool {
			return set.second&(1<<at.Second()) != 0 && set.minute&(1<<at.Minute()) != 0
		}
		if !next.After(from) || !allowed(next) {
			t.Fatal(from, next)
		}
		for at := from.Add(time.Second); at.Before(next); at = at.Add(time.Second) {
			if allowed(at) {
				t.Fatalf("%v comes before %v", at, next)
			}
		}
	})
}

// TestNoWayInside: addresses that only this machine or its network reaches are
// not public, and a name that leads there is not connected to.
func TestNoWayInside(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "255.255.255.255": false, "224.0.0.1": false, "::1": false, "::": false, "fe80::1": false, "fc00::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "198.18.0.1": false,
		"fec0::1": false, "::7f00:1": false, "2001:0:7f00:1::": false, "2001:20::1": false, "2001:db8::1": false, "3fff::1": false, "100::1": false,
		"64:ff9b:1::1": false, "5f00::1": false, "fe80::1%eth0": false, "ff02::1": false, "192.88.99.1": false, "100.100.100.200": false,
		"2001:4860:4860::8888": true,
		"1.1.1.1":              true, "202.96.0.1": true, "2400:3200::1": true,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	key, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{opt: Options{Key: key}}
	for _, dest := range []string{server.URL, strings.Replace(server.URL, "127.0.0.1", "localhost", 1)} {
		err := s.post(context.Background(), newHookClient(false), dest+"/secret", []byte("{}"))
		if !errors.Is(err, errTarget) || asked {
			t.Errorf("%s: %v", dest, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the destination: %v", err)
		}
	}
	if err := s.post(context.Background(), newHookClient(true), server.URL, []byte("{}")); err != nil || !asked {
		t.Errorf("loopback where it is allowed: %v", err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := false
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere = true }))
	defer target.Close()
	server := httptest.NewServer(http.RedirectHandler(target.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	key, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{opt: Options{Key: key}}
	if err := s.post(context.Background(), newHookClient(true), server.URL, []byte("{}")); err == nil || elsewhere {
		t.Errorf("followed: %v %v", elsewhere, err)
	}
}

func TestPausesGrowAndEnd(t *testing.T) {
	last := time.Duration(0)
	for n := 1; n <= 100; n++ {
		p := pause(n)
		if p < last || p > mostPause || p < firstPause {
			t.Fatalf("after %d failures %v, before %v", n, p, last)
		}
		last = p
	}
	if last != mostPause {
		t.Error(last)
	}
}

// TestAnOldFile: a file of the first version gets what it lacks, keeps what it
// has, and lets go of what has long been suspended.
func TestAnOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epcis.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	at := time.UnixMilli(1_800_000_000_000)
	week := at.Add(-suspendedKept).UnixMilli()
	for _, line := range []string{
		`CREATE TABLE query (name TEXT PRIMARY KEY, created INTEGER NOT NULL, params TEXT NOT NULL)`,
		`CREATE TABLE subscription (id TEXT PRIMARY KEY, query TEXT NOT NULL REFERENCES query (name), created INTEGER NOT NULL,
			dest TEXT NOT NULL, schedule TEXT NOT NULL, empty INTEGER NOT NULL, cursor INTEGER NOT NULL, due INTEGER NOT NULL,
			failures INTEGER NOT NULL DEFAULT 0, suspended INTEGER NOT NULL DEFAULT 0, delivered INTEGER NOT NULL DEFAULT 0)`,
		`CREATE TABLE capture (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0,
			behaviour TEXT NOT NULL, events INTEGER NOT NULL, job TEXT NOT NULL, places TEXT NOT NULL, errors TEXT NOT NULL)`,
		`INSERT INTO query VALUES ('q', 1, 'eventType=ObjectEvent')`,
		fmt.Sprintf(`INSERT INTO subscription (id, query, created, dest, schedule, empty, cursor, due, suspended) VALUES
			('long', 'q', 1, 'd', '', 0, 0, %d, 1), ('short', 'q', 1, 'd', '', 0, 0, %d, 1), ('at work', 'q', 1, 'd', '', 0, 0, %d, 0)`, week-1, week, week-1),
		`PRAGMA user_version = 1`,
	} {
		if _, err := db.Exec(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to do
		st, err := openStore(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		s := &Service{store: st}
		if err := s.forgetSuspended(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		n, err := st.count(t.Context(), `SELECT count(*) FROM subscription WHERE id <> 'long' AND peer = ''`)
		all, err2 := st.count(t.Context(), `SELECT count(*) FROM subscription`)
		queries, err3 := st.count(t.Context(), `SELECT count(*) FROM query WHERE secret = '' AND peer = ''`)
		if err := errors.Join(err, err2, err3, st.db.Close()); err != nil || n != 2 || all != 2 || queries != 1 {
			t.Errorf("%d of %d subscriptions, %d queries, %v", n, all, queries, err)
		}
	}
}

// TestCapturesAreBounded: who sends documents without end pushes out its own
// jobs, and what a job keeps of a document's faults is bounded.
func TestCapturesAreBounded(t *testing.T) {
	st, err := openStore(t.Context(), filepath.Join(t.TempDir(), "epcis.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.db.Close()
	fill := func(peer string, n int) {
		_, err := st.exec(t.Context(), `WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ?)
			INSERT INTO capture (id, created, behaviour, events, job, places, errors, peer) SELECT ? || '/' || n, 1000, '', 1, '', '', '', ? FROM c`, n, peer, peer)
		if err == nil {
			err = st.forgetCaptures(t.Context(), peer, 1000)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want := func(where string, want int64) {
		t.Helper()
		if n, err := st.count(t.Context(), `SELECT count(*) FROM capture WHERE `+where); err != nil || n != want {
			t.Errorf("%s: %d, not %d, %v", where, n, want, err)
		}
	}
	fill("first", 3)
	fill("greedy", keptCapturesPerPeer+7)
	want(`peer = 'greedy'`, keptCapturesPerPeer)
	want(`id = 'greedy/7'`, 0)
	want(`id = 'greedy/8'`, 1)
	want(`peer = 'first'`, 3)
	for i := range keptCaptures / keptCapturesPerPeer {
		fill(fmt.Sprint("one of many ", i), keptCapturesPerPeer)
	}
	want(`1`, keptCaptures)
	want(`peer = 'first'`, 0)
	if err := st.forgetCaptures(t.Context(), "", 1001); err != nil {
		t.Fatal(err)
	}
	want(`1`, 0)

	kept, more := keep(slices.Repeat([]captureError{{Field: strings.Repeat("字", 1000), Detail: strings.Repeat("x", 5000)}}, keptErrors+9))
	if len(kept) != keptErrors || more != 9 || len(kept[0].Field) > keptText+3 || len(kept[0].Detail) > keptText+3 || !utf8.ValidString(kept[0].Field) {
		t.Errorf("%d and %d more: %d and %d bytes", len(kept), more, len(kept[0].Field), len(kept[0].Detail))
	}
}
