package index

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"github.com/grainledger/grainledger/record"
)

// Evidence is the records on a lot's path that a bundle takes, and what share
// of the lot they account for.
type Evidence struct {
	Lot          record.LotState
	Makers       []Record // that made the lots on the path, or stored them into a bin it draws on
	About        []Record // that are about these lots and bins: reports, transport, sales, marks
	Origins      []Origin // whose whole path is among the makers, largest first
	OriginsTotal int
	MakersTotal  int // on the whole path
	AboutTotal   int // about the lots and bins of the path that is here, as far as they were looked at
}

// maxAboutNodes bounds the lots and mixes whose other records are looked at.
const maxAboutNodes = 400

// Evidence picks at most limit records of a lot's path: the whole path of
// each origin, the largest first, as far as it fits, and a quarter for what is about it. The error is
// ErrBusy where too many ask at once, ErrTooLarge where the path has too much.
func (ix *Index) Evidence(ctx context.Context, lot string, limit int) (Evidence, error) {
	origins, err := ix.Origins(ctx, lot)
	if err != nil {
		return Evidence{}, err
	}
	e := Evidence{OriginsTotal: len(origins)}
	err = ix.walk(ctx, "evidence of "+lot, func(r *reader) error {
		start, err := r.vertex(ctx, lot)
		if err != nil {
			return err
		}
		g, err := r.ancestors(ctx, start)
		if err != nil {
			return err
		}
		p := &picking{reader: r, graph: g, start: start.num, limit: limit}
		return p.run(ctx, origins[:min(len(origins), limit)], &e)
	})
	return e, err
}

// picking chooses the records of a path.
type picking struct {
	*reader
	graph *graph
	start int64
	limit int

	children map[int64][]int64
	makers   map[int64]int64 // the record that made a lot, by its node
	nodes    map[int64]bool  // of the path that is chosen
	records  map[int64]bool  // chosen
}

func (p *picking) run(ctx context.Context, origins []Origin, e *Evidence) error {
	nums, err := p.numbers(ctx, origins)
	if err != nil {
		return err
	}
	p.invert()
	e.MakersTotal = p.countMakers()
	p.nodes, p.records = map[int64]bool{}, map[int64]bool{}
	if err := p.readMakers(ctx, append(nums, p.start)); err != nil {
		return err
	}
	room := p.limit - p.limit/4
	for i, o := range origins {
		// One whose ways are too many leaves room for a smaller one.
		if p.take(p.between(nums[i]), room) {
			e.Origins = append(e.Origins, o)
		}
	}
	if len(e.Origins) == 0 {
		p.takeUpwards(room)
	}
	if e.Makers, err = p.list(ctx, p.records); err != nil {
		return err
	}
	about, total, err := p.about(ctx, p.limit-len(p.records))
	if err != nil {
		return err
	}
	e.AboutTotal = total
	if e.About, err = p.list(ctx, about); err != nil {
		return err
	}
	states, err := p.lots(ctx, []int64{p.start})
	if err != nil {
		return err
	}
	e.Lot = *states[p.start]
	return nil
}

const numbersOf = `SELECT id, num FROM node WHERE id IN ` + list

// numbers finds the nodes of origins, in their order.
func (p *picking) numbers(ctx context.Context, origins []Origin) ([]int64, error) {
	at := map[string]int{}
	ids := make([]string, len(origins))
	for i, o := range origins {
		ids[i], at[o.Lot] = o.Lot, i
	}
	nums := make([]int64, len(origins))
	err := eachIn(ctx, p.reader, numbersOf, nil, ids, func(rows *sql.Rows) error {
		var id string
		var num int64
		err := rows.Scan(&id, &num)
		nums[at[id]] = num
		return err
	})
	return nums, err
}

func (p *picking) invert() {
	p.children = map[int64][]int64{}
	for child, links := range p.graph.edges {
		for _, l := range links {
			p.children[l.far] = append(p.children[l.far], child)
		}
	}
}

// carries tells whether an edge is only what was left in a bin when a deposit
// opened its next mix: the record of that deposit says nothing of it.
func (p *picking) carries(parent, child int64) bool {
	return p.graph.nodes[parent].kind == mixKind && p.graph.nodes[child].kind == mixKind
}

// countMakers counts the records that made or stored anything on the path.
func (p *picking) countMakers() int {
	seen := map[int64]bool{}
	roots := 0
	for num, v := range p.graph.nodes {
		if len(p.graph.edges[num]) == 0 && v.kind != mixKind {
			roots++
		}
		for _, l := range p.graph.edges[num] {
			if !p.carries(l.far, num) {
				seen[l.record] = true
			}
		}
	}
	return len(seen) + roots
}

const recordNumbers = `SELECT id, num FROM record WHERE id IN ` + list

// readMakers finds the records that made lots without parents on the path.
func (p *picking) readMakers(ctx context.Context, nums []int64) error {
	p.makers = map[int64]int64{}
	nums = slices.Compact(slices.Sorted(slices.Values(nums)))
	states, err := p.lots(ctx, nums)
	if err != nil {
		return err
	}
	by := map[string]int64{}
	for num, s := range states {
		by[s.Record] = num
	}
	return eachIn(ctx, p.reader, recordNumbers, nil, keysOf(by), func(rows *sql.Rows) error {
		var id string
		var num int64
		err := rows.Scan(&id, &num)
		p.makers[by[id]] = num
		return err
	})
}

// between lists the nodes on all ways from an origin down to the start.
func (p *picking) between(origin int64) []int64 {
	met := map[int64]bool{origin: true}
	out := []int64{origin}
	for i := 0; i < len(out); i++ {
		for _, child := range p.children[out[i]] {
			if !met[child] {
				met[child] = true
				out = append(out, child)
			}
		}
	}
	return out
}

// take chooses the records that lead along nodes, unless they are too many.
func (p *picking) take(nodes []int64, room int) bool {
	on := make(map[int64]bool, len(nodes))
	for _, num := range nodes {
		on[num] = true
	}
	fresh := map[int64]bool{}
	want := func(num int64) {
		if num != 0 && !p.records[num] {
			fresh[num] = true
		}
	}
	for _, num := range nodes {
		want(p.makers[num])
		for _, l := range p.graph.edges[num] {
			if on[l.far] && !p.carries(l.far, num) {
				want(l.record)
			}
		}
	}
	if len(p.records)+len(fresh) > room {
		return false
	}
	for num := range fresh {
		p.records[num] = true
	}
	for num := range on {
		p.nodes[num] = true
	}
	return true
}

// takeUpwards chooses records from the start up, level by level, for a lot
// none of whose origins can be followed whole.
func (p *picking) takeUpwards(room int) {
	level := []int64{p.start}
	if p.take(level, room) {
		for len(level) > 0 {
			var next []int64
			for _, num := range level {
				for _, l := range p.graph.edges[num] {
					if p.graph.nodes[l.far].kind == string(record.TypeHarvest) {
						// The purchase without the harvest, which would have to be followed whole.
						if len(p.records) < room {
							p.records[l.record] = true
						}
						continue
					}
					if p.nodes[l.far] {
						continue
					}
					if !p.take([]int64{num, l.far}, room) {
						return
					}
					next = append(next, l.far)
				}
			}
			level = next
		}
	}
}

const recordKinds = `SELECT num, type FROM record WHERE num IN ` + list

// about finds what else was said about the chosen lots and mixes: marks
// first, then reports, then transport and the rest, the newest first.
func (p *picking) about(ctx context.Context, room int) (map[int64]bool, int, error) {
	nodes := make([]int64, 0, len(p.nodes))
	for num := range p.nodes {
		nodes = append(nodes, num)
	}
	slices.SortFunc(nodes, func(a, b int64) int { return cmp.Compare(p.graph.nodes[b].seq, p.graph.nodes[a].seq) })
	nodes = nodes[:min(len(nodes), maxAboutNodes)]
	slices.Sort(nodes)
	linked := map[int64]bool{}
	err := eachIn(ctx, p.reader, recordsOfNodes, nil, nodes, func(rows *sql.Rows) error {
		var node, num int64
		err := rows.Scan(&node, &num)
		if linked[num] = true; len(linked) > maxEdges {
			return fmt.Errorf("%w: more than %d records", ErrTooLarge, maxEdges)
		}
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	type other struct {
		rank int
		num  int64
	}
	var others []other
	err = eachIn(ctx, p.reader, recordKinds, nil, slices.Sorted(maps.Keys(linked)), func(rows *sql.Rows) error {
		var num int64
		var kind record.Type
		err := rows.Scan(&num, &kind)
		if rank := aboutRank(kind); rank > 0 {
			others = append(others, other{rank, num})
		}
		return err
	})
	slices.SortFunc(others, func(a, b other) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(b.num, a.num)) })
	chosen := map[int64]bool{}
	for _, o := range others[:max(0, min(len(others), room))] {
		chosen[o.num] = true
	}
	return chosen, len(others), err
}

// aboutRank orders the records that make nothing; 0 for those that do.
func aboutRank(t record.Type) int {
	switch t {
	case record.TypeHarvest, record.TypePurchase, record.TypeStore, record.TypeWithdraw,
		record.TypeSplit, record.TypeMerge, record.TypeProcess:
		return 0
	case record.TypeInspect:
		return 2
	case record.TypeShip, record.TypeReceive, record.TypeReturn, record.TypeCancelShip,
		record.TypeSell, record.TypeAdjust, record.TypeWriteOff:
		return 3
	}
	return 1 // a mark on what is there
}

// list reads records in ledger order, with the signatures that came later.
func (p *picking) list(ctx context.Context, nums map[int64]bool) ([]Record, error) {
	order := slices.Sorted(maps.Keys(nums))
	found, err := p.recordsOf(ctx, order)
	if err != nil {
		return nil, err
	}
	out := make([]Record, 0, len(order))
	for _, num := range order {
		rec := found[num]
		if rec == nil {
			return nil, fmt.Errorf("record %d is missing", num)
		}
		if err := p.addCosignatures(ctx, num, rec); err != nil {
			return nil, err
		}
		out = append(out, *rec)
	}
	return out, nil
}
