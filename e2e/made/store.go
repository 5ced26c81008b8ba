package made

// storable tells whether a keeper of bins holds some of a lot that goes into
// bins.
func storable(l *lot, keeper *party) bool {
	return l.look(keeper).held > 0 && l.kind != "process" && l.kind != "harvest"
}

// whose finds out whose grain it is that a keeper puts into a bin, where no
// owner is named: the keeper's, if it owns that much; else that of the owner
// of what lies in the bin, if that one does; else that of the only party that
// does. The reason is why it is nobody's.
func (w *world) whose(l *lot, keeper *party, b *bin, grams int64) (owner *party, reason string) {
	enough := func(p *party) bool {
		x := l.look(p)
		return x.owned+x.bad >= grams
	}
	if enough(keeper) {
		return keeper, ""
	}
	if b.grams > 0 && enough(b.owner) {
		return b.owner, ""
	}
	for _, p := range w.parties {
		if !enough(p) {
			continue
		}
		if owner != nil {
			return nil, "owner_unclear"
		}
		owner = p
	}
	if owner == nil {
		return nil, "insufficient_quantity"
	}
	return owner, ""
}

// planStore puts grain into a bin that it may join, mostly all that there is
// of an owner.
func (w *world) planStore() *plan {
	for range 30 {
		b := pick(w, w.bins)
		if b.resting() {
			continue
		}
		if p := w.storeWhere(b, 0, func(b *bin, o *party, l *lot) bool {
			return b.takes(o, l) && (b.grams == 0 || b.nonFood == w.unfit(l, o))
		}); p != nil {
			return p
		}
	}
	return nil
}

// storeWhere stores some of a lot whose owner is clear, where it fits. With
// extra it is that much more than the keeper holds.
func (w *world) storeWhere(b *bin, extra int64, fits func(*bin, *party, *lot) bool) *plan {
	var owner *party
	var grams int64
	l := w.find(func(l *lot) bool {
		if !storable(l, b.keeper) {
			return false
		}
		held := l.look(b.keeper).held
		if grams = held + extra; extra == 0 {
			x := l.look(pick(w, w.owners(l)))
			grams = w.amount(min(held, x.owned+x.bad))
		}
		var reason string
		owner, reason = w.whose(l, b.keeper, b, grams)
		return reason == "" && fits(b, owner, l)
	})
	if l == nil {
		return nil
	}
	return w.store(b, l, owner, grams)
}

// owners are the parties that own some of a lot.
func (w *world) owners(l *lot) []*party {
	var all []*party
	for _, p := range w.parties {
		if x := l.look(p); x.owned+x.bad > 0 {
			all = append(all, p)
		}
	}
	return all
}
