package registry

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// enterprise registers an enterprise of the regulator's division, or changes
// what is registered about it. A change must be allowed both where the
// enterprise was and where it goes.
func enterprise(c *state.Case, p *record.Enterprise) error {
	if !Covers(c.Issuer.Division, p.Division) {
		return outside(c, p.Division)
	}
	was := state.Get[record.RegisteredEnterprise](c.View, record.EnterpriseKey(p.USCC))
	if was != nil && !Covers(c.Issuer.Division, was.Division) {
		return outside(c, was.Division)
	}
	if p.USCC == c.Root.USCC && c.Issuer.USCC != c.Root.USCC {
		return record.Refuse(record.NotAuthorised, "only the root itself changes what is registered about it")
	}
	if p.USCC == c.Root.USCC && (p.Kind != record.KindRegulator || p.Division != c.Root.Division) {
		return record.Refuse(record.NotAuthorised, "the root stays a regulator of division %s", c.Root.Division)
	}
	if !record.InnerCheckHolds(p.USCC) {
		c.Flag(record.FlagInnerCheck)
	}
	state.Put(c.View, record.EnterpriseKey(p.USCC), &record.RegisteredEnterprise{
		USCC: p.USCC, Name: p.Name, Kind: p.Kind, Division: p.Division,
		Lon: p.Lon, Lat: p.Lat, Record: c.ID,
	})
	return nil
}
