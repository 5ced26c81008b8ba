package index

import (
	"context"
	"database/sql"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// Origins lists the harvest lots that a lot stems from, largest share first.
// Grain of sellers without a recorded harvest has no origin, so that the
// shares may sum to less than 1. What a lot stems from never changes once it
// is made: a caller may keep the answer.
func (ix *Index) Origins(ctx context.Context, lot string) ([]Origin, error) {
	var origins []Origin
	err := ix.read(ctx, "origins of "+lot, func(r *reader) error {
		start, err := r.vertex(ctx, lot)
		if err != nil {
			return err
		}
		total, err := r.lotGrams(ctx, start.num)
		if err != nil {
			return err
		}
		g, err := r.ancestors(ctx, start)
		if err != nil {
			return err
		}
		origins, err = r.origins(ctx, g, start.num, total)
		return err
	})
	return origins, err
}

const lotState = `SELECT state FROM lot WHERE node = $1`

// lotGrams is what a lot weighed when it was made.
func (r *reader) lotGrams(ctx context.Context, num int64) (int64, error) {
	var state string
	if err := r.one(ctx, lotState, []any{num}, &state); err != nil {
		return 0, err
	}
	var s record.LotState
	err := json.Unmarshal([]byte(state), &s)
	return s.Grams, err
}

// ancestors reads all that a node stems from.
func (r *reader) ancestors(ctx context.Context, start vertex) (*graph, error) {
	g := newGraph(r, Up, start)
	return g, g.expandAll(ctx)
}

// origins are the origins of total grams of a node's composition.
func (r *reader) origins(ctx context.Context, g *graph, start, total int64) ([]Origin, error) {
	shares := g.shares(start, func(v vertex) bool { return v.kind == string(record.TypeHarvest) })
	origins, err := r.describe(ctx, shares)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(origins, func(a, b Origin) int { return byShare(a.Share, b.Share, a.Lot, b.Lot) })
	weights := make([]float64, len(origins))
	for i := range origins {
		weights[i] = origins[i].Share
	}
	for i, grams := range apportion(total, weights) {
		origins[i].Grams = grams
	}
	return origins, r.nameOrigins(ctx, origins)
}

const lotStates = `SELECT node, state FROM lot WHERE node IN ` + list

// describe adds to shares what the lots say.
func (r *reader) describe(ctx context.Context, shares []share) ([]Origin, error) {
	of := make(map[int64]float64, len(shares))
	nums := make([]int64, len(shares))
	for i, s := range shares {
		of[s.num], nums[i] = s.share, s.num
	}
	origins := make([]Origin, 0, len(shares))
	err := eachIn(ctx, r, lotStates, nil, nums, func(rows *sql.Rows) error {
		num, s, err := scanLot(rows)
		if err != nil {
			return err
		}
		origins = append(origins, Origin{
			Lot: s.Lot, Share: min(of[num], 1),
			Variety: s.Variety, HarvestYear: s.HarvestYear, Place: s.Origin, Issuer: s.Issuer,
		})
		return nil
	})
	return origins, err
}

func scanLot(rows *sql.Rows) (num int64, s record.LotState, err error) {
	var state string
	if err = rows.Scan(&num, &state); err != nil {
		return num, s, err
	}
	err = json.Unmarshal([]byte(state), &s)
	return num, s, err
}

func (r *reader) nameOrigins(ctx context.Context, origins []Origin) error {
	n := r.names()
	for i := range origins {
		n.want(origins[i].Issuer)
	}
	if err := n.load(ctx); err != nil {
		return err
	}
	for i := range origins {
		origins[i].IssuerName = n.of(origins[i].Issuer)
	}
	return nil
}
