package made

import (
	"bytes"
	"slices"
	"testing"
)

// reasons are those that the import format speaks of.
var reasons = []string{"bad_uscc", "future_time", "lot_exists", "bad_quantity", "insufficient_quantity",
	"weight_mismatch", "unknown_lot", "not_for_food", "mixed_bin", "not_custodian", "not_owner", "no_inspection",
	"more_than_shipped", "mass_balance", "duplicate", "ref_conflict", "not_authorised"}

var options = Options{Seed: 7, Rows: 2500, Depots: 3, Bins: 3, Mills: 2, Faults: 30}

func TestSameOptionsMakeTheSameSeason(t *testing.T) {
	a, b := New(options), New(options)
	for name, table := range a.tables {
		x, errA := table.encode(true)
		y, errB := b.tables[name].encode(true)
		if errA != nil || errB != nil || !bytes.Equal(x, y) {
			t.Errorf("%s differs: %v, %v", name, errA, errB)
		}
	}
	if !slices.Equal(a.Refused(), b.Refused()) {
		t.Error("the verdicts differ")
	}
}

// A season is no test unless it holds what is hard: every reason, deep
// mixtures, bins that are emptied and filled again.
func TestSeasonHoldsWhatIsHard(t *testing.T) {
	s := New(options)
	count := map[string]int{}
	for _, v := range s.Refused() {
		count[v.Reason]++
	}
	for _, r := range reasons {
		if count[r] < 3 {
			t.Errorf("%s was planted %d times", r, count[r])
		}
	}
	for i, f := range new(world).faults() {
		if s.tried[i] == 0 {
			t.Errorf("fault %d of the list (%s) was never planted", i, f.reason)
		}
	}
	deepest, retail, nonFood, partly, onWay := 0, 0, 0, 0, 0
	for _, l := range s.Lots {
		sum := 0.0
		for _, share := range l.Origins {
			sum += share
		}
		deepest = max(deepest, len(l.Origins))
		if l.Retail {
			retail++
		}
		if l.NonFood {
			nonFood++
		}
		if sum > 0.01 && sum < 0.99 {
			partly++
		}
		owned, held := int64(0), l.OnWay
		for _, p := range l.Parts {
			owned += p.Owned
			held += p.Custom
			if p.Owned < 0 || p.Custom < 0 {
				t.Errorf("%s: %+v", l.ID, p)
			}
		}
		if owned != held {
			t.Errorf("%s: %d g owned, %d g in custody or on their way", l.ID, owned, held)
		}
		if l.OnWay > 0 {
			onWay++
		}
		if sum > 1+1e-9 {
			t.Errorf("%s: shares sum to %f", l.ID, sum)
		}
	}
	t.Logf("%d rows, reasons %v; %d retail lots, %d non-food, %d in part of unknown origin, at most %d origins",
		s.Rows(), count, retail, nonFood, partly, deepest)
	t.Logf("%d lots on their way in the end, %d sales on the way, %d losses on the way that others share", onWay, s.soldOnWay, s.sharedLosses)
	if onWay < 5 || s.soldOnWay < 20 || s.sharedLosses < 2 || s.sharedLosses > s.soldOnWay {
		t.Error("too little happens on the way")
	}
	if deepest < 10 || retail < 20 || nonFood < 10 || partly < 5 {
		t.Error("too easy a season")
	}
}
