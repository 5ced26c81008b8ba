package record

// Hold keeps a lot, or what lies in a bin, where it is, with all that was made
// of it. A regulator signs it, or an owner of some of the grain.
type Hold struct {
	Header
	Target   string `json:"target"`             // lot id or bin code
	Holder   string `json:"holder,omitempty"`   // who holds some of the lot, where that and not the lot's issuer is in the regulator's division
	Reason   string `json:"reason"`             // public
	Document string `json:"document,omitempty"` // number of the order
}

func (*Hold) Type() Type { return TypeHold }

func (p *Hold) check(c *checker) {
	bin := IsBinCode(p.Target)
	if !bin {
		c.lotID("target", p.Target)
	}
	if p.Holder != "" {
		c.uscc("holder", p.Holder)
		c.absent("holder", bin, "a bin says itself who holds it")
	}
	c.text("reason", p.Reason, 300)
	c.optional("document", p.Document, 200)
}

func (p *Hold) touch(t *Touches) {
	if IsBinCode(p.Target) {
		t.read(FacilityKey(p.Target), EnterpriseKey(p.Target[:18]))
		t.write(BinKey(p.Target))
		return
	}
	t.markLot(p.Target)
	if p.Holder != "" {
		t.read(EnterpriseKey(p.Holder))
	}
}

// Recall calls back lots and all that was made of them. A regulator signs it,
// or who owns or made the lots. Recalled grain does not move, except to the
// recall's issuer or whom it names.
type Recall struct {
	Header
	Targets []string `json:"targets"`          // lot ids
	Holder  string   `json:"holder,omitempty"` // as in Hold, of every target
	Level   int      `json:"level"`            // 1 (gravest) to 3, 食品召回管理办法
	Reason  string   `json:"reason"`
	Notice  string   `json:"notice"`       // what consumers are told, public
	To      string   `json:"to,omitempty"` // who takes the grain back; the issuer where empty
}

// maxTargets bounds the lots of one recall; their descendants are not counted.
const maxTargets = 100

func (*Recall) Type() Type { return TypeRecall }

func (p *Recall) check(c *checker) {
	c.count("targets", len(p.Targets))
	if len(p.Targets) > maxTargets {
		c.fail(TooLarge, "targets", "has more than %d items", maxTargets)
	}
	for i, lot := range p.Targets {
		c.lotID(at("targets", i), lot)
	}
	c.distinct("targets", p.Targets)
	if p.Holder != "" {
		c.uscc("holder", p.Holder)
	}
	if p.Level < 1 || p.Level > 3 {
		c.fail(BadField, "level", "is not 1, 2 or 3")
	}
	c.text("reason", p.Reason, 300)
	c.text("notice", p.Notice, 600)
	if p.To != "" {
		c.uscc("to", p.To)
	}
}

func (p *Recall) touch(t *Touches) {
	for _, lot := range p.Targets {
		t.markLot(lot)
	}
	if p.Holder != "" {
		t.read(EnterpriseKey(p.Holder))
	}
	if p.To != "" {
		t.read(EnterpriseKey(p.To))
	}
}

// Release ends a hold, a recall, or the review that a void or correct began,
// everywhere at once. Who issued that signs it, or a regulator. Without record
// it takes the collective marks off one lot or bin: see MarkMany.
type Release struct {
	Header
	Record string    `json:"record,omitempty"` // id of the hold, recall, void or correct
	Of     Reference `json:"of,omitzero"`      // its issuer and ref
	Target string    `json:"target,omitempty"` // lot id or bin code, where no record is named
	Reason string    `json:"reason"`
}

func (*Release) Type() Type { return TypeRelease }

func (p *Release) check(c *checker) {
	c.text("reason", p.Reason, 300)
	if p.Target != "" {
		if !IsBinCode(p.Target) {
			c.lotID("target", p.Target)
		}
		const why = "stands without a target"
		c.absent("record", p.Record != "", why)
		c.absent("of/issuer", p.Of.Issuer != "", why)
		c.absent("of/ref", p.Of.Ref != "", why)
		return
	}
	c.hash("record", p.Record)
	c.uscc("of/issuer", p.Of.Issuer)
	c.ref("of/ref", p.Of.Ref)
}

func (p *Release) touch(t *Touches) {
	switch {
	case p.Target == "":
		t.write(CauseKey(p.Record))
		t.read(EnterpriseKey(p.Of.Issuer), EntryKey(p.Of.Issuer, p.Of.Ref))
	case IsBinCode(p.Target):
		t.read(FacilityKey(p.Target), EnterpriseKey(p.Target[:18]))
		t.write(BinKey(p.Target))
	default:
		t.markLot(p.Target)
	}
}
