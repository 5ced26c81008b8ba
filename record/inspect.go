package record

import "slices"

// Stages of inspection.
const (
	StagePurchase = "purchase"
	StageStorage  = "storage"
	StageOutbound = "outbound"
	StageProduct  = "product"
)

// Inspect is a report of measured values. The lab reports; the ledger judges,
// by the rule tables in force at occurredAt.
type Inspect struct {
	Header
	Target   string     `json:"target"` // lot id or bin code
	Stage    string     `json:"stage"`
	Standard string     `json:"standard,omitempty"` // the standard that the lab names
	Items    []Measured `json:"items"`              // by item, none twice
}

// Measured is one reported item; its name says the unit where there is one
// (cadmium_mgkg: mg/kg, aflatoxin_b1_ugkg: µg/kg, test_weight_gl: g/L),
// otherwise the value is per cent.
type Measured struct {
	Item  string  `json:"item"`
	Value Decimal `json:"value"`
}

func (*Inspect) Type() Type { return TypeInspect }

func (p *Inspect) check(c *checker) {
	if !IsBinCode(p.Target) {
		c.lotID("target", p.Target)
	}
	c.oneOf("stage", p.Stage, StagePurchase, StageStorage, StageOutbound, StageProduct)
	c.optional("standard", p.Standard, 60)
	c.count("items", len(p.Items))
	names := make([]string, len(p.Items))
	for i, m := range p.Items {
		names[i] = m.Item
		if !plainID(m.Item, 40) {
			c.fail(BadField, at("items", i, "item"), "is not an item's name")
		}
		c.within(at("items", i, "value"), m.Value, 0, 999_999_999)
		if m.Value == "" {
			c.fail(BadField, at("items", i, "value"), "is missing")
		}
	}
	c.distinct("items", names)
}

// Value is the reported value of an item, and whether it was reported.
func (p *Inspect) Value(item string) (Micro, bool) {
	i := slices.IndexFunc(p.Items, func(m Measured) bool { return m.Item == item })
	if i < 0 {
		return 0, false
	}
	v, err := p.Items[i].Value.Micro()
	return v, err == nil
}

func (p *Inspect) touch(t *Touches) {
	if IsBinCode(p.Target) {
		t.read(FacilityKey(p.Target))
		t.write(BinKey(p.Target))
	} else {
		t.write(LotKey(p.Target), StockKey(p.Target))
	}
	t.table(TableVarieties, TableGrades, TableSafety, TableStorage)
	if p.Stage == StagePurchase {
		t.table(TableDeductions)
	}
}
