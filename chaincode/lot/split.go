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
	owner, lack := h.owner(p.Issuer, p.Owner, "", total)
	if lack != nil && !tooLittle(lack) {
		return lack
	}
	if err := mayMove(c, p.Lot, h.lot.Marks, ""); err != nil {
		return err
	}
	if lack != nil {
		return lack
	}
	for _, o := range p.Outputs {
		unfit, err := h.remove(p.Issuer, owner, o.Grams)
		if err != nil {
			return err
		}
		drew(c, unfit)
		lot := like(newLot(c, p, o.Grams), h.lot)
		inherit(c, p, o.Lot, lot, h.lot.Marks, unfit)
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

// undoSplit gives the parts back to the lot that they were taken out of.
func undoSplit(c *state.Case, o *original, p *record.Split) bool {
	from, err := find(c, p.Lot)
	if err != nil {
		return false
	}
	parts := o.allIntact(c, lotsOf(p.Outputs), from.lot.Marks)
	if parts == nil {
		return false
	}
	for i, h := range parts {
		o.restore(from, h.soleOwner(), p.Issuer, p.Outputs[i].Grams, i)
		o.unmake(c, h, p.Lot)
	}
	from.save(c)
	return true
}
