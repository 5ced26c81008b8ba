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
	if _, err := h.remove(p.Issuer, owner, p.Grams); err != nil {
		return err
	}
	h.save(c)
	return nil
}
