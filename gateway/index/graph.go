package index

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
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

// link is an edge seen from the end that the walk comes from.
type link struct {
	far    int64
	grams  int64
	record int64
}

// graph reads the part of the lot graph above or below a node, in few and
// large queries: all lots to be expanded go into one, and a mix
// brings the neighbouring mixes of its epoch on the same side along, since
// within an epoch each mix carries over what was left of the one before.
type graph struct {
	reader   *reader
	dir      Direction
	upTo     int64 // records after this one do not count
	window   int   // mixes that are read at once
	maxEdges int

	nodes   map[int64]vertex
	edges   map[int64][]link // by the near end
	waiting []int64          // known and not expanded
	done    map[int64]bool   // expanded lots
	epochs  map[string]span  // expanded mixes
	count   int
}

// span is a range of mixes of an epoch, without the last.
type span struct{ from, to int }

// wholeEpoch is a window that no epoch outgrows.
const wholeEpoch = math.MaxInt32 / 2

func newGraph(r *reader, dir Direction, start vertex) *graph {
	return &graph{
		reader: r, dir: dir, upTo: math.MaxInt64, window: wholeEpoch, maxEdges: maxEdges,
		nodes: map[int64]vertex{start.num: start}, edges: map[int64][]link{},
		waiting: []int64{start.num}, done: map[int64]bool{}, epochs: map[string]span{},
	}
}

// Queries for edges: near end, far end, and what the far end is. Edges come
// in an order that does not depend on when or how often they are asked for,
// so that sums of shares are the same each time.
const (
	linkUp = `SELECT e.child, e.parent, e.grams, e.record, n.seq, n.kind, COALESCE(n.epoch, ''), COALESCE(n.mix, 0)
		FROM edge e JOIN node n ON n.num = e.parent `
	linkDown = `SELECT e.parent, e.child, e.grams, e.record, n.seq, n.kind, COALESCE(n.epoch, ''), COALESCE(n.mix, 0)
		FROM edge e JOIN node n ON n.num = e.child `

	parentsOf  = linkUp + `WHERE e.child IN ` + list + ` ORDER BY e.child, e.parent, e.record`
	childrenOf = linkDown + `WHERE e.parent IN ` + list + ` ORDER BY e.parent, e.child, e.record`

	parentsOfMixes = linkUp + `JOIN node c ON c.num = e.child
		WHERE c.epoch = $1 AND c.mix >= $2 AND c.mix < $3 ORDER BY c.mix, e.parent, e.record`
	childrenOfMixes = linkDown + `JOIN node p ON p.num = e.parent
		WHERE p.epoch = $1 AND p.mix >= $2 AND p.mix < $3 ORDER BY p.mix, e.child, e.record`
)

// expanded tells whether the edges of a node were read.
func (g *graph) expanded(v vertex) bool {
	if v.epoch == "" {
		return g.done[v.num]
	}
	read := g.epochs[v.epoch]
	return read.from <= v.mix && v.mix < read.to
}

// expandAll reads everything that the walk can reach.
func (g *graph) expandAll(ctx context.Context) error {
	for len(g.waiting) > 0 {
		if err := g.expand(ctx, g.takeWaiting(len(g.waiting))); err != nil {
			return err
		}
	}
	return nil
}

// takeWaiting takes some of the nodes that wait.
func (g *graph) takeWaiting(most int) []int64 {
	n := min(most, len(g.waiting))
	taken := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	return taken
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
	query := parentsOf
	if g.dir == Down {
		query = childrenOf
	}
	return eachIn(ctx, g.reader, query, nil, lots, g.scan)
}

// unread picks the nodes whose edges were not read: lots by number, as they
// lie in the table; of mixes of an epoch first the one whose window covers the
// others.
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
	slices.SortFunc(mixes, func(a, b vertex) int {
		if g.dir == Up {
			a, b = b, a
		}
		return cmp.Compare(a.mix, b.mix)
	})
	return lots, mixes
}

// readMixes reads the edges of a mix and of a window of mixes behind it. What
// was read of an epoch stays one range without gaps.
func (g *graph) readMixes(ctx context.Context, v vertex) error {
	read, begun := g.epochs[v.epoch]
	want := span{v.mix, v.mix + g.window}
	query := childrenOfMixes
	if g.dir == Up {
		want = span{v.mix - g.window + 1, v.mix + 1}
		query = parentsOfMixes
	}
	switch {
	case !begun:
		read = want
	case v.mix >= read.to:
		want.from, read.to = read.to, want.to
	default:
		want.to, read.from = read.from, want.from
	}
	g.epochs[v.epoch] = read
	return g.reader.each(ctx, query, []any{v.epoch, want.from, want.to}, g.scan)
}

func (g *graph) scan(rows *sql.Rows) error {
	var near int64
	var l link
	var v vertex
	if err := rows.Scan(&near, &l.far, &l.grams, &l.record, &v.seq, &v.kind, &v.epoch, &v.mix); err != nil {
		return err
	}
	if l.record > g.upTo || l.grams == 0 {
		return nil // later than what was asked for, or taken back
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
