package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// Rules decides lot records by the rule tables.
type Rules struct {
	tables *tables
}

// NewRules makes the rules with the seeded tables.
func NewRules() (*Rules, error) {
	t, err := loadTables()
	if err != nil {
		return nil, err
	}
	return &Rules{tables: t}, nil
}

// Decide applies the rule of a lot record and writes its effect into the
// case's view. It reports false for types that are not about lots.
func (r *Rules) Decide(c *state.Case, p record.Payload) (bool, error) {
	switch p := p.(type) {
	case *record.Harvest:
		return true, r.harvest(c, p)
	case *record.Purchase:
		return true, purchase(c, p)
	case *record.Inspect:
		return true, r.inspect(c, p)
	case *record.Store:
		return true, store(c, p)
	case *record.Withdraw:
		return true, r.withdraw(c, p)
	case *record.Split:
		return true, split(c, p)
	case *record.Merge:
		return true, merge(c, p)
	case *record.Process:
		return true, r.process(c, p)
	case *record.Ship:
		return true, ship(c, p)
	case *record.Receive:
		return true, r.receive(c, p)
	case *record.Return:
		return true, returnShipment(c, p)
	case *record.CancelShip:
		return true, cancelShipment(c, p)
	case *record.Sell:
		return true, sell(c, p)
	case *record.Adjust:
		return true, r.adjust(c, p)
	case *record.WriteOff:
		return true, writeOff(c, p)
	case *record.Void, *record.Correct:
		return true, void(c, p)
	case *record.Hold:
		return true, hold(c, p)
	case *record.Recall:
		return true, recall(c, p)
	case *record.Release:
		return true, release(c, p)
	}
	return false, nil
}
