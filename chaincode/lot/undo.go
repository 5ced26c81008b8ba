package lot

import (
	"slices"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// intact is a lot that is as the original made it: no record has changed its
// stock, and no mark is in force on it but the original's own and those of its
// parents. Otherwise grain would leave a hold when its lot is taken back. It is
// nil where the lot is not so.
func (o *original) intact(c *state.Case, id string, parents []record.Mark) *held {
	h, err := find(c, id)
	if err != nil || h.lot.Record != o.id || !h.stock.Untouched() {
		return nil
	}
	for _, m := range live(c.View, h.lot.Marks) {
		if m.By != o.id && !slices.Contains(parents, m) {
			return nil
		}
	}
	return h
}

// free tells that no hold and no recall keeps the lot where it is: a void is no
// way to move what may not be moved.
func (h *held) free(c *state.Case) bool { return mayMove(c, h.id, h.lot.Marks, "") == nil }

// allIntact is intact for several lots; nil where one is not.
func (o *original) allIntact(c *state.Case, ids []string, parents []record.Mark) []*held {
	out := make([]*held, len(ids))
	for i, id := range ids {
		if out[i] = o.intact(c, id, parents); out[i] == nil {
			return nil
		}
	}
	return out
}

// unmake empties a lot that the original made and cuts it off its parents: an
// edge of no grams is no path. Its id stays taken.
func (o *original) unmake(c *state.Case, h *held, parents ...string) {
	for i := range h.stock.Parts {
		p := &h.stock.Parts[i]
		p.Owned, p.NonFood, p.Held = 0, 0, 0
	}
	h.save(c)
	if len(h.lot.Marks) > 0 {
		lot := *h.lot
		lot.Marks = nil
		state.Put(c.View, record.LotKey(h.id), &lot)
	}
	for _, parent := range parents {
		o.cut(c, h.id, parent)
	}
}

// cut takes the grams off an edge that the original made.
func (o *original) cut(c *state.Case, child, parent string) {
	state.Create(c.View, record.EdgeKey(child, o.id, parent), &record.Edge{})
}

// restore gives back grams that the original took out of a lot, as its input
// with this number.
func (o *original) restore(h *held, owner, custodian string, grams int64, input int) {
	unfit := o.unfit(input)
	h.give(owner, grams-unfit, unfit)
	h.hand(custodian, grams)
}

// unfit is how many grams of an input were not for food.
func (o *original) unfit(input int) int64 {
	if list := o.entry.Undo.NonFood; input < len(list) {
		return list[input]
	}
	return 0
}

// owner is whose grain it was, where the payload may say so.
func (o *original) owner(named string) string {
	switch {
	case named != "":
		return named
	case o.entry.Undo.Owner != "":
		return o.entry.Undo.Owner
	}
	return o.payload.Head().Issuer
}

// soleOwner is the owner of a lot that nobody has changed since it was made.
func (h *held) soleOwner() string {
	for _, p := range h.stock.Parts {
		if p.Owned+p.NonFood > 0 {
			return p.Party
		}
	}
	return ""
}

// stillIn is the bin of a record with the mix that it was about still in it;
// nil where another mix has followed.
func (o *original) stillIn(c *state.Case, bin string) *record.BinState {
	_, b, err := findBin(c, bin)
	if err != nil || b.Epoch == 0 || b.MixID() != o.entry.Undo.Mix {
		return nil
	}
	return b
}
