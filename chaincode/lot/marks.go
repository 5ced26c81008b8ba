package lot

import (
	"slices"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// inForce tells whether a mark's cause has not been lifted.
func inForce(v *state.View, m record.Mark) bool {
	if m.By == record.MarkMany {
		return true
	}
	cause := state.Get[record.Cause](v, record.CauseKey(m.By))
	return cause == nil || cause.Lifted == ""
}

// live lists the marks that are in force.
func live(v *state.View, marks []record.Mark) []record.Mark {
	var out []record.Mark
	for _, m := range marks {
		if inForce(v, m) {
			out = append(out, m)
		}
	}
	return out
}

// join adds marks to a node's list, which is not changed, and tells which were
// new. Lifted ones make room; beyond the bound a collective mark stands for
// those of its kind, so that none is lost.
func join(v *state.View, have, more []record.Mark) (all, added []record.Mark) {
	all = slices.Clone(have)
	for _, m := range more {
		if slices.Contains(all, m) {
			continue
		}
		if len(all) >= record.MaxMarks {
			all = live(v, all)
		}
		if len(all) >= record.MaxMarks {
			m.By = record.MarkMany
		}
		if !slices.Contains(all, m) {
			all, added = append(all, m), append(added, m)
		}
	}
	return all, added
}

// nonFood tells whether grain with these marks must not be eaten.
func nonFood(v *state.View, marks []record.Mark) bool {
	return slices.ContainsFunc(marks, func(m record.Mark) bool { return m.Kind == record.MarkNonFood && inForce(v, m) })
}

// mayMove wants nothing to hold or recall the grain. Recalled grain may go to
// whoever recalls it, or to whom the recall names.
func mayMove(c *state.Case, node string, marks []record.Mark, to string) error {
	return stays(c, node, marks, func(recall *record.Cause) bool {
		return recall != nil && to != "" && (to == recall.To || to == recall.Issuer)
	})
}

// mayLeaveBin is mayMove for a withdrawal: recalled grain has to come out of
// its bin to be recovered, and the lot that it becomes is recalled as well.
func mayLeaveBin(c *state.Case, b *record.BinState) error {
	return stays(c, b.Bin, b.Marks, func(*record.Cause) bool { return true })
}

// stays refuses to move grain that is held, or recalled by what is not passed.
func stays(c *state.Case, node string, marks []record.Mark, pass func(recall *record.Cause) bool) error {
	for _, m := range marks {
		if m.Kind != record.MarkHold && m.Kind != record.MarkRecall || !inForce(c.View, m) {
			continue
		}
		if m.By == record.MarkMany {
			if m.Kind == record.MarkRecall && pass(nil) {
				continue
			}
			return record.Refuse(record.OnHold, "%s is under more %ss than a lot lists", node, m.Kind)
		}
		cause := state.Get[record.Cause](c.View, record.CauseKey(m.By))
		if m.Kind == record.MarkRecall && pass(cause) {
			continue
		}
		return record.Refuse(record.OnHold, "%s is under the %s %s of %s", node, m.Kind, cause.Ref, cause.Issuer)
	}
	return nil
}

// condemn begins a cause of grain that must not be eaten, by the record in
// hand, and is its mark. It may be called for several nodes of one record.
func condemn(c *state.Case, p record.Payload, node string) record.Mark {
	h := p.Head()
	key := record.CauseKey(c.ID)
	now := record.Cause{Kind: record.MarkNonFood, Issuer: h.Issuer, Ref: h.Ref}
	if was := state.Created[record.Cause](c.View, key); was != nil {
		now = *was
	}
	if !slices.Contains(now.Nodes, node) {
		now.Nodes = append(slices.Clone(now.Nodes), node)
	}
	state.Create(c.View, key, &now)
	return record.Mark{Kind: record.MarkNonFood, By: c.ID}
}

// inherit gives a new lot the marks of a parent. Where some of the grams were
// bought for another purpose than food, the lot must not be eaten.
func inherit(c *state.Case, p record.Payload, id string, child *record.LotState, parent []record.Mark, nonFoodGrams int64) {
	child.Marks, _ = join(c.View, child.Marks, live(c.View, parent))
	if nonFoodGrams > 0 {
		child.Marks, _ = join(c.View, child.Marks, []record.Mark{condemn(c, p, id)})
	}
}

// mixIn gives a bin the marks of grain that goes into it. What happened must
// stand in the books, so that unfit grain among fit is flagged and not refused.
func mixIn(c *state.Case, p record.Payload, b *record.BinState, lot []record.Mark, nonFoodGrams int64) {
	bad := nonFood(c.View, lot) || nonFoodGrams > 0
	if b.Grams > 0 && bad != nonFood(c.View, b.Marks) {
		c.Flag(record.FlagNonFoodMixed)
	}
	more := live(c.View, lot)
	if nonFoodGrams > 0 {
		more = append(more, condemn(c, p, b.NextMixID()))
	}
	b.Marks, c.Undo.Took = join(c.View, b.Marks, more)
}

// setMark puts a mark on a node. A mix that its bin no longer holds has its
// marks under a key of its own.
func setMark(c *state.Case, node string, m record.Mark) {
	code := record.BinOfMix(node)
	if code == "" {
		lot := *state.Get[record.LotState](c.View, record.LotKey(node))
		lot.Marks, _ = join(c.View, lot.Marks, []record.Mark{m})
		state.Put(c.View, record.LotKey(node), &lot)
		return
	}
	if b := lastOf(c.View, code); b != nil && b.MixID() == node {
		b.Marks, _ = join(c.View, b.Marks, []record.Mark{m})
		saveBin(c, b)
		return
	}
	var have []record.Mark
	if was := leftMarks(c.View, node); was != nil {
		have = was.Marks
	}
	have, _ = join(c.View, have, []record.Mark{m})
	state.Create(c.View, record.MixMarksKey(node), &record.MixMarks{Marks: have})
}

// leftMarks are those of a mix that its bin no longer holds. They were loaded
// unless the mix was left within this very transaction.
func leftMarks(v *state.View, mix string) *record.MixMarks {
	key := record.MixMarksKey(mix)
	if !v.Loaded(key) {
		return state.Created[record.MixMarks](v, key)
	}
	return state.Get[record.MixMarks](v, key)
}

// strip takes marks off the mix that a bin holds. That they are gone stands
// under the mix's own key too: the bin may leave the mix within the same
// transaction, and who reads the blocks would not learn it from the bin.
func strip(c *state.Case, b *record.BinState, gone func(record.Mark) bool) {
	before := len(b.Marks)
	if b.Marks = slices.DeleteFunc(slices.Clone(b.Marks), gone); len(b.Marks) < before {
		state.Create(c.View, record.MixMarksKey(b.MixID()), &record.MixMarks{Marks: b.Marks})
	}
}

// leaveMix keeps the marks of the mix that the bin is about to leave.
func leaveMix(c *state.Case, b *record.BinState) {
	if len(b.Marks) > 0 {
		state.Create(c.View, record.MixMarksKey(b.MixID()), &record.MixMarks{Marks: b.Marks})
	}
}
