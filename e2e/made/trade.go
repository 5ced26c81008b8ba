package made

import (
	"fmt"
	"math/big"
	"strings"
)

// unfit tells whether the owner's part of a lot must not be eaten.
func (w *world) unfit(l *lot, owner *party) bool { return l.nonFood || l.look(owner).bad > 0 }

func (w *world) store(b *bin, l *lot, owner *party, grams int64) *plan {
	c := w.head("RK", b.keeper)
	c["lot"], c["bin"], c["quantity_kg"] = l.id, b.code, kg(grams)
	return &plan{"store", c, func() {
		bad := w.unfit(l, owner)
		l.moved = true
		l.of(b.keeper).held -= grams
		l.take(owner, grams)
		b.deposit(owner, l, grams, bad)
	}}
}

func (w *world) planWithdraw() *plan {
	b := w.findBin(func(b *bin) bool {
		return b.grams > 0 && !b.resting() && (w.released(b) || w.rand.IntN(60) == 0)
	})
	if b == nil {
		return nil
	}
	purpose := "food"
	if b.nonFood || !w.released(b) || w.rand.IntN(25) == 0 {
		purpose = pick(w, []string{"feed", "industrial", "seed"})
	}
	grams := b.grams
	if w.rand.IntN(6) > 0 { // mostly a part, so that what is left mixes with what comes
		grams = w.amount(b.grams/3 + 1)
	}
	return w.withdraw(b, grams, purpose)
}

func (w *world) withdraw(b *bin, grams int64, purpose string) *plan {
	l := &lot{id: w.id("W"), kind: "withdraw", variety: b.variety, nature: b.nature, grams: grams,
		nonFood: b.nonFood || purpose != "food"}
	c := w.head("CK", b.keeper)
	c["bin"], c["lot"], c["quantity_kg"], c["purpose"] = b.code, l.id, kg(grams), purpose
	return &plan{"withdraw", c, func() {
		l.mix = b.draw(grams)
		w.newLot(l, b.owner, b.keeper)
	}}
}

// planSellAside sells grain in a depot's hands to a reserve company, whose it
// is in the bin then (代储).
func (w *world) planSellAside() *plan {
	l := w.find(func(l *lot) bool { return l.kind == "purchase" && !l.moved && !l.nonFood })
	if l == nil {
		return nil
	}
	return w.sell(l, w.holder(l, w.depots), pick(w, w.reserves), w.amount(l.grams), "food")
}

// planSell sells grain out of a depot to a mill.
func (w *world) planSell() *plan {
	sellers := append(append([]*party{}, w.depots...), w.reserves...)
	var seller *party
	l := w.find(func(l *lot) bool {
		seller = nil
		if l.kind == "withdraw" {
			seller = w.owner(l, sellers)
		}
		return seller != nil
	})
	if l == nil {
		return nil
	}
	purpose := "food"
	if w.unfit(l, seller) || w.rand.IntN(8) == 0 {
		purpose = pick(w, []string{"feed", "industrial"})
	}
	x := l.look(seller)
	buyer := pick(w, w.mills)
	if w.mixesPart(l, buyer, purpose != "food") {
		return nil
	}
	return w.sell(l, seller, buyer, w.amount(x.owned+x.bad), purpose)
}

// mixesPart tells whether a sale would leave the buyer with a part of which
// only some is fit for food, which this season does not play.
func (w *world) mixesPart(l *lot, buyer *party, bad bool) bool {
	x := l.look(buyer)
	return (bad && x.owned > 0) || (!bad && x.bad > 0)
}

// owner is one of the parties that owns some of a lot.
func (w *world) owner(l *lot, among []*party) *party {
	for _, p := range among {
		if x := l.look(p); x.owned+x.bad > 0 {
			return p
		}
	}
	return nil
}

func (w *world) sell(l *lot, seller, buyer *party, grams int64, purpose string) *plan {
	c := w.head("XS", seller)
	c["lot"], c["buyer"], c["quantity_kg"], c["purpose"] = l.id, buyer.uscc, kg(grams), purpose
	return &plan{"sell", c, func() {
		l.moved = true
		l.take(seller, grams)
		l.give(buyer, grams, purpose != "food")
	}}
}

// planRetail sells a part of a product to a shop.
func (w *world) planRetail() *plan {
	l := w.find(func(l *lot) bool { return l.kind == "process" && w.owner(l, w.mills) != nil })
	if l == nil {
		return nil
	}
	mill := w.owner(l, w.mills)
	purpose := "food"
	if l.nonFood {
		purpose = "industrial"
	}
	return w.sell(l, mill, pick(w, w.shops), w.amount(l.look(mill).owned), purpose)
}

// input is what a mill takes of a lot.
type input struct {
	lot   *lot
	grams int64
}

func (w *world) planProcess() *plan {
	mill := pick(w, w.mills)
	var in []input
	for range 1 + w.rand.IntN(3) {
		l := w.find(func(l *lot) bool { return l.kind == "withdraw" && w.holder(l, []*party{mill}) == mill })
		if l == nil || (len(in) > 0 && in[0].lot.variety != l.variety) || contains(in, l) {
			continue
		}
		x := l.look(mill)
		in = append(in, input{l, w.amount(min(x.held, x.owned+x.bad))})
	}
	if total(in) < 1_000_000 {
		return nil
	}
	return w.process(mill, in)
}

func contains(in []input, l *lot) bool {
	for _, i := range in {
		if i.lot == l {
			return true
		}
	}
	return false
}

func total(in []input) (sum int64) {
	for _, i := range in {
		sum += i.grams
	}
	return sum
}

func (w *world) process(mill *party, in []input) *plan {
	sum := total(in)
	bran, waste, loss := sum/8+w.rand.Int64N(1000), sum/20, sum/50-w.rand.Int64N(sum/100)
	made := w.products(mill, in, sum-bran-waste-loss)
	c := w.head("JG", mill)
	c["inputs"], c["outputs"], c["loss_kg"] = inputCell(in), w.outputCell(made), kg(loss)
	c["byproducts"] = "麸皮:" + kg(bran) + ";次粉:" + kg(waste)
	return &plan{"process", c, func() {
		mix := mixture{}
		nonFood := false
		for _, i := range in {
			mix.add(i.lot.mix.times(big.NewRat(i.grams, sum)))
			nonFood = w.unfit(i.lot, mill) || nonFood
			i.lot.take(mill, i.grams)
			i.lot.of(mill).held -= i.grams
		}
		for _, l := range made {
			l.mix, l.nonFood = mix, nonFood
			w.newLot(l, mill, mill)
		}
	}}
}

// products share so many grams; most are retail batches.
func (w *world) products(mill *party, in []input, grams int64) []*lot {
	var made []*lot
	for n := 1 + w.rand.IntN(3); n > 0; n-- {
		l := &lot{id: w.id("R"), kind: "process", variety: in[0].lot.variety, grams: grams}
		if n > 1 {
			l.grams = grams/int64(n) - w.rand.Int64N(grams/10)
		}
		grams -= l.grams
		if w.rand.IntN(5) > 0 {
			l.gtin = gtin("0690" + mill.uscc[8:16] + fmt.Sprint(kindOf(l.variety)))
			l.batch = strings.TrimPrefix(l.id, "R-")
		}
		made = append(made, l)
	}
	return made
}

func inputCell(in []input) string {
	var items []string
	for _, i := range in {
		items = append(items, i.lot.id+":"+kg(i.grams))
	}
	return strings.Join(items, ";")
}

func (w *world) outputCell(made []*lot) string {
	var items []string
	for _, l := range made {
		item := l.id + ":" + kinds[kindOf(l.variety)].product + ":" + kg(l.grams)
		if l.gtin != "" {
			item += ":" + l.gtin + ":" + l.batch
		}
		items = append(items, item)
	}
	return strings.Join(items, ";")
}
