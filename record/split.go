package record

// Split takes new lots out of a lot; what is not taken stays in it.
type Split struct {
	Header
	Lot     string   `json:"lot"`
	Owner   string   `json:"owner,omitempty"` // as in Store
	Outputs []Amount `json:"outputs"`
}

func (*Split) Type() Type { return TypeSplit }

func (p *Split) check(c *checker) {
	c.lotID("lot", p.Lot)
	if p.Owner != "" {
		c.uscc("owner", p.Owner)
	}
	c.amounts("outputs", p.Outputs)
}

func (p *Split) touch(t *Touches) {
	t.moveLot(p.Lot)
	for _, o := range p.Outputs {
		t.newLot(o.Lot)
	}
}
