package lot

import (
	"slices"

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
	if err := mayMove(c, p.Lot, h.lot.Marks, ""); err != nil {
		return err
	}
	if b.Grams > 0 {
		if err := mayMove(c, p.Bin, b.Marks, ""); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	unfit, err := h.remove(p.Issuer, owner, p.Grams)
	if err != nil {
		return err
	}
	drew(c, unfit)
	if b.Grams == 0 {
		leaveMix(c, b)
		beginEpoch(b, owner, h.lot, p.OccurredAt)
	} else if b.Closed {
		leaveMix(c, b)
	}
	mixIn(c, p, b, h.lot.Marks, unfit)
	if err := deposit(c, b, p.Lot, p.Grams, p.OccurredAt); err != nil {
		return err
	}
	if f.CapacityGrams > 0 && b.Grams > f.CapacityGrams {
		c.Flag(record.FlagOverCapacity)
	}
	c.Undo.Mix = b.MixID()
	h.save(c)
	saveBin(c, b)
	return nil
}

// undoStore takes a deposit out of its bin, while it is the newest change of
// it; a mark that reached the bin since is a change too. The marks that came
// with the grain go with it, where it is all that the bin has taken in: of a
// mixture nobody can tell that other grain did not bring them too, so that
// such a deposit stays, except for what it alone condemned. The outbound inspection that the deposit ended
// stays ended.
func undoStore(c *state.Case, o *original, p *record.Store) bool {
	h, err := find(c, p.Lot)
	b := o.stillIn(c, p.Bin)
	if err != nil || b == nil || !b.UntouchedSince(o.id) {
		return false
	}
	own := func(m record.Mark) bool { return m.By == o.id }
	if b.DepositedGrams == p.Grams {
		own = func(m record.Mark) bool { return slices.Contains(o.entry.Undo.Took, m) }
	} else if slices.ContainsFunc(o.entry.Undo.Took, func(m record.Mark) bool { return m.By != o.id }) {
		return false
	}
	strip(c, b, own)
	b.Grams -= p.Grams
	b.DepositedGrams -= p.Grams
	o.restore(h, b.Owner, p.Issuer, p.Grams, 0)
	o.cut(c, b.MixID(), p.Lot)
	h.save(c)
	saveBin(c, b)
	return true
}
