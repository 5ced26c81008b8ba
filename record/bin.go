package record

import "strconv"

// Types that move grain into and out of bins.
const (
	TypeStore    Type = "store"
	TypeWithdraw Type = "withdraw"
)

// Purposes of withdrawn or sold grain. Only food keeps it fit for food.
const (
	PurposeFood       = "food"
	PurposeFeed       = "feed"
	PurposeIndustrial = "industrial"
	PurposeSeed       = "seed"
)

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
	t.table(TableValidity)
}

func (c *checker) purpose(s string) {
	c.oneOf("purpose", s, PurposeFood, PurposeFeed, PurposeIndustrial, PurposeSeed)
}

// MixID names one mixture of a bin as a node of the lot graph:
// <bin>:<epoch>.<mix>. No lot id has a colon.
func MixID(bin string, epoch, mix int) string {
	return bin + ":" + strconv.Itoa(epoch) + "." + strconv.Itoa(mix)
}
