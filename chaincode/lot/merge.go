package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// merge makes one lot of several of the same owner, variety and nature. What
// goes in comes out, to the gram.
func merge(c *state.Case, p *record.Merge) error {
	in, err := findAll(c, p.Inputs)
	if err != nil {
		return err
	}
	if err := absent(c, p.Output.Lot); err != nil {
		return err
	}
	owner, lack := commonOwner(p, in)
	if lack != nil && !tooLittle(lack) {
		return lack
	}
	for _, h := range in[1:] {
		if h.lot.Variety != in[0].lot.Variety || h.lot.Nature != in[0].lot.Nature || h.lot.Product != in[0].lot.Product {
			return record.Refuse(record.MixedLot, "%s differs from %s in variety, nature or product", h.id, in[0].id)
		}
	}
	if err := allMayMove(c, in); err != nil {
		return err
	}
	if lack != nil {
		return lack
	}
	lot := like(newLot(c, p, p.Output.Grams), in[0].lot)
	var sum int64
	for i, h := range in {
		grams := p.Inputs[i].Grams
		unfit, err := h.remove(p.Issuer, owner, grams)
		if err != nil {
			return err
		}
		drew(c, unfit)
		inherit(c, p, p.Output.Lot, lot, h.lot.Marks, unfit)
		lot.Purpose = same(lot.Purpose, h.lot.Purpose)
		lot.HarvestYear = same(lot.HarvestYear, h.lot.HarvestYear)
		lot.Origin = same(lot.Origin, h.lot.Origin)
		sum += grams
		h.save(c)
		edge(c, p.Output.Lot, h.id, grams)
	}
	if sum != p.Output.Grams {
		return record.Refuse(record.MassBalance, "inputs are %d g, the output is %d g", sum, p.Output.Grams)
	}
	create(c, p.Output.Lot, lot, owner, p.Issuer)
	return nil
}

func findAll(c *state.Case, list []record.Amount) ([]*held, error) {
	out := make([]*held, len(list))
	for i, a := range list {
		h, err := find(c, a.Lot)
		if err != nil {
			return nil, err
		}
		out[i] = h
	}
	return out, nil
}

func allMayMove(c *state.Case, in []*held) error {
	for _, h := range in {
		if err := mayMove(c, h.id, h.lot.Marks, ""); err != nil {
			return err
		}
	}
	return nil
}

func commonOwner(p *record.Merge, in []*held) (string, error) {
	for _, h := range in {
		if err := h.mustHaveHeld(p.Issuer); err != nil {
			return "", err
		}
	}
	owner := ""
	for i, h := range in {
		o, err := h.owner(p.Issuer, p.Owner, owner, p.Inputs[i].Grams)
		if err != nil {
			return "", err
		}
		if owner != "" && o != owner {
			return "", record.Refuse(record.OwnerUnclear, "the lots have different owners")
		}
		owner = o
	}
	return owner, nil
}

// same keeps a value that all parents share and drops it otherwise.
func same[T comparable](a, b T) T {
	if a == b {
		return a
	}
	var none T
	return none
}

// undoMerge gives each input back to its lot.
func undoMerge(c *state.Case, o *original, p *record.Merge) bool {
	in, err := findAll(c, p.Inputs)
	if err != nil {
		return false
	}
	h := o.intact(c, p.Output.Lot, marksOf(in))
	if h == nil {
		return false
	}
	owner := h.soleOwner()
	for i, from := range in {
		o.restore(from, owner, p.Issuer, p.Inputs[i].Grams, i)
		from.save(c)
	}
	o.unmake(c, h, lotsOf(p.Inputs)...)
	return true
}

func marksOf(in []*held) []record.Mark {
	var out []record.Mark
	for _, h := range in {
		out = append(out, h.lot.Marks...)
	}
	return out
}
