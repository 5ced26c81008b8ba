package made

import (
	"fmt"
	"slices"
	"time"
)

// plan is a row that would be accepted now, and what it does.
type plan struct {
	file  string
	cells cells
	apply func()
}

// plans are all that can happen, each with its weight. A plan that has
// nothing to work on is nil.
func (w *world) plans() []weighed {
	return []weighed{
		{8, w.planHarvest}, {20, w.planPurchase}, {2, w.planUnrecorded}, {8, w.planInspectLot},
		{3, w.planSellAside}, {40, w.planStore}, {10, w.planInspectBin}, {14, w.planWithdraw},
		{12, w.planSell}, {12, w.planShip}, {6, w.planConsign}, {8, w.planSellOnWay}, {16, w.planReceive},
		{14, w.planProcess}, {6, w.planRetail},
	}
}

type weighed struct {
	weight int
	make   func() *plan
}

// step plays one row that must be accepted, or plants one that must not.
func (w *world) step() {
	w.tick()
	if w.rand.IntN(100) < w.opt.Faults && w.plant() {
		return
	}
	if p := w.some(w.plans()); p != nil {
		w.stumble(p)
		w.play(p)
	}
}

// some is one of the plans that can be made now.
func (w *world) some(all []weighed) *plan {
	total := 0
	for _, p := range all {
		total += p.weight
	}
	for range 20 {
		n := w.rand.IntN(total)
		for _, p := range all {
			if n -= p.weight; n < 0 {
				if made := p.make(); made != nil {
					return made
				}
				break
			}
		}
	}
	return w.planHarvest()
}

// stumble now and then sends the row with a slip first: a refused row takes no
// ref, so that it can be put right and sent again.
func (w *world) stumble(p *plan) {
	column := map[string]string{"store": "quantity_kg", "withdraw": "quantity_kg", "sell": "quantity_kg",
		"ship": "quantity_kg", "receive": "received_kg", "harvest": "quantity_kg"}[p.file]
	if column == "" || w.rand.IntN(800) >= w.opt.Faults {
		return
	}
	slip := &plan{file: p.file, cells: p.cells.clone()}
	slip.cells[column] = "-" + slip.cells[column]
	w.emit(slip, "bad_quantity")
}

// kinds of grain: what is sown, what is made of it, and its standard.
var kinds = []struct{ variety, product, standard, items string }{
	{"1120000", "小麦粉", "GB 1351-2008", "moisture=12.1;impurity=0.6;test_weight_gl=785;unsound_kernel=4.1;lead_mgkg=0.05;cadmium_mgkg=0.03"},
	{"1140000", "玉米粉", "GB 1353-2018", "moisture=13.2;impurity=0.5;test_weight_gl=722;unsound_kernel=3.0;lead_mgkg=0.04;cadmium_mgkg=0.02"},
}

func kindOf(variety string) int {
	return slices.IndexFunc(kinds, func(k struct{ variety, product, standard, items string }) bool { return k.variety == variety })
}

func pick[T any](w *world, list []T) T { return list[w.rand.IntN(len(list))] }

// find is one of the lots that fit, the newer ones more often.
func (w *world) find(fits func(*lot) bool) *lot {
	n := len(w.inOrder)
	for range 60 {
		if n == 0 {
			break
		}
		back := w.rand.IntN(min(n, 80))
		if w.rand.IntN(4) == 0 {
			back = w.rand.IntN(n)
		}
		if l := w.inOrder[n-1-back]; fits(l) {
			return l
		}
	}
	return nil
}

// some grams of what is there: all, or a part.
func (w *world) amount(all int64) int64 {
	if all < 10 || w.rand.IntN(100) < 45 {
		return all
	}
	n := 1 + w.rand.Int64N(all)
	if w.rand.IntN(2) == 0 && n > 1000 {
		n -= n % 1000
	}
	return n
}

func (w *world) planHarvest() *plan {
	coop := pick(w, w.coops)
	k := pick(w, kinds)
	l := &lot{id: w.id("H"), kind: "harvest", variety: k.variety, grams: 20_000_000 + w.rand.Int64N(40_000_000)}
	l.mix = pure(l.id)
	c := w.head("SH", coop)
	c["lot"], c["variety"], c["harvest_year"], c["origin"] = l.id, l.variety, "2025", division
	c["quantity_kg"], c["area_mu"] = kg(l.grams), fmt.Sprintf("%d.5", l.grams/500_000)
	return &plan{"harvest", c, func() { w.newLot(l, coop, coop) }}
}

func (w *world) planPurchase() *plan {
	from := w.find(func(l *lot) bool { return l.kind == "harvest" && w.holder(l, w.coops) != nil })
	if from == nil {
		return nil
	}
	coop := w.holder(from, w.coops)
	drawn := w.amount(from.look(coop).held)
	if drawn < 100_000 {
		return nil
	}
	p := w.purchase(drawn, from.variety)
	p.cells["from_lot"], p.cells["seller"] = from.id, coop.uscc
	p.cells["from_quantity_kg"] = kg(drawn)
	buy := p.apply
	p.apply = func() {
		from.moved = true
		from.take(coop, drawn)
		from.of(coop).held -= drawn
		buy()
		w.lots[p.cells["lot"]].mix = from.mix
	}
	return p
}

// planUnrecorded buys from somebody with no recorded harvest.
func (w *world) planUnrecorded() *plan {
	p := w.purchase(5_000_000+w.rand.Int64N(20_000_000), pick(w, kinds).variety)
	p.cells["variety"], p.cells["seller"] = w.purchased.variety, "张大有"
	if w.rand.IntN(2) == 0 {
		p.cells["seller"] = pick(w, w.coops).uscc
	}
	return p
}

// purchase buys so many grams, deduction included.
func (w *world) purchase(drawn int64, variety string) *plan {
	depot := pick(w, w.depots)
	deduct := w.rand.Int64N(drawn / 100)
	tare := 8_000_000 + w.rand.Int64N(4_000_000)
	l := &lot{id: w.id("P"), kind: "purchase", variety: variety, nature: "200", grams: drawn - deduct, mix: mixture{}}
	if w.rand.IntN(20) == 0 {
		l.nature = "110"
	}
	w.purchased = l
	c := w.head("SG", depot)
	c["lot"], c["nature"], c["price_yuan_per_kg"] = l.id, l.nature, fmt.Sprintf("2.%02d", w.rand.IntN(100))
	c["gross_kg"], c["tare_kg"], c["deduct_kg"], c["net_kg"] = kg(drawn+tare), kg(tare), kg(deduct), kg(l.grams)
	return &plan{"purchase", c, func() { w.newLot(l, depot, depot) }}
}

// holder is the first of the parties that both owns and holds some of a lot.
func (w *world) holder(l *lot, among []*party) *party {
	for _, p := range among {
		if x := l.look(p); x.held > 0 && x.owned+x.bad > 0 {
			return p
		}
	}
	return nil
}

// planInspectLot reports on a lot before anything is taken from it.
func (w *world) planInspectLot() *plan {
	l := w.find(func(l *lot) bool { return l.kind == "purchase" && !l.moved && !l.inspected })
	if l == nil {
		return nil
	}
	k := kinds[kindOf(l.variety)]
	items, unsafe := k.items, w.rand.IntN(30) == 0
	if unsafe {
		items += ";zearalenone_ugkg=95.5"
	}
	c := w.inspection(w.lab, l.id, "purchase", k.standard, items)
	return &plan{"inspect", c, func() { l.inspected, l.nonFood = true, unsafe }}
}

func (w *world) inspection(by *party, target, stage, standard, items string) cells {
	c := w.head("ZJ", by)
	c["target"], c["stage"], c["standard"], c["items"] = target, stage, standard, items
	return c
}

// planInspectBin reports on the content of a bin; one in eight outbound
// reports fails, and a report of another stage lets nothing out.
func (w *world) planInspectBin() *plan {
	b := w.findBin(func(b *bin) bool {
		return b.grams > 0 && !b.resting() && (b.deposits > 2 || b.nonFood || w.rand.IntN(6) == 0)
	})
	if b == nil {
		return nil
	}
	k := kinds[kindOf(b.variety)]
	by, stage, items, passed := w.lab, "outbound", k.items, true
	if w.rand.IntN(5) == 0 {
		by = b.keeper
	}
	switch w.rand.IntN(8) {
	case 0:
		items, passed = "impurity=3.5;lead_mgkg=0.05", false
	case 1:
		stage = "storage"
	}
	return &plan{"inspect", w.inspection(by, b.code, stage, k.standard, items), func() {
		if stage == "outbound" {
			b.outbound, b.passed = w.now, passed
		}
	}}
}

func (w *world) findBin(fits func(*bin) bool) *bin {
	for range 20 {
		if b := pick(w, w.bins); fits(b) {
			return b
		}
	}
	return nil
}

// released tells whether a bin's outbound report lets its grain out for food.
func (w *world) released(b *bin) bool {
	return b.passed && !b.outbound.IsZero() && w.now.Sub(b.outbound) < 29*24*time.Hour
}
