package index

import (
	"context"
	"database/sql"
	"slices"
)

// Statements for what is undone: an edge of no grams is one that was taken
// back.
const (
	cutEdge = `UPDATE edge SET grams = 0 WHERE child = $1 AND parent = $2
		AND record = (SELECT num FROM record WHERE id = $3)`
	yearsAbove = `SELECT DISTINCT n.year FROM edge e JOIN node n ON n.num = e.parent WHERE e.child = $1 AND e.grams > 0`
	updateYear = `UPDATE node SET year = $1 WHERE num = $2`
)

// cut lists the nodes that the block takes edges off, by number.
func (w *writer) cut() (nums []int64) {
	for e, grams := range w.changes.edges {
		if grams == 0 {
			nums = append(nums, w.nodes[e.child])
		}
	}
	slices.Sort(nums)
	return slices.Compact(nums)
}

// cutEdges takes the grams off edges of earlier blocks: a void does, and
// nothing else touches an edge again.
func (w *writer) cutEdges(ctx context.Context) error {
	mixes := map[string]bool{}
	for e, grams := range w.changes.edges {
		if _, here := w.changes.position[e.record]; here || grams != 0 {
			continue
		}
		if err := w.exec(ctx, cutEdge, w.nodes[e.child], w.nodes[e.parent], e.record); err != nil {
			return err
		}
		if isMix(e.child) {
			mixes[e.child] = true
		}
	}
	for mix := range mixes {
		if err := w.yearOfCut(ctx, mix); err != nil {
			return err
		}
	}
	return nil
}

// yearOfCut tells again the year of a mix that a deposit was taken out of.
// Before this block nothing was drawn from it, so that no other node hangs on
// it.
func (w *writer) yearOfCut(ctx context.Context, mix string) error {
	var years []int
	err := w.each(ctx, yearsAbove, []any{w.nodes[mix]}, func(rows *sql.Rows) error {
		var year int
		err := rows.Scan(&year)
		years = append(years, year)
		return err
	})
	if err != nil {
		return err
	}
	w.years[mix] = 0
	if len(years) == 1 {
		w.years[mix] = years[0]
	}
	return w.exec(ctx, updateYear, w.years[mix], w.nodes[mix])
}
