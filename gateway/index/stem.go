package index

import (
	"context"
	"database/sql"

	"github.com/grainledger/grainledger/record"
)

// maxStem bounds how far a stem is followed.
const maxStem = 16

// stem is the node that a lot stems from alone, with all that it stems from:
// of the batches drawn from one bin all the mix in it, so that they share
// what is known of its origins. A lot of several parents, or a harvest, is its
// own stem. A mix that something was drawn from changes no more than a lot.
type stem struct {
	vertex
	total int64 // grams of the lot
}

// stem finds the stem of a lot.
func (r *reader) stem(ctx context.Context, lot string) (s stem, err error) {
	if s.vertex, err = r.vertex(ctx, lot); err != nil {
		return s, err
	}
	if s.total, err = r.lotGrams(ctx, s.num); err != nil {
		return s, err
	}
	for range maxStem {
		parent, only, err := r.onlyParent(ctx, s.vertex)
		if err != nil || !only {
			return s, err
		}
		s.vertex = parent
	}
	return s, nil
}

const someParents = linkUp + `WHERE e.grams > 0 AND e.child = $1 ORDER BY e.child, e.parent, e.record LIMIT 2`

// onlyParent is the one node that all of a node stems from; false where there
// are several, or none.
func (r *reader) onlyParent(ctx context.Context, v vertex) (parent vertex, only bool, err error) {
	if v.kind == string(record.TypeHarvest) {
		return parent, false, nil
	}
	edges := 0
	var grams int64
	err = r.each(ctx, someParents, []any{v.num}, func(rows *sql.Rows) error {
		edges++
		var child, record int64
		p := &parent
		return rows.Scan(&child, &p.num, &grams, &record, &p.seq, &p.kind, &p.epoch, &p.mix)
	})
	return parent, err == nil && edges == 1 && grams > 0, err
}
