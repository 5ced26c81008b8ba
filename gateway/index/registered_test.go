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
