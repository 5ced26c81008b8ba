package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// writeOff takes lost, spoilt or destroyed grain off the books of its
// custodian and its owner. It always shows to the regulator.
func writeOff(c *state.Case, p *record.WriteOff) error {
	c.Flag(record.FlagRegulatorNotified)
	if record.IsBinCode(p.Target) {
		_, b, err := ownBin(c, p.Target)
		if err != nil {
			return err
		}
		if err := takeOut(b, p.Grams); err != nil {
			return err
		}
		c.Undo.Mix = b.MixID()
		saveBin(c, b)
		return nil
	}
	h, err := find(c, p.Target)
	if err != nil {
		return err
	}
	owner, err := ownerHere(h, p.Issuer, p.Owner, p.Grams)
	if err != nil {
		return err
	}
	unfit, err := h.remove(p.Issuer, owner, p.Grams)
	if err != nil {
		return err
	}
	drewOf(c, p.Owner, owner, unfit)
	h.save(c)
	return nil
}

// undoWriteOff puts back what was written off; into a bin only while it holds
// the mix that it came from, into a lot only while nothing has changed it
// since: its owner's own report may have made what was left unfit for food.
func undoWriteOff(c *state.Case, o *original, p *record.WriteOff) bool {
	if record.IsBinCode(p.Target) {
		b := o.stillIn(c, p.Target)
		if b == nil {
			return false
		}
		b.Grams += p.Grams
		saveBin(c, b)
		return true
	}
	h, err := find(c, p.Target)
	if err != nil || h.stock.Last != o.id {
		return false
	}
	o.restore(h, o.owner(p.Owner), p.Issuer, p.Grams, 0)
	h.save(c)
	return true
}
