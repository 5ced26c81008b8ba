package record

// Receive takes custody of a shipment. What was shipped and did not arrive is
// transit loss and falls on the owner; nothing received is a total loss.
type Receive struct {
	Header
	Shipper  string `json:"shipper"`
	Shipment string `json:"shipment"` // the ship record's ref
	Lot      string `json:"lot"`
	Grams    int64  `json:"grams"`
}

func (*Receive) Type() Type { return TypeReceive }

func (p *Receive) check(c *checker) {
	checkShipment(c, p.Shipper, p.Shipment, p.Lot)
	c.gramsOrNone("grams", p.Grams)
}

func (p *Receive) touch(t *Touches) {
	t.moveLot(p.Lot)
	t.write(ShipmentKey(p.Shipper, p.Shipment))
	t.table(TableTransit)
}
