package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// receive takes custody of a shipment. What did not arrive is transit loss
// and falls on the owner; an unusual loss is flagged.
func (r *Rules) receive(c *state.Case, p *record.Receive) error {
	s, h, err := onItsWay(c, p.Shipper, p.Shipment, p.Lot)
	if err != nil {
		return err
	}
	if err := mustBeFor(s, p.Issuer); err != nil {
		return err
	}
	if err := mustBeOpen(s); err != nil {
		return err
	}
	if p.Grams > s.Grams {
		return record.Refuse(record.MoreThanShipped, "%d g received of %d g shipped", p.Grams, s.Grams)
	}
	if t, _ := r.tables.transit.at(c, p); t != nil && s.Grams-p.Grams > percentOf(t.MaxPercent, s.Grams) {
		c.Flag(record.FlagTransitLoss)
	}
	deliver(c, s, h, p.Issuer, record.Received, p.Grams)
	return nil
}
