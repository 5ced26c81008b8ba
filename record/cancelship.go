package record

// CancelShip is signed by the shipper: custody comes back.
type CancelShip struct {
	Header
	Shipment string `json:"shipment"`
	Lot      string `json:"lot"`
	Reason   string `json:"reason,omitempty"`
}

func (*CancelShip) Type() Type { return TypeCancelShip }

func (p *CancelShip) check(c *checker) {
	checkShipment(c, p.Issuer, p.Shipment, p.Lot)
	c.optional("reason", p.Reason, 300)
}

func (p *CancelShip) touch(t *Touches) {
	t.moveLot(p.Lot)
	t.write(ShipmentKey(p.Issuer, p.Shipment))
}
