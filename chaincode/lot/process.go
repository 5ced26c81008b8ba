package lot

import (
	"math/big"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// process makes products of lots that the issuer both owns and holds. Inputs
// equal outputs + by-products + loss to the gram, and the loss stays within
// the dated rule for the process. A product of anything that must not be
// eaten must not be eaten.
func (r *Rules) process(c *state.Case, p *record.Process) error {
	in, err := findAll(c, p.Inputs)
	if err != nil {
		return err
	}
	if err := productsAbsent(c, p); err != nil {
		return err
	}
	for _, h := range in {
		if err := h.mustHaveHeld(p.Issuer); err != nil {
			return err
		}
	}
	for _, h := range in {
		if err := h.mustHaveOwned(p.Issuer); err != nil {
			return err
		}
	}
	if err := allMayMove(c, in); err != nil {
		return err
	}
	model := record.LotState{Variety: in[0].lot.Variety, Nature: in[0].lot.Nature,
		HarvestYear: in[0].lot.HarvestYear, Origin: in[0].lot.Origin}
	var unfit int64
	for i, h := range in {
		n, err := h.remove(p.Issuer, p.Issuer, p.Inputs[i].Grams)
		if err != nil {
			return err
		}
		drew(c, n)
		unfit += n
		inherit(c, p, "", &model, h.lot.Marks, 0)
		model.Variety = same(model.Variety, h.lot.Variety)
		model.Nature = same(model.Nature, h.lot.Nature)
		model.HarvestYear = same(model.HarvestYear, h.lot.HarvestYear)
		model.Origin = same(model.Origin, h.lot.Origin)
	}
	if err := r.balance(c, p); err != nil {
		return err
	}
	for _, h := range in {
		h.save(c)
	}
	makeProducts(c, p, &model, unfit)
	return nil
}

func productsAbsent(c *state.Case, p *record.Process) error {
	for _, o := range p.Outputs {
		if err := absent(c, o.Lot); err != nil {
			return err
		}
		if o.GTIN == "" {
			continue
		}
		// An empty name is that of a batch whose making was taken back.
		if taken := state.Get[state.Text](c.View, record.BatchKey(o.GTIN, o.Batch)); taken != nil && *taken != "" {
			return record.Refuse(record.LotExists, "batch %s of %s", o.Batch, o.GTIN)
		}
	}
	return nil
}

func (r *Rules) balance(c *state.Case, p *record.Process) error {
	var in, out int64
	for _, a := range p.Inputs {
		in += a.Grams
	}
	for _, o := range p.Outputs {
		out += o.Grams
	}
	for _, b := range p.Byproducts {
		out += b.Grams
	}
	if in != out+p.LossGrams {
		return record.Refuse(record.MassBalance, "inputs are %d g; outputs, by-products and loss are %d g", in, out+p.LossGrams)
	}
	rule := r.tables.processLoss(c, p)
	if rule == nil {
		c.Flag(record.FlagNoRule)
		return nil
	}
	if percentOf(rule.MaxPercent, in) < p.LossGrams {
		return record.Refuse(record.ExcessLoss, "the loss is over %s %% of the inputs", rule.MaxPercent)
	}
	return nil
}

func makeProducts(c *state.Case, p *record.Process, model *record.LotState, unfit int64) {
	var total int64
	for _, o := range p.Outputs {
		total += o.Grams
	}
	for _, o := range p.Outputs {
		lot := newLot(c, p, o.Grams)
		lot.Variety, lot.Nature = model.Variety, model.Nature
		lot.HarvestYear, lot.Origin = model.HarvestYear, model.Origin
		lot.Product, lot.GTIN, lot.Batch = o.Product, o.GTIN, o.Batch
		inherit(c, p, o.Lot, lot, model.Marks, unfit)
		create(c, o.Lot, lot, p.Issuer, p.Issuer)
		if o.GTIN != "" {
			id := state.Text(o.Lot)
			state.Put(c.View, record.BatchKey(o.GTIN, o.Batch), &id)
		}
		for _, a := range p.Inputs {
			edge(c, o.Lot, a.Lot, inProportion(a.Grams, o.Grams, total))
		}
	}
}

// inProportion is grams × part / total, rounded up: with several products
// each input counts towards each in proportion to its weight, and none
// vanishes from a product's path by rounding.
func inProportion(grams, part, total int64) int64 {
	n := new(big.Int).Mul(big.NewInt(grams), big.NewInt(part))
	n.Add(n, big.NewInt(total-1))
	return n.Quo(n, big.NewInt(total)).Int64()
}

// undoProcess gives the inputs back, by-products and loss with them, and sets
// the names of the retail batches free.
func undoProcess(c *state.Case, o *original, p *record.Process) bool {
	in, err := findAll(c, p.Inputs)
	if err != nil {
		return false
	}
	made := o.allIntact(c, o.nodes(), marksOf(in))
	if made == nil {
		return false
	}
	for i, from := range in {
		o.restore(from, p.Issuer, p.Issuer, p.Inputs[i].Grams, i)
		from.save(c)
	}
	for i, h := range made {
		o.unmake(c, h, lotsOf(p.Inputs)...)
		if product := p.Outputs[i]; product.GTIN != "" {
			var none state.Text
			state.Put(c.View, record.BatchKey(product.GTIN, product.Batch), &none)
		}
	}
	return true
}
