package made

import "slices"

// clashes are rows that are wrong in two ways: the reason that must win is
// the one that is given. The order is that of the format: form, then ref, then
// authority, then what exists, then who has it, then what it is fit for, then
// how much there is.
func (w *world) clashes() []fault {
	return []fault{
		{"bad_uscc", func() *plan { return w.clash("sell", "buyer", mistyped(w.shops[0].uscc), "lot", "NO-SUCH-LOT") }},
		{"bad_quantity", func() *plan { return spoil(w.planStore(), "quantity_kg", "0", "lot", "NO-SUCH-LOT") }},
		{"bad_quantity", func() *plan { return w.clash("withdraw", "quantity_kg", "-3") }},
		{"future_time", func() *plan { return w.clash("store", "occurred_at", farFuture) }},
		{"weight_mismatch", func() *plan { return w.clash("purchase", "net_kg", "1") }},
		{"weight_mismatch", func() *plan { return spoil(w.boughtTwice(), "gross_kg", "1000000") }},
		{"ref_conflict", func() *plan { return w.clash("store", "lot", "NO-SUCH-LOT") }},
		{"ref_conflict", w.labStores},
		{"ref_conflict", w.otherFile},
		{"not_authorised", func() *plan { return spoil(w.planSell(), "issuer", w.lab.uscc, "lot", "NO-SUCH-LOT") }},
		{"not_authorised", func() *plan {
			return w.retake(spoil(w.planHarvest(), "issuer", w.mills[0].uscc), "lot", "")
		}},
		{"unknown_lot", func() *plan { return spoil(w.planProcess(), "inputs", "NO-SUCH-LOT:1000") }},
		{"lot_exists", func() *plan {
			return w.retake(w.unreleased(func(b *bin) bool { return b.outbound.IsZero() }), "lot", "")
		}},
		{"lot_exists", func() *plan {
			return w.retake(w.unbalanced(1), "outputs", ":小麦粉:1")
		}},
		{"not_custodian", func() *plan { return spoil(w.storedByStranger(), "quantity_kg", "99999999") }},
		{"not_custodian", w.mixedByStranger},
		{"not_owner", func() *plan { return spoil(w.planSell(), "issuer", w.carriers[0].uscc, "quantity_kg", "99999999") }},
		{"not_owner", func() *plan { return spoil(w.soldForFood(), "issuer", w.carriers[0].uscc) }},
		{"mixed_bin", func() *plan {
			return spoil(w.mixed(func(b *bin, _ *party, l *lot) bool { return b.variety != l.variety || b.nature != l.nature }),
				"quantity_kg", "99999999")
		}},
		{"mixed_bin", w.mixedAndMore},
		{"no_inspection", func() *plan {
			return spoil(w.unreleased(func(b *bin) bool { return b.outbound.IsZero() }), "quantity_kg", "99999999")
		}},
		{"not_for_food", func() *plan { return spoil(w.soldForFood(), "quantity_kg", "99999999") }},
	}
}

// clash is a new row under the ref of an accepted one of a file, with cells
// changed.
func (w *world) clash(file string, change ...string) *plan {
	e, ok := w.recent(file, "")
	if !ok {
		return nil
	}
	p := &plan{file: file, cells: e.row.cells.clone()}
	delete(p.cells, "occurred_at")
	return spoil(p, change...)
}

// recent is an accepted row of a file, of an issuer where one is named.
func (w *world) recent(file, issuer string) (emitted, bool) {
	i := slices.IndexFunc(w.accepted, func(e emitted) bool {
		return e.file == file && (issuer == "" || e.row.cells["issuer"] == issuer) && w.rand.IntN(4) == 0
	})
	if i < 0 {
		return emitted{}, false
	}
	return w.accepted[i], true
}

// labStores is by a party that may not sign it, under a ref of its own.
func (w *world) labStores() *plan {
	e, ok := w.recent("inspect", w.lab.uscc)
	if !ok {
		return nil
	}
	return spoil(w.planStore(), "issuer", w.lab.uscc, "ref", e.row.cells["ref"])
}

// otherFile is a sale under a ref that its issuer used for a shipment.
func (w *world) otherFile() *plan {
	p := w.planSell()
	if p == nil {
		return nil
	}
	e, ok := w.recent("store", p.cells["issuer"])
	if !ok {
		return nil
	}
	return spoil(p, "ref", e.row.cells["ref"])
}

// mixedByStranger puts what it never held into a bin that it would not fit.
func (w *world) mixedByStranger() *plan {
	l := w.find(func(l *lot) bool { return l.kind == "purchase" })
	if l == nil {
		return nil
	}
	b := w.stranger(l)
	if b == nil || b.grams == 0 || b.variety == l.variety {
		return nil
	}
	return w.store(b, l, b.keeper, w.amount(l.grams))
}
