package record

// Judgement is what the ledger found in a report, kept under the id of its
// record. What was reported stands in the record: see Of.
type Judgement struct {
	Group   string       `json:"group,omitempty"`   // of the variety, as the rule tables name it
	Grade   string       `json:"grade,omitempty"`   // 1 to 5, or "ungraded" (等外)
	Storage string       `json:"storage,omitempty"` // suitable (宜存), marginal (轻度不宜存), unsuitable (重度不宜存)
	Passed  bool         `json:"passed"`            // no reported item beyond its limit
	Safe    bool         `json:"safe"`              // no reported item beyond a food-safety limit
	Items   []JudgedItem `json:"items"`             // one for each reported item, in the record's order
	Missing []string     `json:"missing,omitempty"` // items with a limit that were not reported
	Rules   []RuleRef    `json:"rules,omitempty"`   // what it was judged by
}

// JudgedItem is the limit of one reported item: Max or Min, or neither where
// no rule speaks of it.
type JudgedItem struct {
	Max    Decimal `json:"max,omitempty"`
	Min    Decimal `json:"min,omitempty"`
	Beyond bool    `json:"beyond,omitzero"` // the value is not within the limit
	Safety bool    `json:"safety,omitzero"` // the limit is a food-safety limit
}

// Judged tells whether a rule speaks of the item.
func (i *JudgedItem) Judged() bool { return i.Max != "" || i.Min != "" }

// Inspection is a report as the ledger judged it: record and judgement in one.
type Inspection struct {
	Record     string    `json:"record"`
	Target     string    `json:"target"`
	Stage      string    `json:"stage"`
	Lab        string    `json:"lab"`
	OccurredAt string    `json:"occurredAt"`
	Group      string    `json:"group,omitempty"` // this and the following as in Judgement
	Grade      string    `json:"grade,omitempty"`
	Storage    string    `json:"storage,omitempty"`
	Passed     bool      `json:"passed"`
	Safe       bool      `json:"safe"`
	Items      []Finding `json:"items"`
	Missing    []string  `json:"missing,omitempty"`
	Rules      []RuleRef `json:"rules,omitempty"`
}

// Finding is one reported item and what the rules say of it.
type Finding struct {
	Item    string  `json:"item"`
	Value   Decimal `json:"value"`
	Limit   Decimal `json:"limit,omitempty"`
	Bound   string  `json:"bound,omitempty"`   // max or min
	Verdict string  `json:"verdict,omitempty"` // within, beyond; empty where no rule speaks of it
	Safety  bool    `json:"safety,omitzero"`   // the limit is a food-safety limit
}

// Of puts the judgement together with the report that it is about.
func (j *Judgement) Of(id string, p *Inspect) Inspection {
	whole := Inspection{
		Record: id, Target: p.Target, Stage: p.Stage, Lab: p.Issuer, OccurredAt: p.OccurredAt,
		Group: j.Group, Grade: j.Grade, Storage: j.Storage, Passed: j.Passed, Safe: j.Safe,
		Items: make([]Finding, len(p.Items)), Missing: j.Missing, Rules: j.Rules,
	}
	for i, m := range p.Items {
		whole.Items[i] = Finding{Item: m.Item, Value: m.Value}
		if i < len(j.Items) {
			j.Items[i].fill(&whole.Items[i])
		}
	}
	return whole
}

func (i *JudgedItem) fill(f *Finding) {
	switch {
	case i.Max != "":
		f.Limit, f.Bound = i.Max, "max"
	case i.Min != "":
		f.Limit, f.Bound = i.Min, "min"
	default:
		return
	}
	f.Verdict, f.Safety = "within", i.Safety
	if i.Beyond {
		f.Verdict = "beyond"
	}
}
