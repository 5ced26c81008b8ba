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
	switch p.Kind {
	case record.AdjustNatural:
		b.NaturalGrams += p.Grams
		r.checkNatural(c, p, b.Variety, b.FirstDeposit, b.DepositedGrams, b.NaturalGrams)
	case record.AdjustMoisture:
		b.MoistureGrams += p.Grams
		checkReduction(c, p, b.DepositedGrams, b.MoistureGrams)
	case record.AdjustImpurity:
		b.ImpurityGrams += p.Grams
		checkReduction(c, p, b.DepositedGrams, b.ImpurityGrams)
	}
	if err := takeOut(b, p.Grams); err != nil {
		return err
	}
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
	switch p.Kind {
	case record.AdjustNatural:
		lot.NaturalGrams += p.Grams
		r.checkNatural(c, p, lot.Variety, lot.OccurredAt, lot.Grams, lot.NaturalGrams)
	case record.AdjustMoisture:
		lot.MoistureGrams += p.Grams
		checkReduction(c, p, lot.Grams, lot.MoistureGrams)
	case record.AdjustImpurity:
		lot.ImpurityGrams += p.Grams
		checkReduction(c, p, lot.Grams, lot.ImpurityGrams)
	}
	if _, err := h.remove(p.Issuer, owner, p.Grams); err != nil {
		return err
	}
	h.save(c)
	state.Put(c.View, record.LotKey(lot.Lot), &lot)
	return nil
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
