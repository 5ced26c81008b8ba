package index

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// Origins lists the harvest lots that a lot stems from, largest share first.
// Grain of sellers without a recorded harvest has no origin, so that the
// shares may sum to less than 1. What a lot stems from changes only when its
// making is undone: then it stems from nothing. Others may have got the same
// list, so no caller changes it. The error is ErrBusy where too many ask at once.
func (ix *Index) Origins(ctx context.Context, lot string) ([]Origin, error) {
	q := question{what: "origins", of: lot, height: ix.Height()}
	return together(ctx, &ix.flights, q, func(ctx context.Context) ([]Origin, error) {
		return ix.originsOf(ctx, lot)
	})
}

// OriginsPage is a page of them, and the cursor of the next.
func (ix *Index) OriginsPage(ctx context.Context, lot, cursor string, limit int) ([]Origin, string, error) {
	var from int64
	if _, err := readCursor(cursor, "origins "+lot, &from); err != nil {
		return nil, "", err
	}
	all, err := ix.weighedOrigins(ctx, lot)
	if err != nil || from > int64(len(all)) {
		return []Origin{}, "", err
	}
	page, next := all[from:], ""
	if limit = pageSize(limit); len(page) > limit {
		page, next = page[:limit], writeCursor("origins "+lot, from+int64(limit))
	}
	return page, next, nil
}

func (ix *Index) originsOf(ctx context.Context, lot string) ([]Origin, error) {
	origins, err := ix.weighedOrigins(ctx, lot)
	if err != nil {
		return nil, err
	}
	err = ix.read(ctx, "names of origins", func(r *reader) error { return r.nameOrigins(ctx, origins) })
	return origins, err
}

// weighedOrigins are the origins of a lot without names.
func (ix *Index) weighedOrigins(ctx context.Context, lot string) ([]Origin, error) {
	var s stem
	err := ix.read(ctx, "lot "+lot, func(r *reader) (err error) {
		s, err = r.stem(ctx, lot)
		return err
	})
	if err != nil {
		return nil, err
	}
	kept, err := ix.keptOrigins(ctx, s.vertex)
	if err != nil {
		return nil, err
	}
	return weigh(kept, s.total), nil
}

// keptOrigins are the origins of a node, without grams and names: walked to
// once and then kept, until its making is undone.
func (ix *Index) keptOrigins(ctx context.Context, v vertex) ([]Origin, error) {
	if k := ix.origins.get(v.num); k != nil {
		return k.origins, k.err
	}
	q := question{what: "sources", of: strconv.FormatInt(v.num, 10), height: ix.Height()}
	return together(ctx, &ix.flights, q, func(ctx context.Context) ([]Origin, error) {
		k := ix.origins.begin(v.num)
		k.err = ix.walk(ctx, "origins", func(r *reader) error {
			g, err := r.ancestors(ctx, v)
			if err != nil {
				return err
			}
			k.origins, err = r.sources(ctx, g, v.num)
			return err
		})
		if k.err == nil || errors.Is(k.err, ErrTooLarge) { // which it will always be
			ix.origins.put(&k)
		}
		return k.origins, k.err
	})
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
	g := newGraph(r, start)
	return g, g.expandAll(ctx)
}

// sources are the origins of a node's composition, without grams and names.
func (r *reader) sources(ctx context.Context, g *graph, start int64) ([]Origin, error) {
	shares := g.shares(start, func(v vertex) bool { return v.kind == string(record.TypeHarvest) })
	origins, err := r.describe(ctx, shares)
	slices.SortFunc(origins, func(a, b Origin) int { return byShare(a.Share, b.Share, a.Lot, b.Lot) })
	return origins, err
}

// weigh makes a list of sources the origins of total grams.
func weigh(sources []Origin, total int64) []Origin {
	origins := slices.Clone(sources)
	weights := make([]float64, len(origins))
	for i := range origins {
		weights[i] = origins[i].Share
	}
	for i, grams := range apportion(total, weights) {
		origins[i].Grams = grams
	}
	return origins
}

const lotStates = `SELECT l.node, n.id, l.state FROM lot l JOIN node n ON n.num = l.node WHERE l.node IN ` + list

// describe adds to shares what the lots say.
func (r *reader) describe(ctx context.Context, shares []share) ([]Origin, error) {
	of := make(map[int64]float64, len(shares))
	nums := make([]int64, len(shares))
	for i, s := range shares {
		of[s.num], nums[i] = s.share, s.num
	}
	origins := make([]Origin, 0, len(shares))
	once := interned{}
	err := eachIn(ctx, r, lotStates, nil, nums, func(rows *sql.Rows) error {
		num, s, err := scanLot(rows)
		if err != nil {
			return err
		}
		origins = append(origins, Origin{
			Lot: s.Lot, Share: min(of[num], 1),
			Variety: once.of(s.Variety), HarvestYear: s.HarvestYear,
			Place: once.of(s.Origin), Issuer: once.of(s.Issuer),
		})
		return nil
	})
	return origins, err
}

// interned holds equal strings once: thousands of harvests share a place.
type interned map[string]string

func (i interned) of(s string) string {
	known, ok := i[s]
	if !ok {
		i[s], known = s, s
	}
	return known
}

// scanLot reads a lot's number, id and state.
func scanLot(rows *sql.Rows) (num int64, s record.LotState, err error) {
	var state string
	if err = rows.Scan(&num, &s.Lot, &state); err != nil {
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
