package record

import "slices"

// Reference names an accepted record as its issuer does.
type Reference struct {
	Issuer string `json:"issuer"`
	Ref    string `json:"ref"`
}

// Original carries the bytes that an annulled record signed. The ledger keeps
// no payloads; with these it can compute the id again and knows what to undo.
type Original struct {
	Type    Type   `json:"type"`
	Payload []byte `json:"payload"` // base64, as it was signed
}

// ID is the id of the record that signed these bytes.
func (o *Original) ID() string {
	e := Envelope{PayloadType: o.Type.PayloadType(), Payload: o.Payload}
	return e.ID()
}

// Annulment is what void and correct have in common: the record that they take
// back, and why. It is signed by the original's issuer or a regulator.
type Annulment struct {
	Record   string    `json:"record"` // id of the original
	Of       Reference `json:"of"`     // issuer and ref of the original
	Original Original  `json:"original"`
	Reason   string    `json:"reason"`
	// Regulator is whose signature stands beside the original's issuer's, where
	// it needs both: grain becomes fit for food again only so.
	Regulator string `json:"regulator,omitempty"`
}

// Void takes a record back. Nothing is deleted: what the record did is undone
// while nobody has built on it, otherwise it is under review.
type Void struct {
	Header
	Annulment
}

// Correct takes a record back and names the one that stands instead. That may
// be committed later.
type Correct struct {
	Header
	Annulment
	Replacement string `json:"replacement"` // id
}

func (*Void) Type() Type    { return TypeVoid }
func (*Correct) Type() Type { return TypeCorrect }

func (p *Void) check(c *checker) { p.Annulment.check(c, p.Issuer) }

func (p *Correct) check(c *checker) {
	p.Annulment.check(c, p.Issuer)
	c.hash("replacement", p.Replacement)
	if p.Replacement == p.Record {
		c.fail(BadField, "replacement", "is the record that is replaced")
	}
}

func (p *Void) touch(t *Touches)    { p.Annulment.touch(t) }
func (p *Correct) touch(t *Touches) { p.Annulment.touch(t) }

// AnnulmentOf is what a void or correct takes back; nil for other payloads.
func AnnulmentOf(p Payload) *Annulment {
	switch p := p.(type) {
	case *Void:
		return &p.Annulment
	case *Correct:
		return &p.Annulment
	}
	return nil
}

// annullable are the types that can be taken back. What a registry record says
// is changed by another of its type; holds and recalls are released.
var annullable = []Type{TypeHarvest, TypePurchase, TypeInspect, TypeStore, TypeWithdraw, TypeSplit, TypeMerge, TypeProcess,
	TypeShip, TypeReceive, TypeReturn, TypeCancelShip, TypeSell, TypeAdjust, TypeWriteOff}

// Taken is the original as it was said; nil where its type cannot be taken
// back or its bytes are not a payload of it.
func (a *Annulment) Taken() Payload {
	if !slices.Contains(annullable, a.Original.Type) {
		return nil
	}
	p, err := DecodePayload(a.Original.Type, a.Original.Payload)
	if err != nil {
		return nil
	}
	return p
}

func (a *Annulment) check(c *checker, issuer string) {
	c.hash("record", a.Record)
	c.uscc("of/issuer", a.Of.Issuer)
	c.ref("of/ref", a.Of.Ref)
	c.text("reason", a.Reason, 300)
	if a.Regulator != "" {
		c.uscc("regulator", a.Regulator)
		c.absent("regulator", issuer != a.Of.Issuer, "stands beside the original's issuer alone")
	}
	_, known := payloads[a.Original.Type]
	switch {
	case !known:
		c.fail(BadField, "original/type", "names no record type")
	case len(a.Original.Payload) == 0:
		c.fail(BadField, "original/payload", "is missing")
	case a.Original.ID() != a.Record:
		c.fail(BadField, "record", "is not the id of the original")
	case slices.Contains(annullable, a.Original.Type):
		a.checkTaken(c)
	}
}

// checkTaken wants the original to be of the form that records have, since its
// lists and names decide what the ledger reads.
func (a *Annulment) checkTaken(c *checker) {
	p := a.Taken()
	switch {
	case p == nil || Check(p, c.now) != nil:
		c.fail(BadField, "original/payload", "is not a payload of its type")
	case p.Head().Issuer != a.Of.Issuer:
		c.fail(BadField, "of/issuer", "is not the original's issuer")
	case p.Head().Ref != a.Of.Ref:
		c.fail(BadField, "of/ref", "is not the original's ref")
	}
}

// touch is what the original touched, lots for writing too: they may come
// under review. The mixes of bins that it changed are known only from its
// entry; the contract reads their marks in a second round.
func (a *Annulment) touch(t *Touches) {
	t.write(EntryKey(a.Of.Issuer, a.Of.Ref), CauseKey(a.Record))
	t.read(EnterpriseKey(a.Of.Issuer))
	if a.Regulator != "" {
		t.read(EnterpriseKey(a.Regulator))
	}
	p := a.Taken()
	if p == nil {
		return
	}
	var was Touches
	p.touch(&was)
	t.write(was.Written()...) // what the original made is there now, and is read
	for _, key := range was.Reads {
		if isLotKey(key) {
			t.write(key)
		} else {
			t.read(key)
		}
	}
}

// parties are those whose signature beside the issuer's means something: the
// lab and the regulator of one inspection, and who confirmed the original.
func (a *Annulment) parties(issuer string) []string {
	list := []string{a.Regulator}
	if issuer != a.Of.Issuer {
		list = append(list, a.Of.Issuer)
	}
	if p := a.Taken(); p != nil {
		list = append(list, Counterparties(p)...)
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(s string) bool { return s == "" || s == issuer })
}

// Annul is the annulment of a record that an envelope holds.
func Annul(e Envelope, reason string) (Annulment, error) {
	t, err := e.Type()
	if err != nil {
		return Annulment{}, err
	}
	p, err := DecodePayload(t, e.Payload)
	if err != nil {
		return Annulment{}, err
	}
	h := p.Head()
	return Annulment{Record: e.ID(), Of: Reference{h.Issuer, h.Ref}, Original: Original{t, e.Payload}, Reason: reason}, nil
}
