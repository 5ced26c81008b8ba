package registry

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// facility registers a depot, warehouse or bin of a registered enterprise.
// That its code begins with its enterprise's was checked with its form.
func facility(c *state.Case, p *record.Facility) error {
	if _, err := subject(c, p.USCC); err != nil {
		return err
	}
	was := state.Get[record.RegisteredFacility](c.View, record.FacilityKey(p.Code))
	if was != nil && was.Kind != p.Kind {
		return record.Refuse(record.NotAuthorised, "%s is registered as a %s", p.Code, was.Kind)
	}
	state.Put(c.View, record.FacilityKey(p.Code), &record.RegisteredFacility{
		Code: p.Code, Name: p.Name, USCC: p.USCC, Kind: p.Kind,
		Lon: p.Lon, Lat: p.Lat, CapacityGrams: p.CapacityGrams, Record: c.ID,
	})
	return nil
}
