package record

// Store puts grain that the issuer holds into one of its own bins.
type Store struct {
	Header
	Lot   string `json:"lot"`
	Bin   string `json:"bin"`
	Grams int64  `json:"grams"`
	Owner string `json:"owner,omitempty"` // whose grain (代储); where empty the issuer's, or the lot's only owner's
}

func (*Store) Type() Type { return TypeStore }

func (p *Store) check(c *checker) {
	c.lotID("lot", p.Lot)
	c.binCode("bin", p.Bin)
	c.grams("grams", p.Grams)
	if p.Owner != "" {
		c.uscc("owner", p.Owner)
	}
}

func (p *Store) touch(t *Touches) {
	t.moveLot(p.Lot)
	t.read(FacilityKey(p.Bin))
	t.write(BinKey(p.Bin))
}
