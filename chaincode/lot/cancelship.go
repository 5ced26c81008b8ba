package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// cancelShipment: the shipper takes an open shipment back.
func cancelShipment(c *state.Case, p *record.CancelShip) error {
	s, h, err := onItsWay(c, p.Issuer, p.Shipment, p.Lot)
	if err != nil {
		return err
	}
	return giveBack(c, s, h, record.Cancelled)
}
