package e2e

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// verdict is one line of an import report.
type verdict struct{ file, row, ref, verdict, reason string }

func (v verdict) place() string { return v.file + ":" + v.row }

func readReport(t *testing.T, path string) []verdict {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) == 0 || !slices.Equal(lines[0], []string{"file", "row", "ref", "verdict", "reason"}) {
		t.Fatalf("header of the report: %v", lines)
	}
	var all []verdict
	for _, l := range lines[1:] {
		all = append(all, verdict{l[0], l[1], l[2], l[3], l[4]})
	}
	return all
}

// importSeason imports a directory and returns the report.
func (g *gateway) importSeason(dir string) []verdict {
	g.t.Helper()
	report := filepath.Join(g.t.TempDir(), "report.csv")
	g.grainctl("import", dir, "--keys", g.keys(), "--report", report, "--quiet")
	return readReport(g.t, report)
}

// sameVerdicts compares two reports as sets.
func sameVerdicts(t *testing.T, got, want []verdict) {
	t.Helper()
	diffs := 0
	differ := func(format string, args ...any) {
		if diffs++; diffs <= 20 {
			t.Errorf(format, args...)
		}
	}
	at := map[string]verdict{}
	for _, v := range want {
		at[v.place()] = v
	}
	for _, v := range got {
		w, ok := at[v.place()]
		switch {
		case !ok:
			differ("%s %s is %s (%s), and should be accepted", v.place(), v.ref, v.verdict, v.reason)
		case v != w:
			differ("%s: %v, want %v", v.place(), v, w)
		}
		delete(at, v.place())
	}
	for _, w := range at {
		differ("%s %s is accepted, and should be %s (%s)", w.place(), w.ref, w.verdict, w.reason)
	}
	if diffs > 20 {
		t.Errorf("and %d more", diffs-20)
	}
}

// refusedAgain checks a second import: of rows rows those that were accepted
// are duplicates, and those that were refused are refused.
func refusedAgain(t *testing.T, rows map[string]int, first, second []verdict) {
	t.Helper()
	before := map[string]string{}
	for _, v := range first {
		before[v.place()] = v.verdict
	}
	after := map[string]string{}
	for _, v := range second {
		after[v.place()] = v.verdict
	}
	for file, n := range rows {
		for row := 2; row < n+2; row++ {
			place := fmt.Sprintf("%s:%d", file, row)
			want := before[place]
			if want == "" {
				want = "duplicate"
			}
			if after[place] != want {
				t.Errorf("%s: %q the second time, want %q", place, after[place], want)
			}
		}
	}
}

// rowNumber is the row of the nth line after the header.
func rowNumber(n int) string { return strconv.Itoa(n + 2) }

// countRows counts the rows of each file of a season.
func countRows(t *testing.T, dir string) map[string]int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if name := filepath.Base(path); name != "expected.csv" {
			rows[name] = len(lines) - 1
		}
	}
	return rows
}
