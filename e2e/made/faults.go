package made

import (
	"time"
)

// fault makes a row that must be refused for a reason; nil where there is
// nothing to do it with. Nothing comes of such a row.
type fault struct {
	reason string
	make   func() *plan
}

// plant writes one row that must be refused. Faults that were planted least
// come first, so that a season has them all. It reports false where none of
// those that were tried can be made.
func (w *world) plant() bool {
	if w.rand.IntN(8) == 0 {
		return w.repeat()
	}
	all := w.faults()
	for range 20 {
		n := w.rand.IntN(len(all))
		if m := w.rand.IntN(len(all)); w.tried[m] < w.tried[n] {
			n = m
		}
		if p := all[n].make(); p != nil {
			w.tried[n]++
			w.emit(p, all[n].reason)
			return true
		}
	}
	return false
}

func (w *world) faults() []fault {
	all := append(w.formFaults(), w.stateFaults()...)
	return append(all, w.clashes()...)
}

// spoil makes a plan with some cells changed.
func spoil(p *plan, change ...string) *plan {
	if p == nil {
		return nil
	}
	for i := 0; i < len(change); i += 2 {
		p.cells[change[i]] = change[i+1]
	}
	return p
}

const farFuture = "2099-01-01T08:00:00+08:00"

// anyOf is a plan of one of the kinds, whichever can be made.
func (w *world) anyOf(make ...func() *plan) *plan {
	for _, n := range w.rand.Perm(len(make)) {
		if p := make[n](); p != nil {
			return p
		}
	}
	return nil
}

// formFaults are wrong in themselves.
func (w *world) formFaults() []fault {
	quantity := func(value string) func() *plan {
		return func() *plan {
			return spoil(w.anyOf(w.planHarvest, w.planStore, w.planSell, w.planWithdraw), "quantity_kg", value)
		}
	}
	return []fault{
		{"bad_uscc", func() *plan { return spoil(w.planSell(), "buyer", mistyped(w.shops[0].uscc)) }},
		{"bad_uscc", func() *plan { return spoil(w.planHarvest(), "issuer", mistyped(w.coops[0].uscc)) }},
		{"bad_quantity", quantity("0")},
		{"bad_quantity", quantity("-1")},
		{"bad_quantity", quantity("12.3456")},
		{"bad_quantity", quantity("许多")},
		{"bad_quantity", quantity("")},
		{"future_time", func() *plan {
			return spoil(w.anyOf(w.planHarvest, w.planPurchase, w.planStore), "occurred_at", farFuture)
		}},
		{"weight_mismatch", func() *plan {
			p := w.planPurchase()
			if p == nil {
				return nil
			}
			return spoil(p, "net_kg", kg(w.purchased.grams-1))
		}},
		{"weight_mismatch", func() *plan {
			p := w.planPurchase()
			return spoil(p, "deduct_kg", "900")
		}},
		{"not_authorised", func() *plan { return spoil(w.planHarvest(), "issuer", w.depots[0].uscc) }},
		{"not_authorised", func() *plan { return spoil(w.planSell(), "issuer", w.lab.uscc) }},
		{"not_authorised", func() *plan { return spoil(w.planStore(), "issuer", w.regulator.uscc) }},
		{"not_authorised", func() *plan { return spoil(w.planInspectLot(), "issuer", w.shops[0].uscc) }},
		{"not_authorised", func() *plan { return spoil(w.planProcess(), "issuer", w.carriers[0].uscc) }},
	}
}

// stateFaults are right in themselves and wrong as things stand.
func (w *world) stateFaults() []fault {
	return []fault{
		{"unknown_lot", func() *plan {
			return spoil(w.anyOf(w.planStore, w.planSell, w.planShip), "lot", "NO-SUCH-LOT")
		}},
		{"unknown_lot", func() *plan { return spoil(w.planPurchase(), "from_lot", "NO-SUCH-LOT") }},
		{"unknown_lot", func() *plan { return spoil(w.planInspectLot(), "target", "NO-SUCH-LOT") }},
		{"lot_exists", func() *plan { return w.retake(w.planHarvest(), "lot", "") }},
		{"lot_exists", w.boughtTwice},
		{"lot_exists", func() *plan { return w.retake(w.planWithdraw(), "lot", "") }},
		{"lot_exists", w.batchTwice},
		{"lot_exists", w.boughtAsItself},
		{"lot_exists", w.milledAsItself},
		{"not_custodian", w.storedByStranger},
		{"not_custodian", func() *plan { return spoil(w.planShip(), "issuer", w.carriers[0].uscc) }},
		{"not_custodian", w.milledElsewhere},
		{"not_owner", func() *plan { return spoil(w.planSell(), "issuer", w.shops[1].uscc) }},
		{"not_owner", func() *plan { return spoil(w.planShip(), "owner", w.carriers[0].uscc) }},
		{"mixed_bin", func() *plan { return w.mixed(func(b *bin, o *party, l *lot) bool { return b.owner != o }) }},
		{"mixed_bin", func() *plan {
			return w.mixed(func(b *bin, o *party, l *lot) bool { return b.owner == o && b.variety != l.variety })
		}},
		{"mixed_bin", func() *plan {
			return w.mixed(func(b *bin, o *party, l *lot) bool {
				return b.owner == o && b.variety == l.variety && b.nature != l.nature
			})
		}},
		{"no_inspection", func() *plan { return w.unreleased(func(b *bin) bool { return b.outbound.IsZero() }) }},
		{"no_inspection", func() *plan {
			return w.unreleased(func(b *bin) bool { return !b.outbound.IsZero() && !b.passed })
		}},
		{"no_inspection", func() *plan {
			return w.unreleased(func(b *bin) bool { return b.passed && w.now.Sub(b.outbound) > 31*24*time.Hour })
		}},
		{"not_for_food", w.soldForFood},
		{"not_for_food", w.feedForFood},
		{"not_for_food", func() *plan {
			b := w.findBin(func(b *bin) bool { return b.grams > 0 && b.nonFood && w.released(b) })
			if b == nil {
				return nil
			}
			return w.withdraw(b, w.amount(b.grams), "food")
		}},
		{"insufficient_quantity", w.tooMuch},
		{"insufficient_quantity", w.movedOn},
		{"more_than_shipped", func() *plan {
			s := w.open()
			if s == nil {
				return nil
			}
			return w.receive(s, s.grams+1)
		}},
		{"mass_balance", func() *plan { return w.unbalanced(1) }},
		{"mass_balance", func() *plan { return w.unbalanced(-1) }},
	}
}

// unbalanced is a process whose by-products are so many grams off.
func (w *world) unbalanced(off int64) *plan {
	p := w.planProcess()
	if p == nil {
		return nil
	}
	extra := "粉尘:" + kg(1000)
	if off < 0 {
		extra = ""
		p.cells["loss_kg"] = kg(0)
	}
	return spoil(p, "byproducts", join(p.cells["byproducts"], extra))
}

func join(list, more string) string {
	if more == "" {
		return list
	}
	return list + ";" + more
}
