package index

import (
	"context"

	"github.com/grainledger/grainledger/record"
)

var insertInbound = insertInto("inbound", "party, record, key, open", "ON CONFLICT (key) DO UPDATE SET open = excluded.open")

// writeInbound writes which shipments are on their way to whom.
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
