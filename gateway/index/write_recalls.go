package index

import (
	"context"
	"database/sql"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// recallBook is how the recalled grain that a block touches stood before it.
// Of what is recalled the index keeps sums, which each block moves by what it
// changes: the work grows with the block and not with the recall.
type recallBook struct {
	any    bool // there is a recall, or the block brings one
	nodes  []int64
	before recalledGrain
	sent   map[string]record.Shipment // of those that the block changes, as they were
	cut    map[edgeKey]int64          // grams of the edges that it takes off
}

// recalledGrain is grain under recalls in force.
type recalledGrain struct {
	causes map[int64][]string // by node
	recall map[string]openRecall
	parts  map[recallParty]recallPart
	there  map[int64]int64 // grams of a node in custody and on their way, recalled or not
	open   []openShipment
}

// openShipment is grain of a node on its way.
type openShipment struct {
	node int64
	record.Shipment
}

type openRecall struct {
	record        int64
	issuer, taker string
}

// takes tells whether a party is who the grain goes back to.
func (o openRecall) takes(party string) bool {
	return party != "" && (party == o.issuer || party == o.taker)
}

type recallParty struct{ cause, party string }

type recallPart struct{ held, transit, returned, written, lots int64 }

const (
	anyRecall   = `SELECT COUNT(*) FROM (SELECT 1 FROM recall LIMIT 1) t`
	recalledOf  = `SELECT m.node, r.cause, r.record, r.issuer, r.taker FROM mark m JOIN recall r ON r.cause = m.cause WHERE r.ended = '' AND m.node IN ` + list
	openOf      = `SELECT lot, value FROM shipment WHERE transit > 0 AND lot IN ` + list
	shipmentsBy = `SELECT key, value FROM shipment WHERE key IN ` + list
	gramsOfEdge = `SELECT COALESCE(SUM(grams), 0) FROM edge WHERE child = $1 AND parent = $2 AND record = (SELECT num FROM record WHERE id = $3)`
)

// openRecalls notes how the recalled grain stands that the block is about to
// change.
func (w *writer) openRecalls(ctx context.Context) error {
	b := &w.recalls
	var n int
	if err := w.one(ctx, anyRecall, nil, &n); err != nil {
		return err
	}
	b.any = n > 0
	for _, c := range w.changes.causes {
		b.any = b.any || c.Kind == record.MarkRecall
	}
	if !b.any {
		return nil
	}
	touched := make([]int64, 0, len(w.nodes))
	for _, num := range w.nodes {
		touched = append(touched, num)
	}
	slices.Sort(touched)
	marked, _, err := w.recallsOf(ctx, touched)
	if err != nil {
		return err
	}
	for num := range marked {
		b.nodes = append(b.nodes, num)
	}
	b.nodes = w.newlyRecalled(b.nodes)
	if b.before, err = w.recalledGrain(ctx, b.nodes); err != nil {
		return err
	}
	return w.openSent(ctx)
}

// newlyRecalled adds the nodes to which the block gives marks of recalls, as far
// as they have a number by now.
func (w *writer) newlyRecalled(nodes []int64) []int64 {
	for id, marks := range w.changes.marks {
		if num := w.nodes[id]; num > 0 && slices.ContainsFunc(marks, func(m record.Mark) bool { return m.Kind == record.MarkRecall }) {
			nodes = append(nodes, num)
		}
	}
	slices.Sort(nodes)
	return slices.Compact(nodes)
}

// openSent notes shipments and edges as they were.
func (w *writer) openSent(ctx context.Context) error {
	b := &w.recalls
	b.sent, b.cut = map[string]record.Shipment{}, map[edgeKey]int64{}
	err := eachIn(ctx, &w.reader, shipmentsBy, nil, keysOf(w.changes.shipments), func(rows *sql.Rows) error {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		var s record.Shipment
		err := json.Unmarshal([]byte(value), &s)
		b.sent[key] = s
		return err
	})
	if err != nil {
		return err
	}
	for e := range w.changes.edges {
		if _, here := w.changes.position[e.record]; here {
			continue
		}
		var grams int64
		if err := w.one(ctx, gramsOfEdge, []any{w.nodes[e.child], w.nodes[e.parent], e.record}, &grams); err != nil {
			return err
		}
		b.cut[e] = grams
	}
	return nil
}

// recallsOf tells which recalls in force have marked nodes.
func (r *reader) recallsOf(ctx context.Context, nums []int64) (map[int64][]string, map[string]openRecall, error) {
	of, recalls := map[int64][]string{}, map[string]openRecall{}
	err := eachIn(ctx, r, recalledOf, nil, nums, func(rows *sql.Rows) error {
		var node int64
		var cause string
		var o openRecall
		err := rows.Scan(&node, &cause, &o.record, &o.issuer, &o.taker)
		of[node], recalls[cause] = append(of[node], cause), o
		return err
	})
	return of, recalls, err
}

// recalledGrain reads who has how much of nodes, under which recalls.
func (r *reader) recalledGrain(ctx context.Context, nums []int64) (g recalledGrain, err error) {
	g.parts, g.there = map[recallParty]recallPart{}, map[int64]int64{}
	if g.causes, g.recall, err = r.recallsOf(ctx, nums); err != nil {
		return g, err
	}
	type at struct {
		node  int64
		party string
	}
	has := map[at]recallPart{}
	err = eachIn(ctx, r, holdingsOf, nil, nums, func(rows *sql.Rows) error {
		var k at
		var owned, held int64
		err := rows.Scan(&k.node, &k.party, &owned, &held)
		if held != 0 {
			has[k] = recallPart{held: held}
		}
		return err
	})
	if err != nil {
		return g, err
	}
	err = eachIn(ctx, r, openOf, nil, nums, func(rows *sql.Rows) error {
		var k at
		var value string
		if err := rows.Scan(&k.node, &value); err != nil {
			return err
		}
		var s record.Shipment
		err := json.Unmarshal([]byte(value), &s)
		k.party = s.Shipper
		g.open = append(g.open, openShipment{k.node, s})
		p := has[k]
		p.transit += s.Grams
		has[k] = p
		return err
	})
	for k, p := range has {
		g.there[k.node] += p.held + p.transit
		for _, cause := range g.causes[k.node] {
			sum := g.parts[recallParty{cause, k.party}]
			sum.held, sum.transit, sum.lots = sum.held+p.held, sum.transit+p.transit, sum.lots+1
			g.parts[recallParty{cause, k.party}] = sum
		}
	}
	return g, err
}
