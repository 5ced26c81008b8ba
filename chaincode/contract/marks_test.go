package contract_test

import (
	"github.com/grainledger/grainledger/record"
)

// marks are those of a node, in force or not.
func (w *world) marks(node string) []record.Mark {
	w.Helper()
	bin := record.BinOfMix(node)
	if bin == "" {
		return value[record.LotState](w, record.LotKey(node)).Marks
	}
	if b := value[record.BinState](w, record.BinKey(bin)); b.MixID() == node {
		return b.Marks
	}
	if left := value[record.MixMarks](w, record.MixMarksKey(node)); left != nil {
		return left.Marks
	}
	return nil
}

// marked lists who caused the marks of a kind that are in force on a node.
func (w *world) marked(node, kind string) (by []string) {
	w.Helper()
	for _, m := range w.marks(node) {
		if m.Kind != kind {
			continue
		}
		if m.By == record.MarkMany || value[record.Cause](w, record.CauseKey(m.By)).Lifted == "" {
			by = append(by, m.By)
		}
	}
	return by
}

// unfit tells whether a node must not be eaten.
func (w *world) unfit(node string) bool { return len(w.marked(node, record.MarkNonFood)) > 0 }
