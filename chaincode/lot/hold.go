package lot

import (
	"slices"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// hold keeps a lot, or what lies in a bin, where it is (食品安全法 art. 110,
// 查封). All that was made of it is held as the mark spreads.
func hold(c *state.Case, p *record.Hold) error {
	node := p.Target
	if record.IsBinCode(p.Target) {
		b, err := markedBin(c, p.Target)
		if err != nil {
			return err
		}
		node = b.MixID()
	} else if _, err := markedLot(c, p.Target, p.Holder, false); err != nil {
		return err
	}
	begin(c, &record.Cause{Kind: record.MarkHold, Issuer: p.Issuer, Ref: p.Ref, Nodes: []string{node},
		Reason: p.Reason, Document: p.Document})
	return nil
}

// recall calls lots back, with all that was made of them (食品召回管理办法).
func recall(c *state.Case, p *record.Recall) error {
	if p.To != "" && state.Get[record.RegisteredEnterprise](c.View, record.EnterpriseKey(p.To)) == nil {
		return record.Refuse(record.UnknownEnterprise, "%s is not registered", p.To)
	}
	for _, lot := range p.Targets {
		if _, err := markedLot(c, lot, p.Holder, true); err != nil {
			return err
		}
	}
	begin(c, &record.Cause{Kind: record.MarkRecall, Issuer: p.Issuer, Ref: p.Ref, Nodes: slices.Clone(p.Targets),
		Reason: p.Reason, Level: p.Level, Notice: p.Notice, To: p.To})
	return nil
}

// begin writes the cause that the record in hand is, and marks its nodes.
func begin(c *state.Case, cause *record.Cause) {
	state.Create(c.View, record.CauseKey(c.ID), cause)
	for _, node := range cause.Nodes {
		setMark(c, node, record.Mark{Kind: cause.Kind, By: c.ID})
	}
}

// markedLot is a lot that the issuer may hold or recall: a regulator in whose
// division the lot was made or a named holder has some of it; an owner of some
// of it; and for a recall, who made it.
func markedLot(c *state.Case, id, holder string, makerToo bool) (*held, error) {
	h, err := find(c, id)
	if err != nil {
		return nil, err
	}
	own := h.look(c.Issuer.USCC)
	switch {
	case c.Issuer.Kind == record.KindRegulator:
		return h, regulates(c, h, holder)
	case makerToo && h.lot.Issuer == c.Issuer.USCC:
		return h, nil
	case own == nil || own.Owned+own.NonFood == 0:
		return nil, record.Refuse(record.NotOwner, "the issuer owns nothing of %s", id)
	}
	return h, nil
}

// regulates wants the lot's issuer, or the holder that the record names, to be
// in the regulator's division.
func regulates(c *state.Case, h *held, holder string) error {
	if holder == "" {
		return actsFor(c, h.lot.Issuer)
	}
	if err := actsFor(c, holder); err != nil {
		return err
	}
	if part := h.look(holder); part == nil || part.Held == 0 {
		return record.Refuse(record.NotCustodian, "%s holds nothing of %s", holder, h.id)
	}
	return nil
}

// markedBin is a bin with something in it, or that had, which the issuer may
// hold: its regulator, or the owner of its content.
func markedBin(c *state.Case, code string) (*record.BinState, error) {
	f, b, err := findBin(c, code)
	if err != nil {
		return nil, err
	}
	if c.Issuer.Kind == record.KindRegulator {
		err = actsFor(c, f.USCC)
	} else if b.Grams == 0 || b.Owner != c.Issuer.USCC {
		err = record.Refuse(record.NotOwner, "the issuer owns nothing in %s", code)
	}
	if err != nil {
		return nil, err
	}
	if b.Epoch == 0 {
		return nil, record.Refuse(record.InsufficientQuantity, "nothing was ever in %s", code)
	}
	return b, nil
}

// actsFor wants the case's issuer to be a regulator in whose division the
// enterprise is.
func actsFor(c *state.Case, uscc string) error {
	e := state.Get[record.RegisteredEnterprise](c.View, record.EnterpriseKey(uscc))
	switch {
	case e == nil:
		return record.Refuse(record.UnknownEnterprise, "%s is not registered", uscc)
	case c.Issuer.Kind != record.KindRegulator || !record.Covers(c.Issuer.Division, e.Division):
		return record.Refuse(record.NotAuthorised, "the issuer is no regulator of division %s", e.Division)
	}
	return nil
}

// release ends a hold, a recall or a review: one write, which lifts it on
// every node that it reached.
func release(c *state.Case, p *record.Release) error {
	if p.Target != "" {
		return releaseMany(c, p.Target)
	}
	if c.Issuer.USCC != p.Of.Issuer {
		if err := actsFor(c, p.Of.Issuer); err != nil {
			return err
		}
	}
	entry := state.Get[record.Entry](c.View, record.EntryKey(p.Of.Issuer, p.Of.Ref))
	if entry == nil || entry.ID != p.Record {
		return record.Refuse(record.UnknownRecord, "%s of %s is not record %s", p.Of.Ref, p.Of.Issuer, p.Record)
	}
	cause := state.Get[record.Cause](c.View, record.CauseKey(p.Record))
	switch {
	case cause == nil || cause.Kind == record.MarkNonFood:
		return record.Refuse(record.WrongRecordKind, "the %s record holds, recalls and questions nothing", entry.Type)
	case cause.Lifted != "":
		return record.Refuse(record.AlreadyLifted, "by record %s", cause.Lifted)
	}
	lift(c, p.Record, cause)
	return nil
}

func lift(c *state.Case, id string, cause *record.Cause) {
	now := *cause
	now.Lifted = c.ID
	state.Put(c.View, record.CauseKey(id), &now)
}

// releaseMany takes the collective marks off one node, since no cause says
// when they end. A regulator answers for it.
func releaseMany(c *state.Case, target string) error {
	collective := func(m record.Mark) bool { return m.By == record.MarkMany }
	none := record.Refuse(record.AlreadyLifted, "%s has no collective mark", target)
	if record.IsBinCode(target) {
		f, b, err := findBin(c, target)
		if err != nil {
			return err
		}
		if err := actsFor(c, f.USCC); err != nil {
			return err
		}
		if !slices.ContainsFunc(b.Marks, collective) {
			return none
		}
		strip(c, b, collective)
		saveBin(c, b)
		return nil
	}
	h, err := find(c, target)
	if err != nil {
		return err
	}
	if err := actsFor(c, h.lot.Issuer); err != nil {
		return err
	}
	if !slices.ContainsFunc(h.lot.Marks, collective) {
		return none
	}
	lot := *h.lot
	lot.Marks = slices.DeleteFunc(slices.Clone(lot.Marks), collective)
	state.Put(c.View, record.LotKey(target), &lot)
	return nil
}
