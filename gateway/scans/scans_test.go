package scans

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	noon = time.Date(2026, 1, 5, 4, 0, 0, 0, time.UTC) // of Beijing
	rice = Code{"06901234567809", "2026010100"}
)

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type tester interface {
	Helper()
	Fatal(...any)
}

func opened(t tester, path string, k *clock) *Counter {
	t.Helper()
	c, err := Open(context.Background(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c.now = k.now
	return c
}

func scan(t tester, c *Counter, code Code, visitor string) Count {
	t.Helper()
	n, err := c.Scan(context.Background(), code, visitor)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestScans(t *testing.T) {
	path, k := filepath.Join(t.TempDir(), "scans.db"), &clock{at: noon}
	c := opened(t, path, k)
	for i, step := range []struct {
		after   time.Duration
		visitor string
		want    int64
	}{
		{0, "a", 1},
		{0, "a", 1},
		{0, "b", 2},
		{59 * time.Minute, "a", 2},             // within the hour
		{2 * time.Minute, "c", 3},              // a new window begins
		{0, "a", 3},                            // and still knows the last one
		{2 * time.Hour, "a", 4},                // long after
		{24 * time.Hour, "a", 5},               // another day
		{48 * time.Hour, "d", 6},               //
		{7*time.Hour + 59*time.Minute, "d", 7}, // 19:59 + … is the next day in Beijing, the same in London
		{30 * time.Minute, strings.Repeat("x", 9999), 8},
	} {
		k.pass(step.after)
		n := scan(t, c, rice, step.visitor)
		if n.Total != step.want || !n.First.Equal(noon) {
			t.Errorf("step %d: %d since %s, want %d", i, n.Total, n.First, step.want)
		}
	}
	if n := scan(t, c, Code{rice.GTIN, "2026010101"}, "a"); n.Total != 1 || !n.First.Equal(k.now()) {
		t.Errorf("another batch: %+v", n)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = opened(t, path, k)
	defer c.Close()
	n, err := c.Count(t.Context(), rice)
	if err != nil || n.Total != 8 || !n.First.Equal(noon) {
		t.Errorf("after a restart: %+v, %v", n, err)
	}
	days, err := c.Days(t.Context(), rice, 10)
	sum := int64(0)
	for _, d := range days {
		sum += d.Total
	}
	if err != nil || sum != 8 || days[len(days)-1].Day != "2026-01-05" {
		t.Errorf("days %v, %v", days, err)
	}
	if never, err := c.Count(t.Context(), Code{"1", "2"}); err != nil || never.Total != 0 || !never.First.IsZero() {
		t.Errorf("a code that was never scanned: %+v, %v", never, err)
	}
}

// A scan is on disk a second after it came, without an orderly end.
func TestDurableWithinASecond(t *testing.T) {
	dir := t.TempDir()
	c := opened(t, filepath.Join(dir, "scans.db"), &clock{at: noon})
	defer c.Close()
	for i := range 100 {
		scan(t, c, rice, fmt.Sprint(i))
	}
	time.Sleep(2 * FlushAfter)
	// What a killed process would leave: the files as they are now.
	left := t.TempDir()
	for _, name := range []string{"scans.db", "scans.db-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(left, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	after := opened(t, filepath.Join(left, "scans.db"), &clock{at: noon})
	defer after.Close()
	if n, err := after.Count(t.Context(), rice); err != nil || n.Total != 100 {
		t.Errorf("%+v, %v", n, err)
	}
}

// Nothing of a visitor reaches the disk.
func TestNothingOfAVisitorIsKept(t *testing.T) {
	dir := t.TempDir()
	c := opened(t, filepath.Join(dir, "scans.db"), &clock{at: noon})
	scan(t, c, rice, "198.51.100.77 SomePhone/1.0")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("198.51.100")) || bytes.Contains(b, []byte("SomePhone")) {
			t.Errorf("%s has the visitor", e.Name())
		}
	}
}

// Many at once, over more codes than are kept in memory: none is lost.
func TestManyAtOnce(t *testing.T) {
	path, k := filepath.Join(t.TempDir(), "scans.db"), &clock{at: noon}
	c := opened(t, path, k)
	const codes, people = 50, 40
	var all sync.WaitGroup
	for p := range people {
		all.Go(func() {
			for i := range codes {
				if _, err := c.Scan(context.Background(), Code{"G", fmt.Sprint(i)}, fmt.Sprint(p)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = opened(t, path, k)
	defer c.Close()
	for i := range codes {
		if n, err := c.Count(t.Context(), Code{"G", fmt.Sprint(i)}); err != nil || n.Total != people {
			t.Errorf("code %d: %+v, %v", i, n, err)
		}
	}
}

// What is counted is what a plain list of visits says, whenever the process
// was ended in between.
func TestScansAreWhatCame(t *testing.T) {
	dir := t.TempDir()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		path, k := filepath.Join(dir, fmt.Sprint(run)), &clock{at: noon}
		c := opened(t, path, k)
		want := map[Code]int64{}
		for i := range rapid.IntRange(1, 30).Draw(t, "visits") {
			code := Code{"G", rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "batch")}
			want[code]++
			if n := scan(t, c, code, fmt.Sprint(i)); n.Total != want[code] {
				t.Fatalf("%v: %d, want %d", code, n.Total, want[code])
			}
			if rapid.IntRange(0, 9).Draw(t, "ends") == 0 {
				if err := c.Close(); err != nil {
					t.Fatal(err)
				}
				c = opened(t, path, k)
			}
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// The memory of visits is bounded: when it is full it begins anew, and the
// counts go on.
func TestVisitsAreBounded(t *testing.T) {
	v := newVisitors()
	for i := range 3*MaxVisits + 5 {
		if v.seen(noon, rice, fmt.Sprint(i)) {
			t.Fatalf("visitor %d was never here", i)
		}
	}
	if n := len(v.now.seen) + len(v.before.seen); n > 2*MaxVisits {
		t.Errorf("%d visits are remembered", n)
	}
	if !v.seen(noon, rice, fmt.Sprint(3*MaxVisits)) {
		t.Error("the last visitors are forgotten")
	}
}

// A disk that fails loses nothing that comes before it works again.
func TestFailedWriteIsTriedAgain(t *testing.T) {
	path, k := filepath.Join(t.TempDir(), "scans.db"), &clock{at: noon}
	c := opened(t, path, k)
	if _, err := c.file.db.Exec(`ALTER TABLE day RENAME TO gone`); err != nil {
		t.Fatal(err)
	}
	scan(t, c, rice, "a")
	if c.flush() {
		t.Fatal("written into a table that is not there")
	}
	scan(t, c, rice, "b")
	if _, err := c.file.db.Exec(`ALTER TABLE gone RENAME TO day`); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = opened(t, path, k)
	defer c.Close()
	if n, err := c.Count(t.Context(), rice); err != nil || n.Total != 2 {
		t.Errorf("%+v, %v", n, err)
	}
}
