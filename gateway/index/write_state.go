package index

import (
	"context"
	"fmt"
	"slices"

	"github.com/grainledger/grainledger/record"
)

// The insertions of state values that have a table of their own.
var (
	insertRetail   = insertInto("retail", "node, gtin, batch", "ON CONFLICT (gtin, batch) DO UPDATE SET node = excluded.node")
	insertShipment = insertInto("shipment", "key, lot, record, transit, value",
		"ON CONFLICT (key) DO UPDATE SET transit = excluded.transit, value = excluded.value")
	insertInspection = insertInto("inspection", "key, target, record, value",
		"ON CONFLICT (key) DO UPDATE SET value = excluded.value")
	insertKey    = insertInto("signing_key", "id, uscc, value", "ON CONFLICT (id) DO UPDATE SET uscc = excluded.uscc, value = excluded.value")
	insertSealed = insertInto("sealed", "key_hash, state", "ON CONFLICT (key_hash) DO UPDATE SET state = excluded.state")
	insertState  = insertInto("state", "key, value", "ON CONFLICT (key) DO UPDATE SET value = excluded.value")
)

const dropRetail = `DELETE FROM retail WHERE gtin = $1 AND batch = $2`

func (w *writer) writeState(ctx context.Context) error {
	for _, write := range []func(context.Context) error{
		w.writeRetail, w.writeShipments, w.writeInbound, w.writeInspections, w.writeKeys, w.writeSealed, w.writeRest,
	} {
		if err := write(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) writeRetail(ctx context.Context) error {
	var keys []retailKey
	for k, lot := range w.changes.retail {
		if lot == "" { // its making was taken back
			if err := w.exec(ctx, dropRetail, k.gtin, k.batch); err != nil {
				return err
			}
			continue
		}
		keys = append(keys, k)
		if lot := w.changes.retail[k]; w.nodes[lot] == 0 {
			return fmt.Errorf("batch %s of GTIN %s names no lot: %s", k.batch, k.gtin, lot)
		}
	}
	w.tip.retail += int64(len(keys))
	return w.insert(ctx, insertRetail, len(keys), func(args []any, i int) []any {
		k := keys[i]
		return append(args, w.nodes[w.changes.retail[k]], k.gtin, k.batch)
	})
}

func (w *writer) writeShipments(ctx context.Context) error {
	keys := keysOf(w.changes.shipments)
	return w.insert(ctx, insertShipment, len(keys), func(args []any, i int) []any {
		s := w.changes.shipments[keys[i]]
		transit := int64(0)
		if s.Status == record.InTransit {
			transit = s.Grams
		}
		return append(args, keys[i], w.nodes[s.Lot], w.recordNumber(s.Record), transit, string(s.value))
	})
}

func (w *writer) writeInspections(ctx context.Context) error {
	keys := keysOf(w.changes.inspections)
	return w.insert(ctx, insertInspection, len(keys), func(args []any, i int) []any {
		s := w.changes.inspections[keys[i]]
		return append(args, keys[i], s.target, w.recordNumber(s.record), string(s.value))
	})
}

func (w *writer) writeKeys(ctx context.Context) error {
	ids := keysOf(w.changes.keys)
	return w.insert(ctx, insertKey, len(ids), func(args []any, i int) []any {
		k := w.changes.keys[ids[i]]
		return append(args, ids[i], k.uscc, string(k.value))
	})
}

func (w *writer) writeSealed(ctx context.Context) error {
	parts := keysOf(w.changes.sealed)
	return w.insert(ctx, insertSealed, len(parts), func(args []any, i int) []any {
		return append(args, parts[i], w.changes.sealed[parts[i]])
	})
}

func (w *writer) writeRest(ctx context.Context) error {
	keys := keysOf(w.changes.state)
	slices.Sort(keys) // neighbours in the tree one after another
	return w.insert(ctx, insertState, len(keys), func(args []any, i int) []any {
		return append(args, keys[i], string(w.changes.state[keys[i]]))
	})
}

func keysOf[K comparable, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}
