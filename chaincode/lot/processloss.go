package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// processLoss is the rule for p's process; nil where there is none.
func (t *tables) processLoss(c *state.Case, p *record.Process) *processRule {
	rules, _ := t.process.at(c, p)
	if rules == nil {
		return nil
	}
	for i := range rules.Processes {
		if rules.Processes[i].Process == p.Name() {
			return &rules.Processes[i]
		}
	}
	return nil
}
