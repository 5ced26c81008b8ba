package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// returnShipment: the consignee refuses a shipment, custody goes back to the
// shipper.
func returnShipment(c *state.Case, p *record.Return) error {
	s, h, err := onItsWay(c, p.Shipper, p.Shipment, p.Lot)
	if err != nil {
		return err
	}
	if err := mustBeFor(s, p.Issuer); err != nil {
		return err
	}
	return giveBack(c, s, h, record.Returned)
}

// giveBack closes an open shipment and hands all of it to its shipper again.
func giveBack(c *state.Case, s *record.Shipment, h *held, status string) error {
	if err := mustBeOpen(s); err != nil {
		return err
	}
	deliver(c, s, h, s.Shipper, status, s.Grams)
	return nil
}

// undoGivenBack puts a returned or cancelled shipment on its way again, while
// nothing has changed the lot since and nothing holds or recalls it.
func undoGivenBack(c *state.Case, o *original, lot, shipper, ref string) bool {
	s, h, err := onItsWay(c, shipper, ref, lot)
	if err != nil || h.stock.Last != o.id || s.ClosedBy != o.id || !h.free(c) {
		return false
	}
	reopen(c, s, h, shipper, s.Grams)
	return true
}
