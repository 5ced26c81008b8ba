package index

import (
	"context"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

var (
	insertHolding = insertInto("holding", "party, node, held", "ON CONFLICT (party, node) DO UPDATE SET held = excluded.held")
	insertInbound = insertInto("inbound", "party, record, key, open", "ON CONFLICT (key) DO UPDATE SET open = excluded.open")
)

// holding is one party's share of a lot, there or gone.
type holding struct {
	party string
	node  int64
	held  int
}

// writeHoldings writes who has what of the lots that changed hands.
func (w *writer) writeHoldings(ctx context.Context) error {
	var list []holding
	for id, l := range w.changes.lots {
		if l.stock == nil {
			continue
		}
		var s record.Stock
		if err := json.Unmarshal(l.stock, &s); err != nil {
			return fmt.Errorf("stock of %s: %w", id, err)
		}
		for _, p := range s.Parts {
			h := holding{party: p.Party, node: w.nodes[id]}
			if p.Owned+p.NonFood+p.Held > 0 {
				h.held = 1
			}
			list = append(list, h)
		}
	}
	return w.insert(ctx, insertHolding, len(list), func(args []any, i int) []any {
		return append(args, list[i].party, list[i].node, list[i].held)
	})
}

func (w *writer) writeInbound(ctx context.Context) error {
	keys := keysOf(w.changes.shipments)
	return w.insert(ctx, insertInbound, len(keys), func(args []any, i int) []any {
		s := w.changes.shipments[keys[i]]
		open := 0
		if s.Status == record.InTransit {
			open = 1
		}
		return append(args, s.To, w.recordNumber(s.Record), keys[i], open)
	})
}
