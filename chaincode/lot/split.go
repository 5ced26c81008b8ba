package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// split takes new lots out of a lot that the issuer holds; mass is conserved
// to the gram, since each gram taken is a gram of a new lot.
func split(c *state.Case, p *record.Split) error {
	h, err := find(c, p.Lot)
	if err != nil {
		return err
	}
	for _, o := range p.Outputs {
		if err := absent(c, o.Lot); err != nil {
			return err
		}
	}
	if err := h.mustHaveHeld(p.Issuer); err != nil {
		return err
	}
	var total int64
	for _, o := range p.Outputs {
		total += o.Grams
	}
	owner, err := h.owner(p.Issuer, p.Owner, "", total)
	if err != nil {
		return err
	}
	for _, o := range p.Outputs {
		nonFood, err := h.remove(p.Issuer, owner, o.Grams)
		if err != nil {
			return err
		}
		lot := like(newLot(c, p, o.Grams), h.lot)
		inheritNonFood(c, lot, h.lot.NonFood, nonFood)
		create(c, o.Lot, lot, owner, p.Issuer)
		edge(c, o.Lot, p.Lot, o.Grams)
	}
	h.save(c)
	return nil
}

// like gives a lot what stays the same when grain is only divided.
func like(lot, parent *record.LotState) *record.LotState {
	lot.Variety, lot.Nature, lot.Product = parent.Variety, parent.Nature, parent.Product
	lot.HarvestYear, lot.Origin, lot.Purpose = parent.HarvestYear, parent.Origin, parent.Purpose
	return lot
}
