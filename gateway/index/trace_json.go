package index

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/grainledger/grainledger/record"
)

// AppendTrace appends Trace to b, as the API answers it. Where all that it
// needs is kept in memory, it asks no database.
func (ix *Index) AppendTrace(ctx context.Context, b []byte, lot string, dir Direction, cursor string, limit int) ([]byte, error) {
	if err := dir.check(); err != nil {
		return b, err
	}
	limit = pageSize(limit)
	w, bodies, err := ix.facts.trace(ctx, lot, dir, cursor, limit)
	if err == nil {
		return w.appendJSON(b, bodies), nil
	}
	if !errors.Is(err, errNotKept) {
		return b, err
	}
	q := question{what: "trace JSON " + string(dir), of: lot, cursor: cursor, limit: limit, height: ix.Height()}
	answer, err := together(ctx, &ix.flights, q, func(ctx context.Context) (answer []byte, err error) {
		err = ix.readTrace(ctx, lot, dir, cursor, limit, func(r *reader, w *walk) error {
			bodies, err := ix.bodies(ctx, r, w)
			answer = w.appendJSON(nil, bodies)
			return err
		})
		return answer, err
	})
	return append(b, answer...), err
}

// errNotKept: the answer needs what is not in memory.
var errNotKept = errors.New("index: not kept")

// trace walks a page in memory.
func (c *factCache) trace(ctx context.Context, lot string, dir Direction, cursor string, limit int) (*walk, [][]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	start := c.get(c.byID[lot], c.moment)
	if start == nil {
		return nil, nil, errNotKept
	}
	w, err := newWalk(start.spot, dir, cursor, limit, c.records)
	if err != nil {
		return nil, nil, err
	}
	w.source = keptSource{c, dir}
	if err := w.run(ctx); err != nil {
		return nil, nil, err
	}
	bodies := make([][]byte, len(w.page))
	for i, s := range w.page {
		f := c.get(s.num, c.moment)
		if f == nil || f.body == nil {
			return nil, nil, errNotKept
		}
		bodies[i] = f.body
	}
	return w, bodies, nil
}

// keptSource tells what is kept, under the lock.
type keptSource struct {
	facts *factCache
	dir   Direction
}

func (s keptSource) next(_ context.Context, near spot) (*neighbours, error) {
	if f := s.facts.get(near.num, s.facts.moment); f != nil && f.side(s.dir) != nil {
		return f.side(s.dir), nil
	}
	return nil, errNotKept
}

func (keptSource) more(context.Context, spot, neighbour) (*neighbours, error) {
	return nil, errNotKept
}

// bodies are the JSON members of the nodes of a page after their depth.
func (ix *Index) bodies(ctx context.Context, r *reader, w *walk) ([][]byte, error) {
	bodies := make([][]byte, len(w.page))
	var missing []step
	var at []int
	for i, s := range w.page {
		if bodies[i] = ix.facts.body(s.num, w.moment); bodies[i] == nil {
			missing, at = append(missing, s), append(at, i)
		}
	}
	nodes, err := r.nodes(ctx, missing)
	if err != nil {
		return nil, err
	}
	for i := range nodes {
		body, err := nodes[i].body()
		if err != nil {
			return nil, err
		}
		bodies[at[i]] = body
		if !nodes[i].unsealed() {
			ix.facts.update(missing[i].spot, w.moment, func(f *facts) { f.body = body })
		}
	}
	return bodies, nil
}

func (c *factCache) body(num int64, moment uint64) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.get(num, moment); f != nil {
		return f.body
	}
	return nil
}

// unsealed tells whether a part of one of its records is on its way still:
// the block that brings it speaks of no node.
func (n *Node) unsealed() bool {
	for i := range n.Records {
		for _, s := range n.Records[i].Sealed {
			if s.State == Unsealed {
				return true
			}
		}
	}
	return false
}

// body is the JSON of a node without its id and depth and without braces.
func (n *Node) body() ([]byte, error) {
	b, err := json.Marshal(struct {
		Bin   string           `json:"bin,omitempty"`
		Lot   *record.LotState `json:"lot,omitempty"`
		Marks []record.Mark    `json:"marks,omitempty"`
		Standing
		Records []Record `json:"records"`
		More    int      `json:"more,omitempty"`
	}{n.Bin, n.Lot, n.Marks, n.Standing, n.Records, n.More}, jsonv1.OmitEmptyWithLegacySemantics(true))
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", n.ID, err)
	}
	return b[1 : len(b)-1], nil
}

// appendJSON writes the page.
func (w *walk) appendJSON(b []byte, bodies [][]byte) []byte {
	size := 256 + 260*len(w.edges)
	for i := range bodies {
		size += 80 + len(bodies[i])
	}
	b = append(slices.Grow(b, size), `{"lot":`...)
	b = quote(b, w.start)
	b = append(b, `,"direction":"`+string(w.dir)+`","nodes":[`...)
	for i, s := range w.page {
		b = comma(b, i)
		b = quote(append(b, `{"id":`...), s.id)
		b = strconv.AppendInt(append(b, `,"depth":`...), int64(s.depth), 10)
		b = append(append(append(b, ','), bodies[i]...), '}')
	}
	b = append(b, `],"edges":[`...)
	for i := range w.edges {
		e := w.edge(i)
		b = quote(append(comma(b, i), `{"parent":`...), e.Parent)
		b = quote(append(b, `,"child":`...), e.Child)
		b = strconv.AppendInt(append(b, `,"grams":`...), e.Grams, 10)
		b = append(quote(append(b, `,"record":`...), e.Record), '}')
	}
	b = append(b, ']')
	if next := w.cursor(); next != "" {
		b = quote(append(b, `,"next":`...), next)
	}
	return append(b, '}')
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

// quote writes a JSON string. Ids need no escapes, which is seen sooner than
// done.
func quote(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			b, _ = jsontext.AppendQuote(b, s) // invalid UTF-8 is replaced
			return b
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
