package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// checkDeduction compares the deduction at purchase with the dated table
// (国粮标〔2024〕198号) once the purchase's inspection is known. Buyers may use
// scales of their own, so a difference is flagged and never refused.
func (r *Rules) checkDeduction(c *state.Case, p *record.Inspect, lot *record.LotState, group string) {
	t, _ := r.tables.deductions.at(c, p)
	if t == nil {
		return
	}
	for i := range t.Groups {
		g := &t.Groups[i]
		if g.Group != group {
			continue
		}
		weighed := lot.GrossGrams - lot.TareGrams
		// A bonus adds to what is paid for, not to the grain: at least zero.
		due := max(0, -int64(g.adjustment(p)))
		expected := percentOf(record.Decimal(record.Micro(due).String()), weighed)
		tolerance := percentOf(t.TolerancePercent, weighed)
		if d := lot.DeductGrams - expected; d > tolerance || d < -tolerance {
			c.Flag(record.FlagDeduction)
		}
		return
	}
}

// adjustment is the weight adjustment in per cent (millionths) that the
// reported values ask for: negative docks, positive adds.
func (g *deductionGroup) adjustment(p *record.Inspect) record.Micro {
	var sum record.Micro
	for _, d := range g.Items {
		if v, ok := p.Value(d.Item); ok {
			sum += d.adjustment(v)
		}
	}
	return sum
}

// adjustment counts full steps only.
func (d *deduction) adjustment(v record.Micro) record.Micro {
	above := v - micro(d.Limit)
	if d.Low {
		above = -above
	}
	steps := above / micro(d.Step) // towards zero
	if steps >= 0 {
		return -steps * micro(d.Down)
	}
	bonus := -steps
	if d.MaxUp > 0 {
		bonus = min(bonus, record.Micro(d.MaxUp))
	}
	return bonus * micro(d.Up)
}
