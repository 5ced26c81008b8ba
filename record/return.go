package record

// Return is signed by the consignee, who refuses the shipment: custody goes
// back to the shipper.
type Return struct {
	Header
	Shipper  string `json:"shipper"`
	Shipment string `json:"shipment"`
	Lot      string `json:"lot"`
	Reason   string `json:"reason,omitempty"`
}

func (*Return) Type() Type { return TypeReturn }

func (p *Return) check(c *checker) {
	checkShipment(c, p.Shipper, p.Shipment, p.Lot)
	c.optional("reason", p.Reason, 300)
}

func (p *Return) touch(t *Touches) {
	t.moveLot(p.Lot)
	t.write(ShipmentKey(p.Shipper, p.Shipment))
}
