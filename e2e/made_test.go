package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/grainledger/grainledger/e2e/made"
)

// Seasons that were made for the purpose: what the ledger says of each row,
// lot and bin is what a second opinion says.
func TestMadeSeasons(t *testing.T) { eachLedger(t, madeSeasons) }

func madeSeasons(t *testing.T, on ledgerKind) {
	seasons := []made.Options{
		{Seed: 1, Rows: 300, Depots: 2, Bins: 3, Mills: 1, Faults: 25},
		{Seed: 2, Rows: 900, Depots: 3, Bins: 3, Mills: 2, Faults: 30, Chinese: true},
		{Seed: 3, Rows: 900, Depots: 1, Bins: 2, Mills: 2, Faults: 15},
		{Seed: 4, Rows: 1200, Depots: 4, Bins: 4, Mills: 3, Faults: 40, Chinese: true},
		// Here what is lost on the way falls on several who bought meanwhile.
		{Seed: 116, Rows: 1500, Depots: 2, Bins: 3, Mills: 1, Faults: 25},
		{Seed: 119, Rows: 1500, Depots: 5, Bins: 3, Mills: 4, Faults: 25},
		{Seed: 5, Rows: 6000, Depots: 6, Bins: 6, Mills: 4, Faults: 10},
	}
	if on != onEmbedded {
		seasons = seasons[:2] // the same contract decides; a channel adds nothing to seasons but time
	}
	for _, o := range seasons {
		t.Run(fmt.Sprintf("seed %d, %d rows", o.Seed, o.Rows), func(t *testing.T) {
			s := made.New(o)
			dir := t.TempDir()
			if err := s.Write(dir, o.Chinese); err != nil {
				t.Fatal(err)
			}
			g := start(t, on.newPlace(t))
			sameVerdicts(t, g.importSeason(dir), expected(s))
			checkLots(t, g, s)
			checkBins(t, g, s)
		})
	}
}

func expected(s *made.Season) []verdict {
	var all []verdict
	for _, v := range s.Refused() {
		all = append(all, verdict{v.File, strconv.Itoa(v.Row), v.Ref, v.Verdict, v.Reason})
	}
	return all
}

// checkLots compares every lot: what it stems from, whether it may be eaten,
// and who owns and holds how much of it.
func checkLots(t *testing.T, g *gateway, s *made.Season) {
	t.Helper()
	for _, want := range s.Lots {
		sameShares(t, want.ID, g.origins(want.ID), want.Origins)
		var lot lotAnswer
		g.get("/v1/lots/"+want.ID, &lot)
		if lot.Retail != want.Retail || (lot.NonFood != "") != want.NonFood {
			t.Errorf("%s: retail %t, non-food %q", want.ID, lot.Retail, lot.NonFood)
		}
		if lot.OnWay != want.OnWay {
			t.Errorf("%s: %d g on their way, want %d", want.ID, lot.OnWay, want.OnWay)
		}
		var parts []made.Part
		for _, p := range lot.Parts {
			if p.Owned+p.NonFood > 0 || p.Held > 0 {
				parts = append(parts, made.Part{Party: p.Party, Owned: p.Owned + p.NonFood, Custom: p.Held})
			}
		}
		if !slices.Equal(parts, want.Parts) {
			t.Errorf("%s: parts %v, want %v", want.ID, parts, want.Parts)
		}
		if t.Failed() {
			return // the first lot tells enough
		}
	}
}

func checkBins(t *testing.T, g *gateway, s *made.Season) {
	t.Helper()
	for _, want := range s.Bins {
		b := g.bin(want.Code)
		if got := g.binGrams(want.Code); got != want.Grams {
			t.Errorf("bin %s: %d g, want %d", want.Code, got, want.Grams)
		}
		sameShares(t, "bin "+want.Code, b.Origins, want.Origins)
	}
}
