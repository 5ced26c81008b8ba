package lot

import (
	"slices"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// purchase makes a lot of the buyer's. Drawn from a harvest lot it takes the
// seller's grain, net plus deduction; the deduction (moisture and impurity)
// leaves the books. Until the seller signs too it is unconfirmed by seller.
func purchase(c *state.Case, p *record.Purchase) error {
	lot := newLot(c, p, p.NetGrams)
	lot.Nature = p.Nature
	lot.GrossGrams, lot.TareGrams, lot.DeductGrams = p.GrossGrams, p.TareGrams, p.DeductGrams
	if p.FromLot == "" {
		lot.Variety, lot.HarvestYear, lot.Origin = p.Variety, p.HarvestYear, p.Origin
		if err := absent(c, p.Lot); err != nil {
			return err
		}
	} else if err := drawHarvest(c, p, lot); err != nil {
		return err
	}
	create(c, p.Lot, lot, p.Issuer, p.Issuer)
	if !slices.Contains(c.Cosigned, p.Seller) {
		c.Flag(record.FlagUnconfirmed)
	}
	return nil
}

func drawHarvest(c *state.Case, p *record.Purchase, lot *record.LotState) error {
	from, err := find(c, p.FromLot)
	if err != nil {
		return err
	}
	if err := absent(c, p.Lot); err != nil {
		return err
	}
	if from.lot.Kind != record.TypeHarvest {
		// Anything else changes hands by sell, which its owner signs.
		return record.Refuse(record.WrongLotKind, "%s is no harvest lot", p.FromLot)
	}
	if err := from.mustHaveHeld(p.Seller); err != nil {
		return err
	}
	if err := from.mustHaveOwned(p.Seller); err != nil {
		return err
	}
	if p.Seller != from.lot.Issuer && !slices.Contains(c.Cosigned, p.Seller) {
		// A farmer's word may come later; who is no farmer sells by its own signature.
		return record.Refuse(record.NotAuthorised, "the seller did not harvest %s and has not signed", p.FromLot)
	}
	if err := mayMove(c, p.FromLot, from.lot.Marks, ""); err != nil {
		return err
	}
	unfit, err := from.remove(p.Seller, p.Seller, p.FromGrams)
	if err != nil {
		return err
	}
	drew(c, unfit)
	from.save(c)
	lot.Variety, lot.HarvestYear, lot.Origin = from.lot.Variety, from.lot.HarvestYear, from.lot.Origin
	inherit(c, p, p.Lot, lot, from.lot.Marks, unfit)
	edge(c, p.Lot, p.FromLot, p.FromGrams)
	return nil
}

// undoPurchase: what was drawn from a harvest lot is the seller's again, with
// the deduction.
func undoPurchase(c *state.Case, o *original, p *record.Purchase) bool {
	if p.FromLot == "" {
		h := o.intact(c, p.Lot, nil)
		if h != nil {
			o.unmake(c, h)
		}
		return h != nil
	}
	from, err := find(c, p.FromLot)
	if err != nil {
		return false
	}
	h := o.intact(c, p.Lot, from.lot.Marks)
	if h == nil {
		return false
	}
	o.restore(from, p.Seller, p.Seller, p.FromGrams, 0)
	from.save(c)
	o.unmake(c, h, p.FromLot)
	return true
}
