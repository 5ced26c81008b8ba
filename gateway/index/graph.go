package index

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// maxEdges bounds how much of the lot graph one answer reads into memory:
// some 200 bytes an edge, so about 50 MB. A mill that draws on a year of bins
// with 600 deposits a day stays within it.
const maxEdges = 250_000

// vertex is a node of the lot graph as answers need it.
type vertex struct {
	num, seq int64
	kind     string
	epoch    string // of a mix: <bin>:<epoch>
	mix      int
}

// link is an edge seen from its child.
type link struct{ far, grams, record int64 }

// graph reads the part of the lot graph above a node, in few and large
// queries: all lots to be expanded go into one, and a mix brings those of its
// epoch before it along, since within an epoch each mix carries over what was
// left of the one before.
type graph struct {
	reader   *reader
	maxEdges int

	nodes   map[int64]vertex
	edges   map[int64][]link // by the near end
	waiting []int64          // known and not expanded
	done    map[int64]bool   // expanded lots
	epochs  map[string]int   // the last mix of each epoch that is expanded, with all before it
	count   int
}

func newGraph(r *reader, start vertex) *graph {
	return &graph{
		reader: r, maxEdges: maxEdges,
		nodes: map[int64]vertex{start.num: start}, edges: map[int64][]link{},
		waiting: []int64{start.num}, done: map[int64]bool{}, epochs: map[string]int{},
	}
}

// Queries for edges: near end, far end, and what the far end is. Edges come
// in an order that does not depend on when or how often they are asked for,
// so that sums of shares are the same each time. An edge of no grams was taken
// back and leads nowhere.
const (
	linkUp = `SELECT e.child, e.parent, e.grams, e.record, n.seq, n.kind, COALESCE(n.epoch, ''), COALESCE(n.mix, 0)
		FROM edge e JOIN node n ON n.num = e.parent `

	parentsOf      = linkUp + `WHERE e.grams > 0 AND e.child IN ` + list + ` ORDER BY e.child, e.parent, e.record`
	parentsOfMixes = linkUp + `JOIN node c ON c.num = e.child
		WHERE e.grams > 0 AND c.epoch = $1 AND c.mix > $2 AND c.mix <= $3 ORDER BY c.mix, e.parent, e.record`
)

// expanded tells whether the edges of a node were read.
func (g *graph) expanded(v vertex) bool {
	if v.epoch == "" {
		return g.done[v.num]
	}
	last, begun := g.epochs[v.epoch]
	return begun && v.mix <= last
}

// expandAll reads everything that the walk can reach.
func (g *graph) expandAll(ctx context.Context) error {
	for len(g.waiting) > 0 {
		waiting := g.waiting
		g.waiting = nil
		if err := g.expand(ctx, waiting); err != nil {
			return err
		}
	}
	return nil
}

// expand reads the edges of nodes, as far as they were not read.
func (g *graph) expand(ctx context.Context, nums []int64) error {
	lots, mixes := g.unread(nums)
	for _, v := range mixes {
		if g.expanded(v) {
			continue // a mix before it has brought it along
		}
		if err := g.readMixes(ctx, v); err != nil {
			return err
		}
	}
	return eachIn(ctx, g.reader, parentsOf, nil, lots, g.scan)
}

// unread picks the nodes whose edges were not read: lots by number, as they
// lie in the table; of mixes of an epoch first the last, which brings the others.
func (g *graph) unread(nums []int64) (lots []int64, mixes []vertex) {
	for _, num := range nums {
		v := g.nodes[num]
		switch {
		case g.expanded(v):
		case v.epoch != "":
			mixes = append(mixes, v)
		default:
			g.done[num] = true
			lots = append(lots, num)
		}
	}
	slices.Sort(lots)
	slices.SortFunc(mixes, func(a, b vertex) int { return cmp.Compare(b.mix, a.mix) })
	return lots, mixes
}

// readMixes reads the edges of a mix and of those before it that were not read.
func (g *graph) readMixes(ctx context.Context, v vertex) error {
	last, begun := g.epochs[v.epoch]
	if !begun {
		last = -1
	}
	g.epochs[v.epoch] = v.mix
	return g.reader.each(ctx, parentsOfMixes, []any{v.epoch, last, v.mix}, g.scan)
}

func (g *graph) scan(rows *sql.Rows) error {
	var near int64
	var l link
	var v vertex
	if err := rows.Scan(&near, &l.far, &l.grams, &l.record, &v.seq, &v.kind, &v.epoch, &v.mix); err != nil {
		return err
	}
	if g.count++; g.count > g.maxEdges {
		return fmt.Errorf("%w: more than %d edges", ErrTooLarge, g.maxEdges)
	}
	g.edges[near] = append(g.edges[near], l)
	if _, known := g.nodes[l.far]; !known {
		v.num = l.far
		g.nodes[v.num] = v
		g.waiting = append(g.waiting, v.num)
	}
	return nil
}

const vertexByID = `SELECT num, seq, kind, COALESCE(epoch, ''), COALESCE(mix, 0) FROM node WHERE id = $1`

// vertex finds a node by its id; sql.ErrNoRows where there is none.
func (r *reader) vertex(ctx context.Context, id string) (vertex, error) {
	var v vertex
	err := r.one(ctx, vertexByID, []any{id}, &v.num, &v.seq, &v.kind, &v.epoch, &v.mix)
	return v, err
}
