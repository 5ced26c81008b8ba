package index

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/grainledger/grainledger/record"
)

// fill writes the nodes of the page with their lots and records, and the edges.
func (w *walk) fill(ctx context.Context, t *Trace) error {
	t.Next = w.cursor(t.Lot)
	nums := make([]int64, len(w.page))
	for i, p := range w.page {
		nums[i] = p.num
	}
	lots, err := w.reader.lots(ctx, nums)
	if err != nil {
		return err
	}
	ids, err := w.reader.idsOf(ctx, nodeIDs, w.ends(nums))
	if err != nil {
		return err
	}
	mixes, err := w.reader.mixMarks(ctx, nums)
	if err != nil {
		return err
	}
	for _, p := range w.page {
		n := Node{ID: ids[p.num], Depth: int(p.depth), Lot: lots[p.num], Records: []Record{}}
		if w.nodes[p.num].kind == mixKind {
			n.Bin = binOfMix(n.ID)
		}
		if n.Lot == nil {
			n.Marks = mixes[p.num]
		}
		t.Nodes = append(t.Nodes, n)
	}
	if err := w.reader.fillStandings(ctx, t.Nodes); err != nil {
		return err
	}
	if err := w.fillEdges(ctx, t, nums, ids); err != nil {
		return err
	}
	return w.reader.fillRecords(ctx, t.Nodes, nums)
}

// ends lists the nodes of the page and those that their edges lead to.
func (w *walk) ends(nums []int64) []int64 {
	all := slices.Clone(nums)
	for _, num := range nums {
		for _, e := range w.edges[num] {
			all = append(all, e.far)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

const recordIDs = `SELECT num, id FROM record WHERE num IN ` + list

func (w *walk) fillEdges(ctx context.Context, t *Trace, nums []int64, ids map[int64]string) error {
	var records []int64
	for _, num := range nums {
		for _, e := range w.edges[num] {
			records = append(records, e.record)
		}
	}
	slices.Sort(records)
	names, err := w.reader.idsOf(ctx, recordIDs, slices.Compact(records))
	if err != nil {
		return err
	}
	for _, num := range nums {
		for _, e := range w.edges[num] {
			edge := Edge{Parent: ids[e.far], Child: ids[num], Grams: e.grams, Record: names[e.record]}
			if w.dir == Down {
				edge.Parent, edge.Child = edge.Child, edge.Parent
			}
			t.Edges = append(t.Edges, edge)
		}
	}
	return nil
}

func (r *reader) lots(ctx context.Context, nums []int64) (map[int64]*record.LotState, error) {
	lots := make(map[int64]*record.LotState, len(nums))
	err := eachIn(ctx, r, lotStates, nil, nums, func(rows *sql.Rows) error {
		num, s, err := scanLot(rows)
		lots[num] = &s
		return err
	})
	return lots, err
}

const recordsOfNodes = `SELECT node, record FROM record_node WHERE node IN ` + list + ` ORDER BY node, record`

// fillRecords adds the records that made or moved the nodes, the first ones
// of each.
func (r *reader) fillRecords(ctx context.Context, nodes []Node, nums []int64) error {
	of, all, err := r.recordNumbers(ctx, nodes, nums)
	if err != nil {
		return err
	}
	records, err := r.recordsOf(ctx, all)
	if err != nil {
		return err
	}
	for i := range nodes {
		for _, num := range of[i] {
			nodes[i].Records = append(nodes[i].Records, *records[num])
		}
		slices.SortStableFunc(nodes[i].Records, byTime)
	}
	return nil
}

// recordNumbers lists the records of each node in ledger order, and all of
// them once.
func (r *reader) recordNumbers(ctx context.Context, nodes []Node, nums []int64) (of [][]int64, all []int64, err error) {
	at := make(map[int64]int, len(nums))
	for i, num := range nums {
		at[num] = i
	}
	of = make([][]int64, len(nums))
	err = eachIn(ctx, r, recordsOfNodes, nil, nums, func(rows *sql.Rows) error {
		var node, num int64
		if err := rows.Scan(&node, &num); err != nil {
			return err
		}
		i := at[node]
		if len(of[i]) == MaxNodeRecords {
			nodes[i].More++
			return nil
		}
		of[i] = append(of[i], num)
		all = append(all, num)
		return nil
	})
	slices.Sort(all)
	return of, slices.Compact(all), err
}

// byTime orders records by when they happened; a stable sort keeps ledger
// order where that is the same or cannot be told.
func byTime(a, b Record) int {
	ta, errA := time.Parse(time.RFC3339, a.OccurredAt)
	tb, errB := time.Parse(time.RFC3339, b.OccurredAt)
	if errA != nil || errB != nil {
		return 0
	}
	return cmp.Compare(ta.UnixNano(), tb.UnixNano())
}
