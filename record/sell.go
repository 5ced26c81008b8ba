package record

// Sell moves ownership of any part of what the issuer owns of a lot. The lot
// keeps its id; where it lies does not change.
type Sell struct {
	Header
	Lot     string   `json:"lot"`
	Buyer   string   `json:"buyer"`
	Grams   int64    `json:"grams"`
	Purpose string   `json:"purpose"`
	Sealed  []string `json:"sealed,omitempty"` // price and contract
}

func (*Sell) Type() Type { return TypeSell }

func (p *Sell) check(c *checker) {
	c.lotID("lot", p.Lot)
	c.uscc("buyer", p.Buyer)
	c.grams("grams", p.Grams)
	c.purpose(p.Purpose)
	if p.Buyer == p.Issuer {
		c.fail(BadField, "buyer", "is the seller")
	}
	c.sealed(p.Sealed)
}

func (p *Sell) touch(t *Touches) { t.moveLot(p.Lot) }
