package record

// Merge makes one lot of several of the same owner, variety and nature.
type Merge struct {
	Header
	Owner  string   `json:"owner,omitempty"` // as in Store
	Inputs []Amount `json:"inputs"`
	Output Amount   `json:"output"`
}

func (*Merge) Type() Type { return TypeMerge }

func (p *Merge) check(c *checker) {
	if p.Owner != "" {
		c.uscc("owner", p.Owner)
	}
	c.amounts("inputs", p.Inputs)
	c.lotID("output/lot", p.Output.Lot)
	c.grams("output/grams", p.Output.Grams)
}

func (p *Merge) touch(t *Touches) {
	for _, in := range p.Inputs {
		t.moveLot(in.Lot)
	}
	t.newLot(p.Output.Lot)
}
