package index

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

const stateValues = `SELECT key, value FROM state WHERE key IN ` + list

// findStoredMixes adds the mix of bins that a record is about while its
// transaction does not write the bin: it is the one that the state has.
func (w *writer) findStoredMixes(ctx context.Context) error {
	at := map[string][]int{}
	var keys []string
	for i := range w.changes.records {
		for _, bin := range w.changes.records[i].bins {
			key := record.BinKey(bin)
			if len(at[key]) == 0 {
				keys = append(keys, key)
			}
			at[key] = append(at[key], i)
		}
	}
	return eachIn(ctx, &w.reader, stateValues, nil, keys, func(rows *sql.Rows) error {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		var s record.BinState
		if err := json.Unmarshal([]byte(value), &s); err != nil {
			return err
		}
		s.Bin = strings.TrimPrefix(key, record.BinKey(""))
		for _, i := range at[key] {
			w.changes.records[i].mix = append(w.changes.records[i].mix, s.MixID())
		}
		return nil
	})
}

func (w *writer) writeNodes(ctx context.Context) error {
	var fresh []newNode
	for _, n := range w.number() {
		if !n.known {
			fresh = append(fresh, n)
		} else if err := w.exec(ctx, updateSeq, n.seq, w.years[n.id], n.num); err != nil {
			return err
		}
	}
	return w.insert(ctx, insertNode, len(fresh), func(args []any, i int) []any {
		n := &fresh[i]
		if epoch, mix, ok := splitMix(n.id); ok {
			w.tip.mixes++
			return append(args, n.num, n.id, n.seq, mixKind, epoch, mix, w.years[n.id])
		}
		return append(args, n.num, n.id, n.seq, w.kind(n.id), nil, nil, w.years[n.id])
	})
}

// writeLots writes lots and how they are held. The rows of new lots go in by
// number, which appends to the table.
func (w *writer) writeLots(ctx context.Context) error {
	var whole []string
	for id, l := range w.changes.lots {
		num, ok := w.nodes[id]
		var err error
		switch {
		case !ok:
			err = fmt.Errorf("the stock of a lot that nothing made: %s", id)
		case num > w.first.sequence || l.state != nil && l.stock != nil:
			whole = append(whole, id)
		case l.state != nil:
			err = w.exec(ctx, updateLotState, string(l.state), num)
		default:
			err = w.exec(ctx, updateStock, string(l.stock), num)
		}
		if err != nil {
			return err
		}
	}
	slices.SortFunc(whole, func(a, b string) int { return cmp.Compare(w.nodes[a], w.nodes[b]) })
	return w.insert(ctx, insertLot, len(whole), func(args []any, i int) []any {
		id := whole[i]
		l, num := w.changes.lots[id], w.nodes[id]
		if num > w.first.sequence {
			w.tip.lots++
		}
		return append(args, num, string(l.state), string(l.stock))
	})
}

func (w *writer) writeEdges(ctx context.Context) error {
	edges := make([]edgeKey, 0, len(w.changes.edges))
	for e := range w.changes.edges {
		if _, here := w.changes.position[e.record]; here {
			edges = append(edges, e)
		}
	}
	slices.SortFunc(edges, func(a, b edgeKey) int {
		return cmp.Or(
			cmp.Compare(w.nodes[a.child], w.nodes[b.child]),
			cmp.Compare(w.nodes[a.parent], w.nodes[b.parent]))
	})
	w.tip.edges += int64(len(edges))
	return w.insert(ctx, insertEdge, len(edges), func(args []any, i int) []any {
		e := edges[i]
		return append(args, w.nodes[e.child], w.nodes[e.parent], w.recordNumber(e.record), w.changes.edges[e])
	})
}

// writeLinks writes which records made or moved which nodes.
func (w *writer) writeLinks(ctx context.Context, nodes [][]string) error {
	type link struct{ node, record int64 }
	var links []link
	for i, ids := range nodes {
		for _, id := range ids {
			if num, ok := w.nodes[id]; ok {
				links = append(links, link{num, w.first.records + int64(i) + 1})
			}
		}
	}
	return w.insert(ctx, insertRecordNode, len(links), func(args []any, i int) []any {
		return append(args, links[i].node, links[i].record)
	})
}
