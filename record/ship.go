package record

// Ship hands grain that the issuer holds to a carrier. It is in nobody's
// custody until it is received, returned or cancelled.
type Ship struct {
	Header
	Lot     string   `json:"lot"`
	Grams   int64    `json:"grams"`
	Owner   string   `json:"owner"` // whose grain
	To      string   `json:"to"`
	Carrier string   `json:"carrier,omitempty"`
	Sealed  []string `json:"sealed,omitempty"` // plate numbers and drivers
}

func (*Ship) Type() Type { return TypeShip }

func (p *Ship) check(c *checker) {
	c.lotID("lot", p.Lot)
	c.grams("grams", p.Grams)
	c.uscc("owner", p.Owner)
	c.uscc("to", p.To)
	if p.Carrier != "" {
		c.uscc("carrier", p.Carrier)
	}
	if p.To == p.Issuer {
		c.fail(BadField, "to", "is the shipper")
	}
	c.sealed(p.Sealed)
}

func (p *Ship) touch(t *Touches) {
	t.moveLot(p.Lot)
	t.create(ShipmentKey(p.Issuer, p.Ref), EntryKey(p.Issuer, p.Ref)) // a shipment has the ref of its record
}
