package record

// WriteOff takes grain that is lost, spoilt or destroyed off a lot or bin.
type WriteOff struct {
	Header
	Target string `json:"target"`
	Owner  string `json:"owner,omitempty"` // as in Store
	Grams  int64  `json:"grams"`
	Reason string `json:"reason"`
}

func (*WriteOff) Type() Type { return TypeWriteOff }

func (p *WriteOff) check(c *checker) {
	checkLossTarget(c, p.Target, p.Owner)
	c.grams("grams", p.Grams)
	c.text("reason", p.Reason, 300)
}

func (p *WriteOff) touch(t *Touches) { touchLossTarget(t, p.Target) }
