package record

// Harvest makes a lot of what a co-operative or farm brought in.
type Harvest struct {
	Header
	Lot         string  `json:"lot"`
	Variety     string  `json:"variety"`     // LS/T 1703, seven digits
	HarvestYear int     `json:"harvestYear"` // 收获年度
	Origin      string  `json:"origin"`      // 产地, GB/T 2260, six digits
	Grams       int64   `json:"grams"`
	AreaMu      Decimal `json:"areaMu,omitempty"` // 亩
}

func (*Harvest) Type() Type { return TypeHarvest }

func (p *Harvest) check(c *checker) {
	c.lotID("lot", p.Lot)
	c.digits("variety", p.Variety, 7)
	c.digits("origin", p.Origin, 6)
	c.grams("grams", p.Grams)
	c.within("areaMu", p.AreaMu, 0, 100_000_000)
	c.harvestYear(p.HarvestYear, p.Time())
}

func (p *Harvest) touch(t *Touches) {
	t.newLot(p.Lot)
	if p.AreaMu != "" {
		t.table(TableYield)
	}
}
