package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// adjust takes a loss of storage off a lot or bin. What was taken off in all
// is held against the dated quota; more is 超耗 and flagged: between holder and
// owner it is the holder's to make good (粮油仓储管理办法, annex 2).
func (r *Rules) adjust(c *state.Case, p *record.Adjust) error {
	if record.IsBinCode(p.Target) {
		return r.adjustBin(c, p)
	}
	return r.adjustLot(c, p)
}

func (r *Rules) adjustBin(c *state.Case, p *record.Adjust) error {
	_, b, err := ownBin(c, p.Target)
	if err != nil {
		return err
	}
	r.count(c, p, tally{
		natural: &b.NaturalGrams, moisture: &b.MoistureGrams, impurity: &b.ImpurityGrams,
		variety: b.Variety, since: b.FirstDeposit, base: b.DepositedGrams,
	})
	if err := takeOut(b, p.Grams); err != nil {
		return err
	}
	c.Undo.Mix = b.MixID()
	saveBin(c, b)
	return nil
}

func (r *Rules) adjustLot(c *state.Case, p *record.Adjust) error {
	h, err := find(c, p.Target)
	if err != nil {
		return err
	}
	owner, err := ownerHere(h, p.Issuer, p.Owner, p.Grams)
	if err != nil {
		return err
	}
	lot := *h.lot
	r.count(c, p, tally{
		natural: &lot.NaturalGrams, moisture: &lot.MoistureGrams, impurity: &lot.ImpurityGrams,
		variety: lot.Variety, since: lot.OccurredAt, base: lot.Grams,
	})
	unfit, err := h.remove(p.Issuer, owner, p.Grams)
	if err != nil {
		return err
	}
	drewOf(c, p.Owner, owner, unfit)
	h.save(c)
	state.Put(c.View, record.LotKey(h.id), &lot)
	return nil
}

// tally is where a lot or bin counts what was taken off it, and what that is
// held against.
type tally struct {
	natural, moisture, impurity *int64
	variety, since              string // since when the grain has lain
	base                        int64  // grams that came in
}

// count adds the adjustment to its kind's sum and flags a sum over its quota.
func (r *Rules) count(c *state.Case, p *record.Adjust, t tally) {
	switch p.Kind {
	case record.AdjustNatural:
		*t.natural += p.Grams
		r.checkNatural(c, p, t.variety, t.since, t.base, *t.natural)
	case record.AdjustMoisture:
		*t.moisture += p.Grams
		checkReduction(c, p, t.base, *t.moisture)
	case record.AdjustImpurity:
		*t.impurity += p.Grams
		checkReduction(c, p, t.base, *t.impurity)
	}
}

func ownerHere(h *held, custodian, named string, grams int64) (string, error) {
	if err := h.mustHaveHeld(custodian); err != nil {
		return "", err
	}
	return h.owner(custodian, named, "", grams)
}

// checkNatural compares the cumulative natural loss with its quota, which
// depends on how long the grain has lain and not on how often it is claimed.
func (r *Rules) checkNatural(c *state.Case, p *record.Adjust, variety, since string, base, taken int64) {
	percent, ok := r.naturalQuota(c, p, variety, instant(since))
	if !ok {
		c.Flag(record.FlagNoRule)
		return
	}
	if taken > percentOf(percent, base) {
		c.Flag(record.FlagOverQuota)
	}
}

// undoAdjust puts back what was taken off, and off the sum that the quota is
// held against; into a bin only while it holds the mix that it came from, into
// a lot only while nothing has changed it since.
func undoAdjust(c *state.Case, o *original, p *record.Adjust) bool {
	if record.IsBinCode(p.Target) {
		b := o.stillIn(c, p.Target)
		if b == nil {
			return false
		}
		b.Grams += p.Grams
		uncount(p, &b.NaturalGrams, &b.MoistureGrams, &b.ImpurityGrams)
		saveBin(c, b)
		return true
	}
	h, err := find(c, p.Target)
	if err != nil || h.stock.Last != o.id {
		return false
	}
	lot := *h.lot
	o.restore(h, o.owner(p.Owner), p.Issuer, p.Grams, 0)
	uncount(p, &lot.NaturalGrams, &lot.MoistureGrams, &lot.ImpurityGrams)
	h.save(c)
	state.Put(c.View, record.LotKey(h.id), &lot)
	return true
}

func uncount(p *record.Adjust, natural, moisture, impurity *int64) {
	switch p.Kind {
	case record.AdjustNatural:
		*natural -= p.Grams
	case record.AdjustMoisture:
		*moisture -= p.Grams
	case record.AdjustImpurity:
		*impurity -= p.Grams
	}
}
