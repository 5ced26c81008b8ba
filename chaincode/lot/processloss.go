package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// processLoss is the rule for p's process, or the one for any process ("*");
// nil where there is neither.
func (t *tables) processLoss(c *state.Case, p *record.Process) *processRule {
	rules, _ := t.process.at(c, p)
	if rules == nil {
		return nil
	}
	var any *processRule
	for i := range rules.Processes {
		switch rules.Processes[i].Process {
		case p.Name():
			return &rules.Processes[i]
		case "*":
			any = &rules.Processes[i]
		}
	}
	return any
}
