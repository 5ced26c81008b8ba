package index

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/grainledger/grainledger/record"
)

// Bin reads a bin with its content: what was deposited, in which shares, and
// where that was grown. A registered bin that never held grain is empty. What
// is in a bin changes, so nothing of it is kept; those who ask at the same
// time share one answer, and none changes it. The error is ErrBusy where too
// many ask at once.
func (ix *Index) Bin(ctx context.Context, code string) (Bin, error) {
	q := question{what: "bin", of: code, height: ix.Height()}
	return together(ctx, &ix.flights, q, func(ctx context.Context) (Bin, error) {
		return ix.readBin(ctx, code)
	})
}

func (ix *Index) readBin(ctx context.Context, code string) (Bin, error) {
	var b Bin
	err := ix.walk(ctx, "bin "+code, func(r *reader) error {
		var facility record.RegisteredFacility
		var state record.BinState
		errFacility := r.state(ctx, record.FacilityKey(code), &facility)
		errState := r.state(ctx, record.BinKey(code), &state)
		switch {
		case missing(errFacility) && missing(errState):
			return sql.ErrNoRows
		case missing(errState) && facility.Kind != record.FacilityBin:
			return sql.ErrNoRows // a depot or warehouse holds bins, not grain
		case errFacility != nil && !missing(errFacility):
			return errFacility
		case errState != nil && !missing(errState):
			return errState
		}
		state.Bin = code
		b = describeBin(code, &facility, &state)
		return r.completeBin(ctx, &b, &state)
	})
	return b, err
}

func missing(err error) bool { return errors.Is(err, sql.ErrNoRows) }

func describeBin(code string, f *record.RegisteredFacility, s *record.BinState) Bin {
	b := Bin{
		Code: code, Name: f.Name, Custodian: s.Custodian,
		QuantityGrams: s.Grams, CapacityGrams: f.CapacityGrams, Epoch: s.Epoch,
		Mixture: []Component{}, Origins: []Origin{},
	}
	if b.Custodian == "" {
		b.Custodian = f.USCC
	}
	if s.Grams > 0 {
		b.Owner, b.Variety, b.Nature = s.Owner, s.Variety, s.Nature
	}
	return b
}

func (r *reader) completeBin(ctx context.Context, b *Bin, s *record.BinState) (err error) {
	if b.CustodianName, err = r.name(ctx, b.Custodian); err != nil {
		return err
	}
	if b.Inspections, b.More, err = listed[record.Inspection](ctx, r, reportsOn, b.Code); err != nil {
		return err
	}
	if s.Grams <= 0 {
		return nil
	}
	live, standing, err := r.standings(ctx, s.Marks)
	if err != nil {
		return err
	}
	b.Marks, b.Standing = live[0], standing[0]
	if b.Causes, err = r.causes(ctx, b.Marks); err != nil {
		return err
	}
	mix, err := r.vertex(ctx, s.MixID())
	if missing(err) {
		return nil // the bin was filled by something that is no deposit
	}
	if err != nil {
		return err
	}
	g, err := r.ancestors(ctx, mix)
	if err != nil {
		return err
	}
	if b.Mixture, err = r.mixture(ctx, g, mix.num, s.Grams); err != nil {
		return err
	}
	sources, err := r.sources(ctx, g, mix.num)
	if err != nil {
		return err
	}
	b.Origins = weigh(sources, s.Grams)
	b.Mixture, b.MoreMixture = b.Mixture[:min(len(b.Mixture), MaxLimit)], max(0, len(b.Mixture)-MaxLimit)
	b.Origins, b.MoreOrigins = b.Origins[:min(len(b.Origins), MaxLimit)], max(0, len(b.Origins)-MaxLimit)
	return r.nameOrigins(ctx, b.Origins)
}

// mixture lists the lots that were put into a bin by their shares in a mix: the
// walk goes through mixes alone, all of this bin, and ends at the first lot.
func (r *reader) mixture(ctx context.Context, g *graph, mix, total int64) ([]Component, error) {
	shares := g.shares(mix, func(v vertex) bool { return v.kind != mixKind })
	lots, err := r.nodeIDs(ctx, shares)
	if err != nil {
		return nil, err
	}
	parts := make([]Component, len(shares))
	for i, s := range shares {
		parts[i] = Component{Lot: lots[s.num], Share: min(s.share, 1)}
	}
	slices.SortFunc(parts, func(a, b Component) int { return byShare(a.Share, b.Share, a.Lot, b.Lot) })
	weights := make([]float64, len(parts))
	for i := range parts {
		weights[i] = parts[i].Share
	}
	for i, grams := range apportion(total, weights) {
		parts[i].Grams = grams
	}
	return parts, nil
}

const nodeIDs = `SELECT num, id FROM node WHERE num IN ` + list

func (r *reader) nodeIDs(ctx context.Context, shares []share) (map[int64]string, error) {
	nums := make([]int64, len(shares))
	for i, s := range shares {
		nums[i] = s.num
	}
	return r.idsOf(ctx, nodeIDs, nums)
}

// idsOf reads the ids behind numbers.
func (r *reader) idsOf(ctx context.Context, query string, nums []int64) (map[int64]string, error) {
	ids := make(map[int64]string, len(nums))
	err := eachIn(ctx, r, query, nil, nums, func(rows *sql.Rows) error {
		var num int64
		var id string
		err := rows.Scan(&num, &id)
		ids[num] = id
		return err
	})
	return ids, err
}
