package record

// Types of transport.
const (
	TypeShip       Type = "ship"
	TypeReceive    Type = "receive"
	TypeReturn     Type = "return"
	TypeCancelShip Type = "cancel-ship"
)

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
	t.write(ShipmentKey(p.Issuer, p.Ref))
}

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

func checkShipment(c *checker, shipper, shipment, lot string) {
	c.uscc("shipper", shipper)
	c.ref("shipment", shipment)
	c.lotID("lot", lot)
}
