package index

import (
	"context"
	"errors"
	"fmt"
	"maps"
)

// Trace lists what a lot was made of (up) or what became of it (down): breadth
// first, the neighbours of a node in ledger order. Each node comes once. An
// edge comes with the node that it leads to, or, where that was shown before,
// after the one that was shown last.
//
// The pages of one trace show the graph as it was at the first of them, so
// that blocks that come meanwhile neither repeat nor hide a node, unless they
// undo a record: its edges are gone from the next page on. Those who ask
// for a page at the same time share one answer, and none changes it. The error
// is ErrBusy where too many ask at once.
func (ix *Index) Trace(ctx context.Context, lot string, dir Direction, cursor string, limit int) (Trace, error) {
	t := Trace{Lot: lot, Direction: dir, Nodes: []Node{}, Edges: []Edge{}}
	if err := dir.check(); err != nil {
		return t, err
	}
	limit = pageSize(limit)
	q := question{what: "trace " + string(dir), of: lot, cursor: cursor, limit: limit, height: ix.Height()}
	return together(ctx, &ix.flights, q, func(ctx context.Context) (Trace, error) {
		err := ix.readTrace(ctx, lot, dir, cursor, limit, func(r *reader, w *walk) error {
			t.Next, t.Edges = w.cursor(), w.pageEdges()
			var err error
			t.Nodes, err = r.nodes(ctx, w.page)
			return err
		})
		return t, err
	})
}

func (d Direction) check() error {
	if d != Up && d != Down {
		return fmt.Errorf("index: trace: no direction %q", string(d))
	}
	return nil
}

// readTrace walks one page in a snapshot.
func (ix *Index) readTrace(ctx context.Context, lot string, dir Direction, cursor string, limit int, use func(*reader, *walk) error) error {
	moment, _ := ix.facts.now()
	return ix.walk(ctx, "trace of "+lot, func(r *reader) error {
		var t tip
		if err := r.one(ctx, tipQuery, nil, t.fields()...); err != nil {
			return err
		}
		if now, _ := ix.facts.now(); now != moment {
			moment = unkept // the snapshot is of a moment that has passed or is to come
		}
		start, err := r.spot(ctx, lot)
		if err != nil {
			return err
		}
		w, err := newWalk(start, dir, cursor, limit, t.records)
		if err != nil {
			return err
		}
		w.moment = moment
		w.source = &readSource{reader: r, facts: ix.facts, walk: w, read: map[int64]*neighbours{}}
		if err := w.run(ctx); err != nil {
			return err
		}
		return use(r, w)
	})
}

// unkept is a moment of which no fact is kept.
const unkept = 1

// edgesPerNode bounds the edges of a page, for each node that it may have.
const edgesPerNode = 10

// source tells the walk what lies next to a node. more reads on behind the
// last of what it told.
type source interface {
	next(ctx context.Context, near spot) (*neighbours, error)
	more(ctx context.Context, near spot, after neighbour) (*neighbours, error)
}

// walk is one page of a breadth-first walk. The walk starts anew for each page
// and passes over what stood on earlier ones: a cursor is how many edges were
// crossed before.
type walk struct {
	source source
	moment uint64
	start  string
	dir    Direction
	limit  int
	upTo   int64 // records after this one do not count
	from   int64 // edges that earlier pages crossed

	crossed int64
	queue   []step
	met     map[int64]int // node -> its place in the queue
	page    []step
	edges   []crossing
	full    bool
}

// step is a node that the walk has come to.
type step struct {
	spot
	depth int
}

// crossing is an edge that the page shows.
type crossing struct {
	near string
	far  neighbour
}

func newWalk(start spot, dir Direction, cursor string, limit int, records int64) (*walk, error) {
	room := min(limit, MaxLimit) + 1 // a small page is most often all that is needed
	w := &walk{start: start.id, dir: dir, limit: limit, upTo: records,
		met: make(map[int64]int, room), queue: make([]step, 0, room), page: make([]step, 0, room), edges: make([]crossing, 0, room)}
	w.met[start.num] = 0
	resume, err := readCursor(cursor, w.name(), &w.upTo, &w.from)
	if err != nil {
		return nil, err
	}
	first := step{spot: start}
	w.queue = append(w.queue, first)
	if !resume {
		w.page = append(w.page, first)
	}
	return w, nil
}

func (w *walk) name() string { return "trace " + string(w.dir) + " " + w.start }

// errFull ends a walk whose page is full.
var errFull = errors.New("page full")

// run walks until the page is full or the graph ends.
func (w *walk) run(ctx context.Context) error {
	for at := 0; at < len(w.queue); at++ {
		if err := w.expand(ctx, w.queue[at]); err != nil {
			if errors.Is(err, errFull) {
				w.full = true
				return nil
			}
			return err
		}
	}
	return nil
}

func (w *walk) expand(ctx context.Context, near step) error {
	found, err := w.source.next(ctx, near.spot)
	for {
		if err != nil {
			return err
		}
		for i := range found.list {
			if err := w.cross(near, &found.list[i]); err != nil {
				return err
			}
		}
		if !found.more {
			return nil
		}
		found, err = w.source.more(ctx, near.spot, found.list[len(found.list)-1])
	}
}

// cross goes over an edge.
func (w *walk) cross(near step, far *neighbour) error {
	if far.record > w.upTo {
		return nil
	}
	_, met := w.met[far.num]
	shown := w.crossed >= w.from
	switch {
	case w.crossed >= maxEdges:
		return fmt.Errorf("%w: more than %d edges", ErrTooLarge, maxEdges)
	case shown && (!met && len(w.page) >= w.limit || len(w.edges) >= edgesPerNode*w.limit):
		return errFull
	}
	w.crossed++
	if !met {
		s := step{far.spot, near.depth + 1}
		w.met[far.num] = len(w.queue)
		w.queue = append(w.queue, s)
		if shown {
			w.page = append(w.page, s)
		}
	}
	if shown {
		w.edges = append(w.edges, crossing{near.id, *far})
	}
	return nil
}

// cursor of the next page; empty at the end.
func (w *walk) cursor() string {
	if !w.full {
		return ""
	}
	return writeCursor(w.name(), w.upTo, w.crossed)
}

// ahead lists nodes that the walk has come to and will expand after one, those
// among them that are lots.
func (w *walk) ahead(near spot, most int) (nums []int64) {
	for at := w.met[near.num] + 1; at < len(w.queue) && len(nums) < most; at++ {
		if w.queue[at].epoch == "" {
			nums = append(nums, w.queue[at].num)
		}
	}
	return nums
}

// readSource reads neighbours in a snapshot, and keeps them.
type readSource struct {
	reader *reader
	facts  *factCache
	walk   *walk
	read   map[int64]*neighbours // along with others
}

func (s *readSource) next(ctx context.Context, near spot) (*neighbours, error) {
	if n := s.facts.neighbours(near.num, s.walk.dir, s.walk.moment); n != nil {
		return n, nil
	}
	if s.read[near.num] == nil {
		if err := s.readAlong(ctx, near); err != nil {
			return nil, err
		}
	}
	n := s.read[near.num]
	delete(s.read, near.num)
	s.facts.keepNeighbours(near, s.walk.dir, s.walk.moment, n)
	return n, nil
}

// readAlong reads the neighbours of a node, and of some that the walk is about
// to come to.
func (s *readSource) readAlong(ctx context.Context, near spot) error {
	nears := []int64{near.num}
	if near.epoch == "" {
		nears = append(nears, s.walk.ahead(near, nearRead-1)...)
	} else {
		along, err := s.reader.mixesAlong(ctx, s.walk.dir, near)
		if err != nil {
			return err
		}
		nears = append(nears, along...)
	}
	found, err := s.reader.readNext(ctx, s.walk.dir, nears)
	maps.Copy(s.read, found)
	return err
}

func (s *readSource) more(ctx context.Context, near spot, after neighbour) (*neighbours, error) {
	return s.reader.readOn(ctx, s.walk.dir, near.num, after)
}
