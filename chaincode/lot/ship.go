package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// ship takes grain out of the issuer's custody and puts it on its way. It
// stays its owner's, who may sell it meanwhile; the shipment has custody until
// it is received, returned or cancelled.
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
	if err := mayMove(c, p.Lot, h.lot.Marks, p.To); err != nil {
		return err
	}
	if err := h.enoughHeld(p.Issuer, p.Grams); err != nil {
		return err
	}
	if err := h.enoughOwned(p.Owner, p.Grams); err != nil {
		return err
	}
	if err := h.roomFor(p.To); err != nil {
		return err
	}
	h.release(p.Issuer, p.Grams)
	h.save(c)
	state.Create(c.View, record.ShipmentKey(p.Issuer, p.Ref), &record.Shipment{
		Shipper: p.Issuer, Ref: p.Ref, Record: c.ID, OccurredAt: p.OccurredAt,
		Lot: p.Lot, Owner: p.Owner, To: p.To, Carrier: p.Carrier,
		Grams: p.Grams, Status: record.InTransit,
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

// deliver closes a shipment: grams arrive in custody of party, and the rest
// is lost.
func deliver(c *state.Case, s *record.Shipment, h *held, party, status string, grams int64) {
	h.hand(party, grams)
	c.Undo.Lost = h.lose(s.Owner, s.Grams-grams)
	h.save(c)
	s.Status, s.ReceivedGrams, s.ClosedBy = status, grams, c.ID
	state.Put(c.View, record.ShipmentKey(s.Shipper, s.Ref), s)
}

// lose takes transit loss off the owner that the shipment names. What that
// owner sold meanwhile is the buyers' loss: the rest falls on the parties that
// own more of the lot than they hold, in proportion to the difference, and so
// never on one whose grain lies in its own hands. The differences sum to what
// is on its way, so there is always enough. It answers who bore what, for a
// void; nil where all of it was the named owner's, and for food.
func (h *held) lose(owner string, grams int64) (lost []record.Part) {
	bear := func(party string, grams int64) {
		if grams > 0 {
			unfit := h.draw(party, grams)
			lost = append(lost, record.Part{Party: party, Owned: grams - unfit, NonFood: unfit})
		}
	}
	own := h.part(owner)
	first := min(grams, own.Owned+own.NonFood)
	bear(owner, first)
	rest := grams - first
	var total int64
	for i := range h.stock.Parts {
		total += away(&h.stock.Parts[i])
	}
	for i := range h.stock.Parts {
		share := away(&h.stock.Parts[i])
		if rest == 0 || share == 0 {
			continue
		}
		part := inProportion(rest, share, total) // rounded up, so that nothing is left over
		bear(h.stock.Parts[i].Party, part)
		rest -= part
		total -= share
	}
	if rest == 0 && len(lost) == 1 && lost[0].Party == owner && lost[0].NonFood == 0 {
		return nil
	}
	return lost
}

// away is how much more a party owns than it holds.
func away(p *record.Part) int64 { return max(0, p.Owned+p.NonFood-p.Held) }

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

// undoShip takes a shipment that is still on its way back, as its cancelling
// would.
func undoShip(c *state.Case, _ *original, p *record.Ship) bool {
	s, h, err := onItsWay(c, p.Issuer, p.Ref, p.Lot)
	return err == nil && giveBack(c, s, h, record.Cancelled) == nil
}
