package made

import "strings"

// repeat sends an accepted row again: the same, or with another content under
// its ref.
func (w *world) repeat() bool {
	if len(w.accepted) == 0 {
		return false
	}
	e := pick(w, w.accepted)
	if w.rand.IntN(2) == 0 {
		if e.row.same == 0 {
			e.row.same = w.sames()
		}
		t := w.table(e.file)
		t.rows = append(t.rows, &row{cells: e.row.cells.clone(), same: e.row.same})
		w.rows++
		return true
	}
	p := &plan{file: e.file, cells: e.row.cells.clone()}
	delete(p.cells, "occurred_at")
	if w.rand.IntN(3) == 0 {
		p.cells[map[string]string{"harvest": "origin", "purchase": "nature", "inspect": "standard", "sell": "purpose",
			"withdraw": "purpose", "store": "lot", "ship": "carrier", "receive": "lot", "process": "byproducts"}[e.file]] =
			map[string]string{"harvest": "410700", "purchase": "300", "inspect": "GB 1351-2023", "sell": "seed",
				"withdraw": "seed", "store": "OTHER", "ship": w.shops[0].uscc, "receive": "OTHER", "process": "麸皮:1"}[e.file]
	}
	w.emit(p, "ref_conflict")
	return true
}

// retake gives a cell the id of a lot that there is, with something behind it.
func (w *world) retake(p *plan, column, behind string) *plan {
	if p == nil || len(w.inOrder) == 0 {
		return nil
	}
	return spoil(p, column, pick(w, w.inOrder).id+behind)
}

// boughtTwice makes a lot that there is.
func (w *world) boughtTwice() *plan { return w.retake(w.planPurchase(), "lot", "") }

// boughtAsItself makes the lot that it draws from.
func (w *world) boughtAsItself() *plan {
	p := w.planPurchase()
	if p == nil {
		return nil
	}
	return spoil(p, "lot", p.cells["from_lot"])
}

// milledAsItself makes a lot that it puts in.
func (w *world) milledAsItself() *plan {
	p := w.planProcess()
	if p == nil {
		return nil
	}
	first, _, _ := strings.Cut(p.cells["inputs"], ":")
	return spoil(p, "outputs", first+":小麦粉:1")
}

// batchTwice makes a retail batch whose GTIN and batch number are taken.
func (w *world) batchTwice() *plan {
	taken := w.find(func(l *lot) bool { return l.gtin != "" })
	p := w.planProcess()
	if taken == nil || p == nil {
		return nil
	}
	outputs := strings.Split(p.cells["outputs"], ";")
	first := strings.Split(outputs[0], ":")
	outputs[0] = strings.Join(append(first[:3:3], taken.gtin, taken.batch), ":")
	return spoil(p, "outputs", strings.Join(outputs, ";"))
}

// stranger is a depot that never held any of a lot, with a bin of its own.
func (w *world) stranger(l *lot) *bin {
	for range 10 {
		if b := pick(w, w.bins); !l.look(b.keeper).holder {
			return b
		}
	}
	return nil
}

func (w *world) storedByStranger() *plan {
	l := w.find(func(l *lot) bool { return l.kind == "purchase" })
	if l == nil {
		return nil
	}
	b := w.stranger(l)
	if b == nil {
		return nil
	}
	return w.store(b, l, b.keeper, w.amount(l.grams))
}

// milledElsewhere processes grain that a mill has bought and nobody brought.
func (w *world) milledElsewhere() *plan {
	mill := pick(w, w.mills)
	l := w.find(func(l *lot) bool {
		x := l.look(mill)
		return l.kind == "withdraw" && x.owned > 1_000_000 && !x.holder
	})
	if l == nil {
		return nil
	}
	return w.process(mill, []input{{l, l.look(mill).owned}})
}

// mixed stores grain in a bin that it must not join.
func (w *world) mixed(differs func(b *bin, owner *party, l *lot) bool) *plan {
	for range 40 {
		b := pick(w, w.bins)
		if b.grams == 0 {
			continue
		}
		if p := w.storeWhere(b, 0, differs); p != nil {
			return p
		}
	}
	return nil
}

// unreleased takes grain for food out of a bin without a report that lets it.
func (w *world) unreleased(how func(*bin) bool) *plan {
	b := w.findBin(func(b *bin) bool { return b.grams > 0 && !b.nonFood && how(b) })
	if b == nil {
		return nil
	}
	return w.withdraw(b, w.amount(b.grams), "food")
}

// soldForFood sells for food what must not be eaten.
func (w *world) soldForFood() *plan {
	var owner *party
	l := w.find(func(l *lot) bool {
		owner = w.owner(l, w.parties)
		return l.nonFood && owner != nil
	})
	if l == nil {
		return nil
	}
	x := l.look(owner)
	return w.sell(l, owner, w.buyer(owner), w.amount(x.owned+x.bad), "food")
}

// feedForFood sells for food what was bought as feed.
func (w *world) feedForFood() *plan {
	var owner *party
	l := w.find(func(l *lot) bool {
		for _, p := range w.mills {
			if l.look(p).bad > 0 {
				owner = p
				return !l.nonFood
			}
		}
		return false
	})
	if l == nil {
		return nil
	}
	return w.sell(l, owner, w.buyer(owner), w.amount(l.look(owner).bad), "food")
}

// buyer is a shop other than the seller.
func (w *world) buyer(seller *party) *party {
	if w.shops[0] == seller {
		return w.shops[1]
	}
	return w.shops[0]
}

// tooMuch takes one gram more than is there.
func (w *world) tooMuch() *plan {
	switch w.rand.IntN(5) {
	case 0: // out of a harvest lot
		l := w.find(func(l *lot) bool { return l.kind == "harvest" && w.holder(l, w.coops) != nil })
		if l == nil {
			return nil
		}
		coop := w.holder(l, w.coops)
		more := l.look(coop).held + 1_000_000
		p := w.purchase(more, l.variety)
		return spoil(p, "from_lot", l.id, "seller", coop.uscc, "from_quantity_kg", kg(more))
	case 1: // out of a bin, for no food
		b := w.findBin(func(b *bin) bool { return b.grams > 0 })
		if b == nil {
			return nil
		}
		return w.withdraw(b, b.grams+1, "feed")
	case 2:
		return w.sellMore(1)
	case 3:
		return w.shipMore(1)
	}
	return w.storeMore(1)
}

func (w *world) sellMore(extra int64) *plan {
	var owner *party
	l := w.find(func(l *lot) bool {
		owner = w.owner(l, w.parties)
		return owner != nil && !w.unfit(l, owner)
	})
	if l == nil {
		return nil
	}
	return w.sell(l, owner, w.buyer(owner), l.look(owner).owned+extra, "food")
}

func (w *world) shipMore(extra int64) *plan {
	var owner *party
	l := w.find(func(l *lot) bool {
		owner = w.holder(l, w.depots)
		return owner != nil
	})
	if l == nil {
		return nil
	}
	return w.ship(l, owner, owner, w.shops[0], l.look(owner).held+extra)
}

// storeMore stores more than the keeper holds of grain that fits.
func (w *world) storeMore(extra int64) *plan {
	for range 30 {
		b := pick(w, w.bins)
		l := w.find(func(l *lot) bool {
			if !storable(l, b.keeper) {
				return false
			}
			owner, reason := w.whose(l, b.keeper, b, l.look(b.keeper).held+extra)
			if reason == "insufficient_quantity" {
				owner = b.owner // that nobody owns so much comes after what does not fit
			} else if reason != "" {
				return false
			}
			return b.takes(owner, l)
		})
		if l != nil {
			return w.store(b, l, b.keeper, l.look(b.keeper).held+extra)
		}
	}
	return nil
}

// mixedAndMore stores more than the keeper holds, of an owner who has that
// much, in a bin of another owner.
func (w *world) mixedAndMore() *plan {
	for range 40 {
		b := pick(w, w.bins)
		if b.grams == 0 {
			continue
		}
		if p := w.storeWhere(b, 1, func(b *bin, o *party, l *lot) bool { return b.owner != o }); p != nil {
			return p
		}
	}
	return nil
}

// movedOn sells or ships what the party has moved on, all of it.
func (w *world) movedOn() *plan {
	var was *party
	l := w.find(func(l *lot) bool {
		for _, p := range w.depots {
			x := l.look(p)
			if l.kind != "harvest" && x.holder && x.owner && x.held == 0 && x.owned+x.bad == 0 && !l.nonFood {
				was = p
				return true
			}
		}
		return false
	})
	if l == nil {
		return nil
	}
	if w.rand.IntN(2) == 0 {
		return w.sell(l, was, w.shops[0], 1000, "food")
	}
	return w.ship(l, was, was, w.shops[0], 1000)
}
