package lot

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// harvest makes a lot of the issuer's. A yield outside the dated range
// is flagged, never refused.
func (r *Rules) harvest(c *state.Case, p *record.Harvest) error {
	if err := absent(c, p.Lot); err != nil {
		return err
	}
	lot := newLot(c, p, p.Grams)
	lot.Variety, lot.HarvestYear, lot.Origin = p.Variety, p.HarvestYear, p.Origin
	create(c, p.Lot, lot, p.Issuer, p.Issuer)
	if p.AreaMu != "" {
		r.checkYield(c, p)
	}
	return nil
}

func (r *Rules) checkYield(c *state.Case, p *record.Harvest) {
	t, _ := r.tables.yield.at(c, p)
	area, err := p.AreaMu.Micro()
	if t == nil || err != nil {
		return
	}
	// kg/mu between min and max, without division: grams/1000 ≷ limit × area.
	low, high := mulMicro(t.MinKgPerMu, area), mulMicro(t.MaxKgPerMu, area)
	kg := record.Micro(p.Grams) * 1000 // grams in micro-kilograms
	if area <= 0 || kg < low || kg > high {
		c.Flag(record.FlagYield)
	}
}

func undoHarvest(c *state.Case, o *original, p *record.Harvest) bool {
	h := o.intact(c, p.Lot, nil)
	if h == nil {
		return false
	}
	o.unmake(c, h)
	return true
}
