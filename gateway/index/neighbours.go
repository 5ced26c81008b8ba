package index

import (
	"context"
	"database/sql"
	"slices"
)

// neighbours are the nodes next to a node on one side, in ledger order.
type neighbours struct {
	list []neighbour
	more bool // there are others behind the last
}

// neighbour is an edge seen from its near end.
type neighbour struct {
	spot
	grams    int64
	record   int64 // number and id of the record that says so
	recordID string
}

// Bounds of one query for neighbours.
const (
	neighboursRead = 512 // edges
	nearRead       = 64  // lots whose neighbours are read at once
	mixesRead      = 8   // mixes of an epoch that are read along: a walk goes from one to the next
)

// Queries for neighbours: near end, far end, edge. A row value begins where
// the last query left off. An edge of no grams was taken back and leads
// nowhere.
const (
	nextUp = `SELECT e.child, e.parent, n.id, COALESCE(n.epoch, ''), COALESCE(n.mix, 0), e.grams, e.record, r.id
		FROM edge e JOIN node n ON n.num = e.parent JOIN record r ON r.num = e.record `
	nextDown = `SELECT e.parent, e.child, n.id, COALESCE(n.epoch, ''), COALESCE(n.mix, 0), e.grams, e.record, r.id
		FROM edge e JOIN node n ON n.num = e.child JOIN record r ON r.num = e.record `

	nextParents  = nextUp + `WHERE e.grams > 0 AND e.child IN ` + list + ` ORDER BY e.child, e.parent, e.record LIMIT $1`
	nextChildren = nextDown + `WHERE e.grams > 0 AND e.parent IN ` + list + ` ORDER BY e.parent, e.child, e.record LIMIT $1`
	moreParents  = nextUp + `WHERE e.grams > 0 AND e.child = $1 AND (e.parent, e.record) > ($2, $3) ORDER BY e.parent, e.record LIMIT $4`
	moreChildren = nextDown + `WHERE e.grams > 0 AND e.parent = $1 AND (e.child, e.record) > ($2, $3) ORDER BY e.child, e.record LIMIT $4`
	mixesBefore  = `SELECT num FROM node WHERE epoch = $1 AND mix <= $2 AND mix > $3`
	mixesAfter   = `SELECT num FROM node WHERE epoch = $1 AND mix >= $2 AND mix < $3`
)

// readNext reads neighbours of nodes, as many as one query brings: of the
// first at least some, of the others perhaps none.
func (r *reader) readNext(ctx context.Context, dir Direction, nears []int64) (map[int64]*neighbours, error) {
	nears = slices.Clone(nears)
	first := nears[0]
	slices.Sort(nears)
	nears = slices.Compact(nears)
	query := nextParents
	if dir == Down {
		query = nextChildren
	}
	found := map[int64]*neighbours{}
	rows, last := 0, int64(0)
	err := eachIn(ctx, r, query, []any{neighboursRead}, nears, func(row *sql.Rows) error {
		near, n, err := scanNeighbour(row)
		if found[near] == nil {
			found[near] = &neighbours{}
		}
		found[near].list = append(found[near].list, n)
		rows, last = rows+1, near
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, near := range nears {
		switch {
		case rows == neighboursRead && near > last:
			delete(found, near) // not reached
		case found[near] == nil:
			found[near] = &neighbours{}
		}
	}
	if rows == neighboursRead {
		found[last].more = true
		if found[first] == nil { // others took all the room
			return r.readNext(ctx, dir, []int64{first})
		}
	}
	return found, nil
}

// readOn reads the neighbours behind the last of a list.
func (r *reader) readOn(ctx context.Context, dir Direction, near int64, after neighbour) (*neighbours, error) {
	query := moreParents
	if dir == Down {
		query = moreChildren
	}
	n := &neighbours{}
	err := r.each(ctx, query, []any{near, after.num, after.record, neighboursRead}, func(row *sql.Rows) error {
		_, far, err := scanNeighbour(row)
		n.list = append(n.list, far)
		return err
	})
	n.more = len(n.list) == neighboursRead
	return n, err
}

func scanNeighbour(row *sql.Rows) (near int64, n neighbour, err error) {
	err = row.Scan(&near, &n.num, &n.id, &n.epoch, &n.mix, &n.grams, &n.record, &n.recordID)
	return near, n, err
}

// mixesAlong lists the mixes of an epoch that a walk through a mix comes to
// next.
func (r *reader) mixesAlong(ctx context.Context, dir Direction, s spot) (nums []int64, err error) {
	query, last := mixesBefore, s.mix-mixesRead
	if dir == Down {
		query, last = mixesAfter, s.mix+mixesRead
	}
	err = r.each(ctx, query, []any{s.epoch, s.mix, last}, func(row *sql.Rows) error {
		var num int64
		err := row.Scan(&num)
		nums = append(nums, num)
		return err
	})
	return nums, err
}

const spotByID = `SELECT num, id, COALESCE(epoch, ''), COALESCE(mix, 0) FROM node WHERE id = $1`

// spot finds a node by its id; sql.ErrNoRows where there is none.
func (r *reader) spot(ctx context.Context, id string) (s spot, err error) {
	err = r.one(ctx, spotByID, []any{id}, &s.num, &s.id, &s.epoch, &s.mix)
	return s, err
}
