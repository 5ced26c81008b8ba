package proof

import (
	"math/big"
	"slices"

	"github.com/grainledger/grainledger/record"
)

// path is how the records of a bundle hang together.
type path struct {
	facts []*facts
	maker map[string]int   // the record that made a lot
	fills map[string][]int // the records that stored into a bin

	lots    map[string]bool   // reached from the subject
	bins    map[string]uint64 // reached, and the last place in the log at which grain was drawn
	reached []bool            // records
	open    map[string]bool   // lots that were drawn from and whose making is not in the bundle
}

func newPath() *path {
	return &path{maker: map[string]int{}, fills: map[string][]int{}, lots: map[string]bool{},
		bins: map[string]uint64{}, open: map[string]bool{}}
}

func (p *path) add(f *facts) {
	i := len(p.facts)
	p.facts = append(p.facts, f)
	if f.fills {
		p.fills[f.bin] = append(p.fills[f.bin], i)
	}
	for _, m := range f.makes {
		if _, twice := p.maker[m.Lot]; !twice { // else the second stays unconnected
			p.maker[m.Lot] = i
		}
	}
}

// connected walks from the subject up to the harvests and wants every record
// of the bundle to be met: what made a lot on the path, what filled a bin
// before grain was drawn from it, and what is about any of these.
func (v *verification) connected(c *Check) error {
	p, s := v.path, v.bundle.Subject
	p.reached = make([]bool, len(p.facts))
	first, ok := p.maker[s.Lot]
	if !ok {
		return fails("no_maker", "subject/lot")
	}
	m := p.made(s.Lot)
	if m.GTIN != s.GTIN || m.Batch != s.Batch {
		return fails("another_batch", "subject")
	}
	if err := p.reach(s.Lot, p.facts[first].index+1); err != nil {
		return err
	}
	p.reachAbout()
	if i := slices.Index(p.reached, false); i >= 0 {
		return fails("unconnected", at("records", i))
	}
	c.Numbers["lots"] = int64(len(p.lots))
	c.Numbers["bins"] = int64(len(p.bins))
	c.Numbers["open"] = int64(len(p.open))
	for _, f := range p.facts {
		if f.kind == record.TypeHarvest {
			c.Numbers["harvests"]++
		}
	}
	return nil
}

// made is what the making record says of a lot.
func (p *path) made(lot string) made {
	f := p.facts[p.maker[lot]]
	return f.makes[slices.IndexFunc(f.makes, func(m made) bool { return m.Lot == lot })]
}

// reach follows a lot to what it was made of. It was drawn from at a place in
// the log, and must have been made before.
func (p *path) reach(lot string, drawn uint64) error {
	i, ok := p.maker[lot]
	if !ok {
		p.open[lot] = true
		return nil
	}
	f := p.facts[i]
	if f.index >= drawn {
		return fails("order", at("records", i))
	}
	if p.lots[lot] {
		return nil
	}
	p.lots[lot], p.reached[i] = true, true
	for _, parent := range f.from {
		if err := p.reach(parent, f.index); err != nil {
			return err
		}
	}
	if f.bin == "" || p.bins[f.bin] >= f.index+1 {
		return nil
	}
	p.bins[f.bin] = f.index + 1
	for _, j := range p.fills[f.bin] {
		if store := p.facts[j]; store.index < f.index && !p.reached[j] {
			p.reached[j] = true
			if err := p.reach(store.from[0], store.index); err != nil {
				return err
			}
		}
	}
	return nil
}

// reachAbout meets the records that make nothing: they are about the lots,
// bins and records that they name.
func (p *path) reachAbout() {
	ids := map[string]bool{}
	for i, f := range p.facts {
		ids[f.id] = p.reached[i]
	}
	for again := true; again; {
		again = false
		for i, f := range p.facts {
			if !p.reached[i] && slices.ContainsFunc(f.named, func(s string) bool { return p.lots[s] || p.open[s] || p.bins[s] > 0 || ids[s] }) {
				p.reached[i], ids[f.id], again = true, true, true
			}
		}
	}
}

// coverage wants the sums and counts to be those of the records, and no origin
// to give more than was harvested or than can have come by the ways shown.
// Where a bin is passed, only the ledger's whole history can tell the shares:
// they are the gateway's word then.
func (v *verification) coverage(c *Check) error {
	cov, p := &v.bundle.Coverage, v.path
	if cov.Grams != p.made(v.bundle.Subject.Lot).Grams {
		return fails("another_weight", "coverage/grams")
	}
	var sum int64
	seen := map[string]bool{}
	for i, o := range cov.Origins {
		where := at("coverage/origins", i)
		made, ok := p.maker[o.Lot]
		if !ok || seen[o.Lot] || p.facts[made].kind != record.TypeHarvest {
			return fails("no_harvest", where)
		}
		if o.Grams > p.made(o.Lot).Grams+1 { // shares are rounded to whole grams
			return fails("more_than_harvested", where)
		}
		if most := p.most(o.Lot, v.bundle.Subject.Lot); big.NewInt(o.Grams-1).Cmp(most) > 0 {
			return fails("more_than_came", where)
		}
		if i > 0 && cov.Origins[i-1].Grams < o.Grams {
			return fails("order", where)
		}
		seen[o.Lot] = true
		sum += o.Grams
	}
	for i, f := range p.facts {
		if f.kind == record.TypeHarvest && !seen[f.Lot] {
			return fails("harvest_not_listed", at("records", i))
		}
	}
	switch {
	case sum != cov.Covered || cov.Covered > cov.Grams:
		return fails("wrong_sum", "coverage/covered")
	case cov.BasisPoints != int64(uint64(cov.Covered)*10_000/uint64(max(cov.Grams, 1))):
		return fails("wrong_sum", "coverage/basisPoints")
	case cov.OriginsTotal != int64(len(cov.Origins))+cov.OriginsLeftOut:
		return fails("wrong_sum", "coverage/originsTotal")
	case cov.RecordsTotal != int64(len(p.facts))+cov.RecordsLeftOut:
		return fails("wrong_sum", "coverage/recordsTotal")
	case len(p.open) > 0 && cov.Covered >= cov.Grams:
		return fails("nothing_missing", "coverage/covered")
	case len(p.open) > 0 && cov.RecordsLeftOut == 0:
		return fails("nothing_missing", "coverage/recordsLeftOut")
	}
	c.Numbers["grams"], c.Numbers["covered"], c.Numbers["basisPoints"] = cov.Grams, cov.Covered, cov.BasisPoints
	c.Numbers["origins"], c.Numbers["originsLeftOut"] = int64(len(cov.Origins)), cov.OriginsLeftOut
	c.Numbers["recordsLeftOut"] = cov.RecordsLeftOut
	if len(p.bins) > 0 {
		c.Outcome, c.Why = NotChecked, "gateway_computes"
	}
	return nil
}
