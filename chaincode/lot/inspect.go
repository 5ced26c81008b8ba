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
		lot := *h.lot
		lot.NonFood = c.ID
		c.Flag(record.FlagNonFood)
		state.Put(c.View, record.LotKey(lot.Lot), &lot)
	}
	return nil
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
		noteOutbound(c, p, b, report.Passed)
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
// A report from before the last deposit says nothing of what is in the bin.
func noteOutbound(c *state.Case, p *record.Inspect, b *record.BinState, passed bool) {
	if b.Grams == 0 || p.Time().Before(instant(b.LastDeposit)) {
		c.Flag(record.FlagNotCounted)
		return
	}
	list := append(slices.Clone(b.Outbound), record.BinInspection{
		Record: c.ID, OccurredAt: p.OccurredAt, Passed: passed,
	})
	slices.SortStableFunc(list, func(x, y record.BinInspection) int {
		return instant(x.OccurredAt).Compare(instant(y.OccurredAt))
	})
	b.Outbound = list[max(0, len(list)-maxOutbound):]
}
