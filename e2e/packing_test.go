package e2e

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/grainledger/grainledger/e2e/made"
)

// Rows are decided as if one after another, however they are packed into
// requests, transactions and blocks.
func TestPackingDecidesNothing(t *testing.T) {
	s := made.New(made.Options{Seed: 11, Rows: 400, Depots: 2, Bins: 2, Mills: 1, Faults: 30})
	dir := t.TempDir()
	if err := s.Write(dir, false); err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{
		{"--batch-records", "1", "--batch-linger", "1ms"},
		{"--batch-records", "7", "--in-flight", "8"},
		{"--batch-records", "400", "--in-flight", "1"},
		{"--batch-bytes", "20000"},
	} {
		t.Run(fmt.Sprint(flags), func(t *testing.T) {
			g := start(t, onEmbedded.newPlace(t), flags...)
			sameVerdicts(t, g.importSeason(dir), expected(s))
			checkLots(t, g, s)
			checkBins(t, g, s)
		})
	}
}

// Several people import the same files at once. Each row is accepted for one
// of them at most, and grain is neither made nor lost.
func TestImportsAtOnce(t *testing.T) { eachLedger(t, importsAtOnce) }

func importsAtOnce(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	g.grainctl("import", seasonA, "--keys", g.keys(), "--quiet") // so that keys are there
	s := made.New(made.Options{Seed: 12, Rows: on.fewer(500), Depots: 2, Bins: 3, Mills: 1})
	dir := t.TempDir()
	if err := s.Write(dir, false); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			r := run(t, "", "import", dir, "--gateway", g.url, "--keys", g.keys(), "--quiet", "--batch", "40")
			r.has(t, "import beside others", 0)
		})
	}
	wait.Wait()
	last := g.importSeason(dir)
	if accepted := s.Rows() - len(last); accepted != 0 {
		t.Errorf("%d rows had been accepted for nobody", accepted)
	}
	if i := slices.IndexFunc(last, func(v verdict) bool { return v.verdict == "rejected" && !registry(v.file) }); i >= 0 {
		t.Errorf("a row that is right was refused: %v", last[i])
	}
	checkLots(t, g, s)
	checkBins(t, g, s)
}

// registry tells whether a file is one of those with planted faults in every
// season.
func registry(file string) bool { return file == "enterprise.csv" || file == "facility.csv" }
