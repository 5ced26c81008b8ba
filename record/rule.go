package record

import "github.com/go-json-experiment/json/jsontext"

// Rule replaces a rule table from a date on. Only the national regulator may
// sign it. The content's form belongs to the table and is checked by the
// rules that read it.
type Rule struct {
	Header
	Table         string         `json:"table"`
	EffectiveFrom string         `json:"effectiveFrom"`    // YYYY-MM-DD, first day of force, in Beijing time
	Document      string         `json:"document"`         // standard or document number
	Content       jsontext.Value `json:"content,omitzero"` // an object; none is not null, which no record may hold
}

func (*Rule) Type() Type { return TypeRule }

func (p *Rule) check(c *checker) {
	if !plainID(p.Table, 40) {
		c.fail(BadField, "table", "is not the name of a rule table")
	}
	c.date("effectiveFrom", p.EffectiveFrom)
	c.text("document", p.Document, 200)
	if p.Content.Kind() != '{' {
		c.fail(BadField, "content", "is not an object")
	}
}

func (p *Rule) touch(t *Touches) { t.write(RuleKey(p.Table)) }

// Names of the rule tables.
const (
	TableVarieties  = "varieties"    // variety code -> group
	TableGrades     = "grades"       // grading indicator and quality limits by group
	TableSafety     = "food-safety"  // contaminant limits by group
	TableStorage    = "storage"      // 宜存 classes by group
	TableDeductions = "deductions"   // weight adjustments at purchase
	TableNatural    = "natural-loss" // quota of 保管自然损耗
	TableProcess    = "process-loss" // highest declared loss of a process
	TableValidity   = "validity"     // how long an outbound inspection counts
	TableYield      = "yield"        // harvest yields that are worth a flag
	TableTransit    = "transit-loss" // transit loss that is worth a flag
)
