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
	if !report.Safe && h.lot.NonFood == "" {
		condemn(c, h)
	}
	return nil
}

// condemn marks a lot as unfit for food. Who is no lab speaks for its own
// grain alone: of a lot that is not all its own or in its hands only its own
// part is marked.
func condemn(c *state.Case, h *held) {
	c.Flag(record.FlagNonFood)
	if c.Issuer.Kind == record.KindLab || h.allOf(c.Issuer.USCC) {
		lot := *h.lot
		lot.NonFood = c.ID
		state.Put(c.View, record.LotKey(h.id), &lot)
		return
	}
	own := h.part(c.Issuer.USCC)
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
	if !report.Safe && b.Grams > 0 && b.NonFood == "" {
		b.NonFood = c.ID
		c.Flag(record.FlagNonFood)
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
