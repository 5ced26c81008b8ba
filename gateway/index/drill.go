package index

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"
	"time"
)

// Drill is what a recall of a lot would find, if it began now and its maker
// took the grain back.
type Drill struct {
	Lot         string         `json:"lot"`
	Lots        int            `json:"lots"`  // with it
	Mixes       int            `json:"mixes"` // of bins
	Depth       int            `json:"depth"` // steps to the last of them
	Located     int64          `json:"locatedGrams"`
	InTransit   int64          `json:"inTransitGrams"`
	AtMaker     int64          `json:"atMakerGrams"`
	Outstanding int64          `json:"outstandingGrams"`
	Stems       int64          `json:"stemsGrams"` // of what is located, what stems from the lot, by shares
	Holders     []RecallHolder `json:"holders"`    // those with most outstanding
	More        int            `json:"more,omitzero"`
	TookMillis  int64          `json:"tookMillis"` // to find it all
}

// maxDrillHolders bounds the holders that a drill lists.
const maxDrillHolders = 500

// Drill finds all that was made of a lot and adds up who has it. The error is
// ErrTooLarge where it is beyond what one answer may walk through.
func (ix *Index) Drill(ctx context.Context, lot string) (Drill, error) {
	begun := time.Now()
	d := Drill{Lot: lot, Holders: []RecallHolder{}}
	by := map[string]*RecallHolder{}
	err := ix.readTrace(ctx, lot, Down, "", maxEdges, func(r *reader, w *walk) error {
		if w.cursor() != "" {
			return ErrTooLarge
		}
		maker, err := r.lotIssuer(ctx, w.page[0].num)
		if err != nil {
			return err
		}
		for _, s := range w.page {
			d.Depth = max(d.Depth, s.depth)
			if isMix(s.id) {
				d.Mixes++
			} else {
				d.Lots++
			}
		}
		there := make([]int64, len(w.page))
		holder := func(party, name string) *RecallHolder {
			h := by[party]
			if h == nil {
				h = &RecallHolder{Party: party, Name: name, Takes: party == maker}
				by[party] = h
			}
			return h
		}
		err = r.locate(ctx, w.page, func(at int, h Holding) {
			if h.Held == 0 {
				return
			}
			there[at] += h.Held
			row := holder(h.Party, h.Name)
			row.Located += h.Held
			row.Lots++
			if row.Takes {
				row.Recovered += h.Held
				d.AtMaker += h.Held
			} else {
				row.Outstanding += h.Held
			}
		}, func(int, int64) {})
		if err != nil {
			return err
		}
		if err := r.drillTransit(ctx, w.page, there, holder); err != nil {
			return err
		}
		d.Stems, err = r.stemming(ctx, w.page, there)
		return err
	})
	for _, h := range by {
		d.Located += h.Located
		d.InTransit += h.InTransit
		d.Holders = append(d.Holders, *h)
	}
	d.Outstanding = d.Located - d.AtMaker
	slices.SortFunc(d.Holders, func(a, b RecallHolder) int {
		return cmp.Or(cmp.Compare(b.Outstanding, a.Outstanding), strings.Compare(a.Party, b.Party))
	})
	if len(d.Holders) > maxDrillHolders {
		d.Holders, d.More = d.Holders[:maxDrillHolders], len(d.Holders)-maxDrillHolders
	}
	d.TookMillis = time.Since(begun).Milliseconds()
	return d, err
}

func (r *reader) lotIssuer(ctx context.Context, num int64) (string, error) {
	var issuer string
	err := eachIn(ctx, r, lotStates, nil, []int64{num}, func(rows *sql.Rows) error {
		_, s, err := scanLot(rows)
		issuer = s.Issuer
		return err
	})
	return issuer, err
}

// drillTransit adds what is on its way, to those who sent it.
func (r *reader) drillTransit(ctx context.Context, page []step, there []int64, holder func(party, name string) *RecallHolder) error {
	at := make(map[int64]int, len(page))
	nums := make([]int64, len(page))
	for i, s := range page {
		at[s.num], nums[i] = i, s.num
	}
	g, err := r.recalledGrain(ctx, nums)
	if err != nil {
		return err
	}
	n := r.names()
	for _, s := range g.open {
		n.want(s.Shipper)
	}
	if err := n.load(ctx); err != nil {
		return err
	}
	for _, s := range g.open {
		there[at[s.node]] += s.Grams
		h := holder(s.Shipper, n.of(s.Shipper))
		h.Located, h.InTransit, h.Outstanding, h.Lots = h.Located+s.Grams, h.InTransit+s.Grams, h.Outstanding+s.Grams, h.Lots+1
	}
	return nil
}

// stemming is how much of the grain in nodes stems from the first of them. The
// nodes are all that was made of it, so that what else went into one stems
// from elsewhere.
func (r *reader) stemming(ctx context.Context, page []step, there []int64) (int64, error) {
	share := map[int64]float64{page[0].num: 1}
	order := make([]vertex, 0, len(page))
	nums := make([]int64, len(page))
	grams := map[int64]int64{}
	for i, s := range page {
		nums[i], grams[s.num] = s.num, there[i]
	}
	parents := map[int64][]link{}
	edges := 0
	err := eachIn(ctx, r, parentsOf, nil, nums, func(rows *sql.Rows) error {
		var child int64
		var l link
		var v vertex
		if err := rows.Scan(&child, &l.far, &l.grams, &l.record, &v.seq, &v.kind, &v.epoch, &v.mix); err != nil {
			return err
		}
		if edges++; edges > maxEdges {
			return ErrTooLarge
		}
		parents[child] = append(parents[child], l)
		return nil
	})
	if err != nil {
		return 0, err
	}
	err = eachIn(ctx, r, seqsOf, nil, nums, func(rows *sql.Rows) error {
		var v vertex
		err := rows.Scan(&v.num, &v.seq)
		order = append(order, v)
		return err
	})
	if err != nil {
		return 0, err
	}
	slices.SortFunc(order, func(a, b vertex) int { return cmp.Compare(a.seq, b.seq) }) // parents come first
	var sum float64
	for _, v := range order {
		if v.num != page[0].num {
			var in int64
			var of float64
			for _, l := range parents[v.num] {
				in += l.grams
				of += share[l.far] * float64(l.grams)
			}
			if in > 0 {
				share[v.num] = of / float64(in)
			}
		}
		sum += share[v.num] * float64(grams[v.num])
	}
	return int64(math.Floor(sum + 1e-6)), nil
}

const seqsOf = `SELECT num, seq FROM node WHERE num IN ` + list
