package made

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// onWay is how much of an owner's part of a lot is on its way, as far as
// shipments name it.
func (w *world) onWay(l *lot, owner *party) (grams int64) {
	for _, s := range w.shipments {
		if s.lot == l && s.owner == owner && !s.received {
			grams += s.grams
		}
	}
	return grams
}

// elsewhere is how much of an owner's part is neither in its own hands nor on
// its way.
func (w *world) elsewhere(l *lot, owner *party) int64 {
	x := l.look(owner)
	return x.owned + x.bad - x.held - w.onWay(l, owner)
}

// planShip sends grain from where it lies to its owner, or to another depot.
func (w *world) planShip() *plan {
	var from, owner, to *party
	l := w.find(func(l *lot) bool {
		from, owner, to = nil, nil, nil
		if l.kind == "harvest" {
			return false
		}
		for _, p := range w.parties {
			if l.parts[p.uscc] != nil && w.elsewhere(l, p) > 0 {
				owner = p
			}
		}
		for _, p := range w.parties {
			if l.look(p).held > 0 && p != owner {
				from = p
			}
		}
		return from != nil && owner != nil
	})
	if l == nil {
		return nil
	}
	if to = owner; strings.Contains(owner.name, "储备") {
		if to = pick(w, w.depots); to == from {
			return nil // a reserve company has no store of its own
		}
	}
	return w.ship(l, from, owner, to, w.amount(min(w.elsewhere(l, owner), l.look(from).held)))
}

// planConsign sends a depot's own grain to a mill or another depot before it
// is sold.
func (w *world) planConsign() *plan {
	l := w.find(func(l *lot) bool { return l.kind == "withdraw" && w.holder(l, w.depots) != nil })
	if l == nil {
		return nil
	}
	depot := w.holder(l, w.depots)
	to := pick(w, append(slices.Clone(w.mills), w.depots...))
	x := l.look(depot)
	most := min(x.held, x.owned+x.bad-w.onWay(l, depot))
	if to == depot || most <= 0 {
		return nil
	}
	return w.ship(l, depot, depot, to, w.amount(most))
}

func (w *world) ship(l *lot, from, owner, to *party, grams int64) *plan {
	c := w.head("YS", from)
	c["lot"], c["quantity_kg"], c["owner"], c["to"] = l.id, kg(grams), owner.uscc, to.uscc
	c["carrier"], c["vehicle"] = pick(w, w.carriers).uscc, fmt.Sprintf("豫G%05d", w.rand.IntN(1e5))
	return &plan{"ship", c, func() {
		l.moved = true
		l.of(from).held -= grams
		w.shipments = append(w.shipments, &shipment{ref: c["ref"], lot: l, shipper: from, owner: owner, to: to, grams: grams})
	}}
}

// planSellOnWay sells grain that is on its way. Mostly the seller keeps
// enough for what may be lost of it.
func (w *world) planSellOnWay() *plan {
	s := w.open()
	if s == nil {
		return nil
	}
	x := s.lot.look(s.owner)
	grams := x.owned + x.bad
	if w.rand.IntN(4) > 0 {
		grams = w.amount(grams - grams/100)
	}
	buyers := append(slices.Clone(w.mills), w.depots...)
	if s.lot.kind == "process" {
		buyers = w.shops
	}
	buyer := pick(w, buyers)
	if buyer != s.to && w.rand.IntN(2) == 0 && slices.Contains(buyers, s.to) {
		buyer = s.to
	}
	purpose := "food"
	if w.unfit(s.lot, s.owner) {
		purpose = pick(w, []string{"feed", "industrial"})
	}
	if grams <= 0 || buyer == s.owner || w.mixesPart(s.lot, buyer, purpose != "food") {
		return nil
	}
	p := w.sell(s.lot, s.owner, buyer, grams, purpose)
	sell := p.apply
	p.apply = func() {
		sell()
		w.soldOnWay++
	}
	return p
}

func (w *world) planReceive() *plan {
	s := w.open()
	if s == nil {
		return nil
	}
	lost := int64(0)
	if w.rand.IntN(5) < 3 {
		lost = w.rand.Int64N(s.grams/500 + 1)
	}
	return w.receive(s, s.grams-lost)
}

// open is a shipment that is on its way.
func (w *world) open() *shipment {
	for _, s := range w.shipments {
		if !s.received && w.rand.IntN(2) == 0 {
			return s
		}
	}
	return nil
}

func (w *world) receive(s *shipment, grams int64) *plan {
	c := w.head("SH2", s.to)
	c["shipper"], c["shipment"], c["lot"], c["received_kg"] = s.shipper.uscc, s.ref, s.lot.id, kg(grams)
	return &plan{"receive", c, func() {
		s.received = true
		s.lot.hand(s.to, grams)
		w.lose(s, s.grams-grams)
	}}
}

// lose takes what was lost off the owner that the shipment names. What that
// one no longer has those lose who own more than lies in their own hands, each
// in proportion to how much more; the grams that do not divide fall on those
// first in the order of their codes.
func (w *world) lose(s *shipment, lost int64) {
	x := s.lot.look(s.owner)
	own := min(lost, x.owned+x.bad)
	s.lot.take(s.owner, own)
	rest := lost - own
	if rest == 0 {
		return
	}
	w.sharedLosses++
	away := map[*party]int64{}
	var all int64
	owners := w.owners(s.lot)
	for _, p := range owners {
		x := s.lot.look(p)
		away[p] = max(0, x.owned+x.bad-x.held)
		all += away[p]
	}
	slices.SortFunc(owners, func(a, b *party) int { return compare(a.uscc, b.uscc) })
	for _, p := range owners {
		if rest == 0 || away[p] == 0 {
			continue
		}
		part := ceil(big.NewRat(away[p], all), rest)
		all -= away[p]
		rest -= part
		s.lot.take(p, part)
	}
}

// ceil is a share of grams, rounded up.
func ceil(share *big.Rat, grams int64) int64 {
	x := new(big.Rat).Mul(share, whole(grams))
	n := new(big.Int).Add(x.Num(), x.Denom())
	n.Sub(n, big.NewInt(1))
	return n.Quo(n, x.Denom()).Int64()
}
