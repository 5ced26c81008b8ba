package contract_test

import (
	"github.com/grainledger/grainledger/record"
)

// bin is the state of a bin with its code; nil where there is none.
func (w *world) bin(code string) *record.BinState {
	w.Helper()
	b := value[record.BinState](w, record.BinKey(code))
	if b != nil {
		b.Bin = code
	}
	return b
}

// marks are those of a node, in force or not.
func (w *world) marks(node string) []record.Mark {
	w.Helper()
	code := record.BinOfMix(node)
	if code == "" {
		return value[record.LotState](w, record.LotKey(node)).Marks
	}
	if b := w.bin(code); b.MixID() == node {
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
