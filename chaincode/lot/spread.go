package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// Spread puts the marks in force of a parent on its child, along an edge that
// the view holds, and answers how many were new. Nobody signs it: what an edge
// and the parent's marks do not say is never set, and doing it again changes
// nothing. An edge of no grams was taken back and is no path.
func (r *Rules) Spread(v *state.View, step record.SpreadStep) int {
	edge := state.Get[record.Edge](v, record.EdgeKey(step.Child, step.Record, step.Parent))
	if edge == nil || edge.Grams == 0 {
		return 0
	}
	marks := live(v, marksOn(v, step.Parent))
	have := marksOn(v, step.Child)
	_, added := join(v, have, marks)
	for _, m := range added {
		setMark(&state.Case{View: v, ID: m.By}, step.Child, m)
	}
	return len(added)
}

// marksOn are the marks of a node.
func marksOn(v *state.View, node string) []record.Mark {
	code := record.BinOfMix(node)
	if code == "" {
		if lot := state.Get[record.LotState](v, record.LotKey(node)); lot != nil {
			return lot.Marks
		}
		return nil
	}
	if b := lastOf(v, code); b != nil && b.MixID() == node {
		return b.Marks
	}
	if left := state.Get[record.MixMarks](v, record.MixMarksKey(node)); left != nil {
		return left.Marks
	}
	return nil
}
