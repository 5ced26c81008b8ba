package index

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/grainledger/grainledger/record"
)

// nodes reads the nodes of a page with their lots and records.
func (r *reader) nodes(ctx context.Context, page []step) ([]Node, error) {
	nums := make([]int64, len(page))
	for i, s := range page {
		nums[i] = s.num
	}
	lots, err := r.lots(ctx, nums)
	if err != nil {
		return nil, err
	}
	mixes, err := r.mixMarks(ctx, nums)
	if err != nil {
		return nil, err
	}
	nodes := make([]Node, len(page))
	for i, s := range page {
		nodes[i] = Node{ID: s.id, Depth: s.depth, Lot: lots[s.num], Records: []Record{}}
		if isMix(s.id) {
			nodes[i].Bin = binOfMix(s.id)
		}
		if nodes[i].Lot == nil {
			nodes[i].Marks = mixes[s.num]
		}
	}
	if err := r.fillStandings(ctx, nodes); err != nil {
		return nil, err
	}
	return nodes, r.fillRecords(ctx, nodes, nums)
}

func (w *walk) pageEdges() []Edge {
	edges := make([]Edge, len(w.edges))
	for i := range w.edges {
		edges[i] = w.edge(i)
	}
	return edges
}

func (w *walk) edge(i int) Edge {
	c := &w.edges[i]
	e := Edge{Parent: c.far.id, Child: c.near, Grams: c.far.grams, Record: c.far.recordID}
	if w.dir == Down {
		e.Parent, e.Child = e.Child, e.Parent
	}
	return e
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
