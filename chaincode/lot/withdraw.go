package lot

import (
	"time"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// withdraw makes a new lot from a bin; it belongs to the owner of the bin's
// content. For food it needs a passing outbound inspection that is still
// valid (粮食流通管理条例 art. 17 and 18); withdrawn for another purpose the
// lot must not be eaten.
func (r *Rules) withdraw(c *state.Case, p *record.Withdraw) error {
	if err := absent(c, p.Lot); err != nil {
		return err
	}
	_, b, err := ownBin(c, p.Bin)
	if err != nil {
		return err
	}
	if p.Purpose == record.PurposeFood {
		if err := r.inspected(c, p, b); err != nil {
			return err
		}
		if nonFood(c.View, b.Marks) {
			return record.Refuse(record.NotForFood, "the bin's content must not be used for food")
		}
	}
	if err := mayLeaveBin(c, b); err != nil {
		return err
	}
	if err := takeOut(b, p.Grams); err != nil {
		return err
	}
	lot := newLot(c, p, p.Grams)
	lot.Variety, lot.Nature, lot.Product = b.Variety, b.Nature, b.Product
	lot.Purpose = p.Purpose
	unfit := int64(0)
	if p.Purpose != record.PurposeFood {
		unfit = p.Grams
	}
	inherit(c, p, p.Lot, lot, b.Marks, unfit)
	create(c, p.Lot, lot, b.Owner, p.Issuer)
	edge(c, p.Lot, b.MixID(), p.Grams)
	c.Undo.Mix = b.MixID()
	saveBin(c, b)
	return nil
}

// inspected wants the newest outbound report that is not later than the
// withdrawal to have passed and to be still valid.
func (r *Rules) inspected(c *state.Case, p *record.Withdraw, b *record.BinState) error {
	at := p.Time()
	var newest *record.BinInspection
	for i, report := range b.Outbound {
		t := instant(report.OccurredAt)
		if t.After(at) {
			continue
		}
		if newest == nil || !t.Before(instant(newest.OccurredAt)) {
			newest = &b.Outbound[i]
		}
	}
	if newest == nil {
		return record.Refuse(record.NoInspection, "no outbound inspection since the last deposit and before the withdrawal")
	}
	if !newest.Passed {
		return record.Refuse(record.NoInspection, "the newest outbound inspection did not pass")
	}
	table, _ := r.tables.validity.at(c, p)
	if table == nil {
		return record.Refuse(record.NoInspection, "no rule says how long an outbound inspection is valid")
	}
	if age := at.Sub(instant(newest.OccurredAt)); age > time.Duration(table.OutboundDays)*24*time.Hour {
		return record.Refuse(record.NoInspection, "the outbound inspection is older than %d days", table.OutboundDays)
	}
	return nil
}

// undoWithdraw puts a lot back into its bin, while the bin holds the mix that
// the lot was drawn from.
func undoWithdraw(c *state.Case, o *original, p *record.Withdraw) bool {
	b := o.stillIn(c, p.Bin)
	if b == nil {
		return false
	}
	h := o.intact(c, p.Lot, b.Marks)
	if h == nil {
		return false
	}
	b.Grams += p.Grams
	saveBin(c, b)
	o.unmake(c, h, b.MixID())
	return true
}
