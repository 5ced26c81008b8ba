package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// store puts grain that the issuer holds into one of its own bins. The grain
// may be another party's (代储).
func store(c *state.Case, p *record.Store) error {
	h, err := find(c, p.Lot)
	if err != nil {
		return err
	}
	f, b, err := ownBin(c, p.Bin)
	if err != nil {
		return err
	}
	if err := h.mustHaveHeld(p.Issuer); err != nil {
		return err
	}
	hint := ""
	if b.Grams > 0 {
		hint = b.Owner
	}
	owner, err := h.owner(p.Issuer, p.Owner, hint, p.Grams)
	if err != nil && !tooLittle(err) {
		return err
	}
	if err := fits(b, owner, h.lot); err != nil {
		return err // goes before too little
	}
	if err != nil {
		return err
	}
	nonFood, err := h.remove(p.Issuer, owner, p.Grams)
	if err != nil {
		return err
	}
	if b.Grams == 0 {
		beginEpoch(b, owner, h.lot, p.OccurredAt)
	}
	mixNonFood(c, b, h.lot.NonFood, nonFood)
	if err := deposit(c, b, p.Lot, p.Grams, p.OccurredAt); err != nil {
		return err
	}
	if f.CapacityGrams > 0 && b.Grams > f.CapacityGrams {
		c.Flag(record.FlagOverCapacity)
	}
	h.save(c)
	saveBin(c, b)
	return nil
}
