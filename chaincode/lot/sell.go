package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// sell moves ownership. Grain that must not be eaten is not sold for food
// (粮食流通管理条例 art. 18); grain sold for another purpose carries that mark
// on the buyer's part of the lot.
func sell(c *state.Case, p *record.Sell) error {
	h, err := find(c, p.Lot)
	if err != nil {
		return err
	}
	if err := h.mustHaveOwned(p.Issuer); err != nil {
		return err
	}
	own := h.look(p.Issuer)
	if p.Purpose == record.PurposeFood {
		if nonFood(c.View, h.lot.Marks) {
			return record.Refuse(record.NotForFood, "%s must not be used for food", p.Lot)
		}
		if own.Owned < p.Grams && own.Owned+own.NonFood >= p.Grams {
			return record.Refuse(record.NotForFood, "of the issuer's %s only %d g may be used for food", p.Lot, own.Owned)
		}
	}
	if err := mayMove(c, p.Lot, h.lot.Marks, ""); err != nil {
		return err
	}
	if err := h.enoughOwned(p.Issuer, p.Grams); err != nil {
		return err
	}
	if err := h.roomFor(p.Buyer); err != nil {
		return err
	}
	if p.Purpose == record.PurposeFood {
		own.Owned -= p.Grams
		h.give(p.Buyer, p.Grams, 0)
	} else {
		marked := min(p.Grams, own.NonFood)
		drew(c, marked)
		own.NonFood -= marked
		own.Owned -= p.Grams - marked
		h.give(p.Buyer, 0, p.Grams)
	}
	h.save(c)
	return nil
}

// undoSell gives the grain back to the seller, while nothing has changed the
// lot since and nothing holds or recalls it.
func undoSell(c *state.Case, o *original, p *record.Sell) bool {
	h, err := find(c, p.Lot)
	if err != nil || h.stock.Last != o.id || !h.free(c) {
		return false
	}
	unfit := o.unfit(0)
	h.give(p.Issuer, p.Grams-unfit, unfit)
	if bought := h.part(p.Buyer); p.Purpose == record.PurposeFood {
		bought.Owned -= p.Grams
	} else {
		bought.NonFood -= p.Grams
	}
	h.save(c)
	return true
}
