package index

import (
	"context"
	"testing"

	"github.com/grainledger/grainledger/record"
)

// What is registered is found by its codes, and what is not is left out.
func TestRegistered(t *testing.T) {
	c := newChain(t)
	c.enterprise(depot, "Depot Two")
	c.facility(bin[:18], "001", record.FacilityDepot)
	c.block()
	ix := indexed(t, c)
	ctx := context.Background()
	found, err := ix.Enterprises(ctx, []string{depot, "nobody"})
	if err != nil || len(found) != 1 || found[depot].Name != "Depot Two" {
		t.Errorf("%+v, %v", found, err)
	}
	sites, err := ix.Facilities(ctx, []string{bin[:21], bin})
	if err != nil || len(sites) != 1 || sites[bin[:21]].Kind != record.FacilityDepot {
		t.Errorf("%+v, %v", sites, err)
	}
	if none, err := ix.Enterprises(ctx, nil); err != nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
}

// What is registered shows on pages of lots that have nothing to do with the
// block that registers it: none that was made before is shown again.
func TestRegistrationsShowEverywhere(t *testing.T) {
	c := newChain(t)
	c.harvest("H1", 1000)
	c.block()
	ix := indexed(t, c)
	ctx := context.Background()
	for _, change := range []struct {
		name  string
		do    func()
		shows func() bool
	}{
		{"an enterprise", func() { c.enterprise(farm, "Farm Two") }, func() bool {
			found, err := ix.Enterprises(ctx, []string{farm})
			return err == nil && found[farm].Name == "Farm Two"
		}},
		{"a depot", func() { c.facility(bin[:18], "001", record.FacilityDepot) }, func() bool {
			found, err := ix.Facilities(ctx, []string{bin[:21]})
			return err == nil && found[bin[:21]].Kind == record.FacilityDepot
		}},
		{"a harvest of another lot", func() { c.harvest("H2", 10) }, nil},
	} {
		moment := ix.Moment()
		change.do()
		take(t, ix, c)
		if ix.Unchanged(moment, []string{"H1"}) != (change.shows == nil) {
			t.Errorf("%s: a page made before is shown again: %t", change.name, change.shows != nil)
		}
		if change.shows != nil && !change.shows() {
			t.Errorf("%s is not found", change.name)
		}
	}
}
