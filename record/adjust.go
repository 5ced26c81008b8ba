package record

// What an adjustment is for.
const (
	AdjustNatural  = "natural_loss" // 保管自然损耗
	AdjustMoisture = "moisture"     // 水分减量
	AdjustImpurity = "impurity"     // 杂质减量
)

// Adjust takes a loss of storage off a lot or bin of the issuer's. Above the
// dated quota it is flagged as 超耗.
type Adjust struct {
	Header
	Target string  `json:"target"` // lot id or bin code
	Owner  string  `json:"owner,omitempty"`
	Kind   string  `json:"kind"`
	Grams  int64   `json:"grams"`            // taken off
	Before Decimal `json:"before,omitempty"` // moisture or impurity, per cent, at receipt
	After  Decimal `json:"after,omitempty"`  // and now
	// MoistureBefore and MoistureAfter stand beside an impurity reduction,
	// whose formula needs them.
	MoistureBefore Decimal `json:"moistureBefore,omitempty"`
	MoistureAfter  Decimal `json:"moistureAfter,omitempty"`
}

func (*Adjust) Type() Type { return TypeAdjust }

func (p *Adjust) check(c *checker) {
	checkLossTarget(c, p.Target, p.Owner)
	c.oneOf("kind", p.Kind, AdjustNatural, AdjustMoisture, AdjustImpurity)
	c.grams("grams", p.Grams)
	reduction := p.Kind == AdjustMoisture || p.Kind == AdjustImpurity
	c.percent("before", p.Before, reduction)
	c.percent("after", p.After, reduction)
	c.percent("moistureBefore", p.MoistureBefore, p.Kind == AdjustImpurity)
	c.percent("moistureAfter", p.MoistureAfter, p.Kind == AdjustImpurity)
}

func (c *checker) percent(field string, d Decimal, wanted bool) {
	if d == "" && !wanted {
		return
	}
	c.decimal(field, d)
	if v, err := d.Micro(); err == nil && (v < 0 || v >= 100*One) {
		c.fail(BadField, field, "is not a percentage below 100")
	}
}

func (p *Adjust) touch(t *Touches) {
	touchLossTarget(t, p.Target)
	if p.Kind == AdjustNatural {
		t.table(TableNatural, TableVarieties)
	}
}
