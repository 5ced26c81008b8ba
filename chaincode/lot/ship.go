package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// ship takes grain out of the issuer's custody and puts it on its way. The
// shipment holds it, owned and in custody, until it is received, returned or
// cancelled.
func ship(c *state.Case, p *record.Ship) error {
	h, err := find(c, p.Lot)
	if err != nil {
		return err
	}
	if err := h.mustHaveHeld(p.Issuer); err != nil {
		return err
	}
	if err := h.mustHaveOwned(p.Owner); err != nil {
		return err
	}
	nonFood, err := h.remove(p.Issuer, p.Owner, p.Grams)
	if err != nil {
		return err
	}
	h.save(c)
	state.Put(c.View, record.ShipmentKey(p.Issuer, p.Ref), &record.Shipment{
		Shipper: p.Issuer, Ref: p.Ref, Record: c.ID, OccurredAt: p.OccurredAt,
		Lot: p.Lot, Owner: p.Owner, To: p.To, Carrier: p.Carrier,
		Grams: p.Grams, NonFood: nonFood, Status: record.InTransit,
	})
	return nil
}

// onItsWay is an open shipment of a lot, copied so that it can be closed.
func onItsWay(c *state.Case, shipper, ref, lot string) (*record.Shipment, *held, error) {
	h, err := find(c, lot)
	if err != nil {
		return nil, nil, err
	}
	s := state.Get[record.Shipment](c.View, record.ShipmentKey(shipper, ref))
	if s == nil || s.Lot != lot {
		return nil, nil, record.Refuse(record.UnknownShipment, "%s of %s by %s", ref, lot, shipper)
	}
	open := *s
	return &open, h, nil
}

// deliver closes a shipment: grams arrive in custody of party, the owner's
// ownership comes back for as much, and the rest is lost.
func deliver(c *state.Case, s *record.Shipment, h *held, party, status string, grams int64) {
	nonFood := min(s.NonFood, grams)
	h.hand(party, grams)
	h.give(s.Owner, grams-nonFood, nonFood)
	h.save(c)
	s.Status, s.ReceivedGrams, s.ClosedBy = status, grams, c.ID
	state.Put(c.View, record.ShipmentKey(s.Shipper, s.Ref), s)
}

func mustBeOpen(s *record.Shipment) error {
	if s.Status != record.InTransit {
		return record.Refuse(record.ShipmentClosed, "the shipment is %s", s.Status)
	}
	return nil
}

func mustBeFor(s *record.Shipment, party string) error {
	if s.To != party {
		return record.Refuse(record.NotConsignee, "the shipment goes to %s", s.To)
	}
	return nil
}
