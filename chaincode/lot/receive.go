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

// undoReceive puts a shipment on its way again, while nothing has changed the
// lot since and nothing holds or recalls it; who bore the transit loss gets it back.
func undoReceive(c *state.Case, o *original, p *record.Receive) bool {
	s, h, err := onItsWay(c, p.Shipper, p.Shipment, p.Lot)
	if err != nil || h.stock.Last != o.id || s.ClosedBy != o.id || !h.free(c) {
		return false
	}
	lost := o.entry.Undo.Lost
	if len(lost) == 0 {
		lost = []record.Part{{Party: s.Owner, Owned: s.Grams - p.Grams}}
	}
	for _, l := range lost {
		h.give(l.Party, l.Owned, l.NonFood)
	}
	reopen(c, s, h, p.Issuer, p.Grams)
	return true
}

// reopen takes grams out of a party's hands and puts the shipment on its way.
func reopen(c *state.Case, s *record.Shipment, h *held, party string, grams int64) {
	h.release(party, grams)
	h.save(c)
	s.Status, s.ReceivedGrams, s.ClosedBy = record.InTransit, 0, ""
	state.Put(c.View, record.ShipmentKey(s.Shipper, s.Ref), s)
}
