package record

// Purchase makes a lot of net grams, owned and held by the buyer. It draws
// fromGrams from a harvest lot, or names a seller with no recorded harvest:
// an enterprise by USCC, or a person in a sealed part.
type Purchase struct {
	Header
	Lot         string   `json:"lot"`
	FromLot     string   `json:"fromLot,omitempty"`
	FromGrams   int64    `json:"fromGrams,omitzero"`
	Seller      string   `json:"seller,omitempty"` // USCC; empty where a sealed part names a person
	Nature      string   `json:"nature"`           // 粮食性质, three digits
	Variety     string   `json:"variety,omitempty"`
	HarvestYear int      `json:"harvestYear,omitzero"`
	Origin      string   `json:"origin,omitempty"`
	GrossGrams  int64    `json:"grossGrams"`  // 毛重
	TareGrams   int64    `json:"tareGrams"`   // 皮重
	DeductGrams int64    `json:"deductGrams"` // 扣量
	NetGrams    int64    `json:"netGrams"`    // 净重 = gross - tare - deduct
	Sealed      []string `json:"sealed,omitempty"`
}

func (*Purchase) Type() Type { return TypePurchase }

func (p *Purchase) check(c *checker) {
	c.lotID("lot", p.Lot)
	c.digits("nature", p.Nature, 3)
	c.grams("grossGrams", p.GrossGrams)
	c.gramsOrNone("tareGrams", p.TareGrams)
	c.gramsOrNone("deductGrams", p.DeductGrams)
	c.grams("netGrams", p.NetGrams)
	if p.Seller != "" || len(p.Sealed) == 0 || p.FromLot != "" {
		c.uscc("seller", p.Seller)
	}
	if p.Seller == p.Issuer {
		c.fail(BadField, "seller", "is the buyer")
	}
	c.sealed(p.Sealed)
	if p.NetGrams != p.GrossGrams-p.TareGrams-p.DeductGrams {
		c.fail(WeightMismatch, "netGrams", "is not gross - tare - deduction")
	}
	if p.FromLot != "" {
		p.checkDrawn(c)
		return
	}
	c.digits("variety", p.Variety, 7)
	c.gramsOrNone("fromGrams", p.FromGrams)
	c.absent("fromGrams", p.FromGrams != 0, "needs a fromLot")
	if p.Origin != "" {
		c.digits("origin", p.Origin, 6)
	}
	if p.HarvestYear != 0 {
		c.harvestYear(p.HarvestYear, p.Time())
	}
}

func (p *Purchase) checkDrawn(c *checker) {
	c.lotID("fromLot", p.FromLot)
	c.grams("fromGrams", p.FromGrams)
	if p.FromGrams-p.NetGrams != p.DeductGrams {
		c.fail(WeightMismatch, "fromGrams", "is not net + deduction")
	}
	const known = "comes with the harvest lot; leave it out"
	c.absent("variety", p.Variety != "", known)
	c.absent("origin", p.Origin != "", known)
	c.absent("harvestYear", p.HarvestYear != 0, known)
}

func (p *Purchase) touch(t *Touches) {
	t.newLot(p.Lot)
	if p.FromLot != "" {
		t.moveLot(p.FromLot)
	}
}
