package proof

import (
	"slices"

	"github.com/grainledger/grainledger/record"
)

type marker struct {
	kind record.Type
	why  string
}

// marking is the types of records that warn of what they name, the gravest
// first, and what the check says where one of them is the gravest.
var marking = []marker{
	{record.TypeRecall, "recalled"},
	{record.TypeVoid, "taken_back"},
	{record.TypeHold, "on_hold"},
	{record.TypeCorrect, "corrected"},
}

// marks warns of recalls, holds and records taken back that the bundle has on
// its path and that no record in it releases. All that is signed holds then; to
// rely on the grain is another thing.
func (v *verification) marks(c *Check) error {
	for _, f := range v.path.facts {
		i := slices.IndexFunc(marking, func(m marker) bool { return m.kind == f.kind })
		if i >= 0 && !v.path.released(f) {
			c.Numbers[string(f.kind)]++
		}
	}
	for _, m := range marking {
		if c.Numbers[string(m.kind)] > 0 {
			c.Outcome, c.Why = Warns, m.why
			break
		}
	}
	return nil
}

// released tells whether a later record lifts the mark by its id.
func (p *path) released(mark *facts) bool {
	return slices.ContainsFunc(p.facts, func(f *facts) bool {
		return f.kind == record.TypeRelease && f.index > mark.index && slices.Contains(f.named, mark.id)
	})
}
