package record

// Purposes of withdrawn or sold grain. Only food keeps it fit for food.
const (
	PurposeFood       = "food"
	PurposeFeed       = "feed"
	PurposeIndustrial = "industrial"
	PurposeSeed       = "seed"
)

// Withdraw makes a new lot from a bin, owned by the owner of its content.
type Withdraw struct {
	Header
	Bin     string `json:"bin"`
	Lot     string `json:"lot"`
	Grams   int64  `json:"grams"`
	Purpose string `json:"purpose"`
}

func (*Withdraw) Type() Type { return TypeWithdraw }

func (p *Withdraw) check(c *checker) {
	c.binCode("bin", p.Bin)
	c.lotID("lot", p.Lot)
	c.grams("grams", p.Grams)
	c.purpose(p.Purpose)
}

func (p *Withdraw) touch(t *Touches) {
	t.newLot(p.Lot)
	t.read(FacilityKey(p.Bin))
	t.write(BinKey(p.Bin))
	if p.Purpose == PurposeFood {
		t.table(TableValidity)
	}
}

func (c *checker) purpose(s string) {
	c.oneOf("purpose", s, PurposeFood, PurposeFeed, PurposeIndustrial, PurposeSeed)
}
