package index

import (
	"context"
	"fmt"
	"slices"
)

// Trace lists what a lot was made of (up) or what became of it (down),
// breadth first, nodes of the same depth in ledger order. Each node comes
// once. An edge comes with the node that it was followed from: on the page of
// its child going up, of its parent going down.
//
// The pages of one trace show the graph as it was at the first of them, so
// that blocks that come meanwhile neither repeat nor hide a node. Those who ask
// for a page at the same time share one answer, and none changes it. The error
// is ErrBusy where too many ask at once.
func (ix *Index) Trace(ctx context.Context, lot string, dir Direction, cursor string, limit int) (Trace, error) {
	if dir != Up && dir != Down {
		return newTrace(lot, dir), fmt.Errorf("index: trace: no direction %q", string(dir))
	}
	limit = pageSize(limit)
	q := question{what: "trace " + string(dir), of: lot, cursor: cursor, limit: limit, height: ix.Height()}
	return together(ctx, &ix.flights, q, func(ctx context.Context) (Trace, error) {
		return ix.readTrace(ctx, lot, dir, cursor, limit)
	})
}

func newTrace(lot string, dir Direction) Trace {
	return Trace{Lot: lot, Direction: dir, Nodes: []Node{}, Edges: []Edge{}}
}

func (ix *Index) readTrace(ctx context.Context, lot string, dir Direction, cursor string, limit int) (Trace, error) {
	t := newTrace(lot, dir)
	err := ix.walk(ctx, "trace of "+lot, func(r *reader) error {
		start, err := r.vertex(ctx, lot)
		if err != nil {
			return err
		}
		w := &walk{graph: newGraph(r, dir, start), limit: limit}
		w.window = traceWindow
		if err := w.begin(ctx, cursor, lot); err != nil {
			return err
		}
		if err := w.run(ctx, start.num); err != nil {
			return err
		}
		return w.fill(ctx, &t)
	})
	return t, err
}

// traceWindow is how many mixes of an epoch a trace reads at once. A page
// rarely shows more, while a whole epoch may have thousands.
const traceWindow = 8

// traceAhead is how many nodes of further levels a trace expands along with
// the level that it has come to.
const traceAhead = 256

// walk is one page of a breadth-first walk. The walk starts anew for each
// page and passes over what stood on earlier ones: a cursor is a place in it.
type walk struct {
	*graph
	after  place
	resume bool // there is a place to begin after
	limit  int

	page  []place
	more  bool
	depth map[int64]int
}

// place is a place in the walk: nodes come by depth, then by number.
type place struct {
	depth int64
	num   int64
}

// begin reads the cursor: the last record that counts, and the last place
// that was shown.
func (w *walk) begin(ctx context.Context, cursor, lot string) error {
	resume, err := readCursor(cursor, w.name(lot), &w.upTo, &w.after.depth, &w.after.num)
	if err != nil {
		return err
	}
	w.resume = resume
	if resume {
		return nil
	}
	var t tip
	if err := w.reader.one(ctx, tipQuery, nil, t.fields()...); err != nil {
		return err
	}
	w.upTo = t.records
	return nil
}

func (w *walk) name(lot string) string { return "trace " + string(w.dir) + " " + lot }

// run walks until the page is full or the graph ends. Of the level that fills
// the page no more is expanded than stands on the page.
func (w *walk) run(ctx context.Context, start int64) error {
	w.depth = map[int64]int{start: 0}
	level := []int64{start}
	for depth := 0; len(level) > 0; depth++ {
		shown := w.show(level, depth)
		if w.more {
			return w.expand(ctx, shown)
		}
		if err := w.expandLevel(ctx, level); err != nil {
			return err
		}
		level = w.next(level, depth+1)
	}
	return nil
}

// expandLevel reads the edges of a level. Where that takes a query, it serves
// some nodes of further levels too, those that an epoch brought along.
func (w *walk) expandLevel(ctx context.Context, level []int64) error {
	open := func(num int64) bool { return !w.expanded(w.nodes[num]) }
	if !slices.ContainsFunc(level, open) {
		return nil
	}
	return w.expand(ctx, slices.Concat(level, w.takeWaiting(traceAhead)))
}

// show puts the nodes of a level that come next on the page, and lists them.
func (w *walk) show(level []int64, depth int) (shown []int64) {
	for _, num := range level {
		p := place{int64(depth), num}
		switch {
		case w.resume && !w.after.before(p):
		case len(w.page) == w.limit:
			w.more = true
			return shown
		default:
			w.page = append(w.page, p)
			shown = append(shown, num)
		}
	}
	return shown
}

func (p place) before(q place) bool {
	return p.depth < q.depth || p.depth == q.depth && p.num < q.num
}

// next lists the nodes one step further on that the walk has not met.
func (w *walk) next(level []int64, depth int) []int64 {
	var out []int64
	for _, num := range level {
		for _, e := range w.edges[num] {
			if _, met := w.depth[e.far]; !met {
				w.depth[e.far] = depth
				out = append(out, e.far)
			}
		}
	}
	slices.Sort(out)
	return out
}

// cursor of the next page.
func (w *walk) cursor(lot string) string {
	if !w.more {
		return ""
	}
	last := w.page[len(w.page)-1]
	return writeCursor(w.name(lot), w.upTo, last.depth, last.num)
}
