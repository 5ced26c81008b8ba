package lot

import (
	"slices"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// inspect attaches a report to a lot or bin. The ledger judges the values; a
// value over a food-safety limit makes the grain unfit for food, and only a
// void by lab and regulator together lifts that. An own lab inspects only its
// own grain.
func (r *Rules) inspect(c *state.Case, p *record.Inspect) error {
	if record.IsBinCode(p.Target) {
		return r.inspectBin(c, p)
	}
	return r.inspectLot(c, p)
}

func (r *Rules) inspectLot(c *state.Case, p *record.Inspect) error {
	h, err := find(c, p.Target)
	if err != nil {
		return err
	}
	if own := h.look(p.Issuer); c.Issuer.Kind != record.KindLab && (own == nil || own.Held+own.Owned+own.NonFood == 0) {
		return notOwnGrain()
	}
	report := r.judge(c, p, h.lot.Variety, h.lot.Product)
	if p.Stage == record.StagePurchase && h.lot.Kind == record.TypePurchase {
		r.checkDeduction(c, p, h.lot, report.Group)
	}
	state.Create(c.View, record.InspectionKey(c.ID), report)
	if !report.Safe {
		condemnLot(c, p, h)
	}
	return nil
}

// condemnLot marks a lot as unfit for food. Who is no lab speaks for its own
// grain alone: of a lot that is not all its own or in its hands only its own
// part is marked.
func condemnLot(c *state.Case, p *record.Inspect, h *held) {
	if !nonFood(c.View, h.lot.Marks) {
		c.Flag(record.FlagNonFood)
	}
	if c.Issuer.Kind == record.KindLab || h.allOf(c.Issuer.USCC) {
		setMark(c, h.id, condemn(c, p, h.id))
		return
	}
	own := h.part(c.Issuer.USCC)
	drew(c, own.Owned)
	own.NonFood += own.Owned
	own.Owned = 0
	h.save(c)
}

// allOf tells whether nobody else owns any of the lot, or nobody else holds any.
func (h *held) allOf(party string) bool {
	var owned, held int64
	for _, p := range h.stock.Parts {
		if p.Party != party {
			owned += p.Owned + p.NonFood
			held += p.Held
		}
	}
	return owned == 0 || held == 0
}

func (r *Rules) inspectBin(c *state.Case, p *record.Inspect) error {
	f, b, err := findBin(c, p.Target)
	if err != nil {
		return err
	}
	owns := b.Grams > 0 && b.Owner == p.Issuer
	if c.Issuer.Kind != record.KindLab && f.USCC != p.Issuer && !owns {
		return notOwnGrain()
	}
	variety, product := b.Variety, b.Product
	if b.Grams == 0 {
		variety, product = "", "" // of what was there before it says nothing
	}
	report := r.judge(c, p, variety, product)
	state.Create(c.View, record.InspectionKey(c.ID), report)
	if !report.Safe && b.Grams > 0 {
		if !nonFood(c.View, b.Marks) {
			c.Flag(record.FlagNonFood)
		}
		b.Marks, _ = join(c.View, b.Marks, []record.Mark{condemn(c, p, b.MixID())})
	}
	if b.Epoch > 0 {
		c.Undo.Mix = b.MixID()
	}
	if p.Stage == record.StageOutbound {
		noteOutbound(c, p, b, report)
	}
	saveBin(c, b)
	return nil
}

func notOwnGrain() error {
	return record.Refuse(record.NotAuthorised, "who is no lab inspects only grain that it owns or holds")
}

// maxOutbound bounds the reports a bin remembers; the newest by time stay.
const maxOutbound = 16

// noteOutbound keeps what a withdrawal needs to know of an outbound report.
// A report from before the last deposit says nothing of what is in the bin, and
// one without an item that a rule speaks of says nothing at all, unless no rule
// speaks of this kind of grain.
func noteOutbound(c *state.Case, p *record.Inspect, b *record.BinState, report *record.Judgement) {
	judged := report.Group == "" || slices.ContainsFunc(report.Items, func(i record.JudgedItem) bool { return i.Judged() })
	if b.Grams == 0 || !judged || p.Time().Before(instant(b.LastDeposit)) {
		c.Flag(record.FlagNotCounted)
		return
	}
	list := append(slices.Clone(b.Outbound), record.BinInspection{
		Record: c.ID, OccurredAt: p.OccurredAt, Passed: report.Passed,
	})
	slices.SortStableFunc(list, func(x, y record.BinInspection) int {
		return instant(x.OccurredAt).Compare(instant(y.OccurredAt))
	})
	b.Outbound = list[max(0, len(list)-maxOutbound):]
}

// undoInspect has nothing to give back, since nothing was made by a report; but
// an outbound report of a bin that has changed since may have let grain out.
func undoInspect(c *state.Case, o *original, p *record.Inspect) bool {
	if !record.IsBinCode(p.Target) || p.Stage != record.StageOutbound || o.entry.Undo.Mix == "" {
		return true
	}
	_, b, err := findBin(c, p.Target)
	return err == nil && b.UntouchedSince(o.id)
}

// dropReport takes a report out of what its bin's withdrawals go by.
func dropReport(c *state.Case, o *original, p *record.Inspect) {
	if !record.IsBinCode(p.Target) {
		return
	}
	_, b, err := findBin(c, p.Target)
	mine := func(r record.BinInspection) bool { return r.Record == o.id }
	if err != nil || !slices.ContainsFunc(b.Outbound, mine) {
		return
	}
	b.Outbound = slices.DeleteFunc(slices.Clone(b.Outbound), mine)
	saveBin(c, b)
}

// confirmInspection lifts what an unsafe report did, where lab and regulator
// have both signed that it is taken back. Neither alone makes grain fit for
// food again. It may be called again when the second signature has come.
func confirmInspection(c *state.Case, a *record.Annulment, o *original, p *record.Inspect) {
	cause := state.Get[record.Cause](c.View, record.CauseKey(o.id))
	condemned := cause != nil && cause.Kind == record.MarkNonFood && cause.Lifted == ""
	switch {
	case !condemned && len(o.entry.Undo.NonFood) == 0:
	case !bothSigned(c, a):
		c.Flag(record.FlagStillNonFood)
	case condemned:
		lift(c, o.id, cause)
	default:
		undoOwnPart(c, o, p)
	}
}

// mayClear wants the inspector's own void of a report that condemned grain to
// name the regulator whose signature it needs. A record is taken back once, so
// that without a name nobody could ever make the grain fit for food again.
func mayClear(c *state.Case, a *record.Annulment, o *original) error {
	if o.payload.Type() != record.TypeInspect || c.Issuer.USCC != a.Of.Issuer || a.Regulator != "" {
		return nil
	}
	cause := state.Get[record.Cause](c.View, record.CauseKey(o.id))
	if condemned := cause != nil && cause.Kind == record.MarkNonFood && cause.Lifted == ""; condemned || len(o.entry.Undo.NonFood) > 0 {
		return record.Refuse(record.BadField, "regulator: the report made grain unfit for food, so the void names who signs beside the issuer")
	}
	return nil
}

// bothSigned tells whether the inspector and a regulator of its division have
// signed.
func bothSigned(c *state.Case, a *record.Annulment) bool {
	if c.Issuer.USCC != a.Of.Issuer {
		return slices.Contains(c.Cosigned, a.Of.Issuer)
	}
	if !slices.Contains(c.Cosigned, a.Regulator) {
		return false
	}
	lab := state.Get[record.RegisteredEnterprise](c.View, record.EnterpriseKey(a.Of.Issuer))
	by := state.Get[record.RegisteredEnterprise](c.View, record.EnterpriseKey(a.Regulator))
	return lab != nil && by != nil && by.Kind == record.KindRegulator && record.Covers(by.Division, lab.Division)
}

// undoOwnPart makes the part of a lot that its owner's own report condemned fit
// for food again, while nothing has changed the lot since.
func undoOwnPart(c *state.Case, o *original, p *record.Inspect) {
	h, err := find(c, p.Target)
	if err != nil || h.stock.Last != o.id {
		c.Flag(record.FlagStillNonFood)
		return
	}
	own := h.part(p.Issuer)
	own.Owned += o.unfit(0)
	own.NonFood -= o.unfit(0)
	h.save(c)
}

// Cosigned takes up a signature that came after its record was accepted. Only
// the void of a report waits for one. It reports what flag no longer holds.
func (r *Rules) Cosigned(c *state.Case, p record.Payload) (done record.Flag) {
	a := record.AnnulmentOf(p)
	if a == nil {
		return ""
	}
	report, ok := a.Taken().(*record.Inspect)
	entry := state.Get[record.Entry](c.View, record.EntryKey(a.Of.Issuer, a.Of.Ref))
	if !ok || entry == nil {
		return ""
	}
	confirmInspection(c, a, &original{id: a.Record, payload: report, entry: entry}, report)
	if slices.Contains(c.Flags, record.FlagStillNonFood) {
		return ""
	}
	return record.FlagStillNonFood
}
