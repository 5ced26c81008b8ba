package index

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/grainledger/grainledger/record"
)

// Scope is a page of what became of a lot or of what is in a bin: the nodes
// that a recall of it reaches, with who has how much of each now.
type Scope struct {
	Of    string      `json:"of"`
	Nodes []ScopeNode `json:"nodes"`
	Next  string      `json:"next,omitempty"`
}

// ScopeNode is a lot, or the mix of a bin.
type ScopeNode struct {
	ID        string    `json:"id"`
	Depth     int       `json:"depth"`         // steps from what was asked for
	Bin       string    `json:"bin,omitempty"` // of a mix
	Holdings  []Holding `json:"holdings"`      // of what there is now, by party
	InTransit int64     `json:"inTransitGrams"`
}

// Holding is what a party has, in grams.
type Holding struct {
	Party string `json:"party"`
	Name  string `json:"name,omitempty"`
	Owned int64  `json:"ownedGrams"`
	Held  int64  `json:"heldGrams"` // in custody
}

// ScopeSums is a whole scope, summed up by party.
type ScopeSums struct {
	Of        string    `json:"of"`
	Lots      int       `json:"lots"` // and mixes
	Holdings  []Holding `json:"holdings"`
	InTransit int64     `json:"inTransitGrams"`
}

// Scope lists what a lot, or what lies in a bin, became part of: itself, then
// its descendants breadth first. Where it was mixed with other grain, all of
// the mixture is in the scope.
func (ix *Index) Scope(ctx context.Context, of, cursor string, limit int) (Scope, error) {
	s := Scope{Of: of, Nodes: []ScopeNode{}}
	id, err := ix.scopeStart(ctx, of)
	if err != nil {
		return s, err
	}
	err = ix.readTrace(ctx, id, Down, cursor, pageSize(limit), func(r *reader, w *walk) error {
		s.Next = w.cursor()
		for _, p := range w.page {
			n := ScopeNode{ID: p.id, Depth: p.depth, Holdings: []Holding{}}
			if isMix(p.id) {
				n.Bin = binOfMix(p.id)
			}
			s.Nodes = append(s.Nodes, n)
		}
		return r.locate(ctx, w.page, func(at int, h Holding) {
			s.Nodes[at].Holdings = append(s.Nodes[at].Holdings, h)
		}, func(at int, grams int64) { s.Nodes[at].InTransit = grams })
	})
	return s, err
}

// SumScope sums a whole scope up. The error is ErrTooLarge where it is beyond
// what one answer may walk through.
func (ix *Index) SumScope(ctx context.Context, of string) (ScopeSums, error) {
	s := ScopeSums{Of: of, Holdings: []Holding{}}
	id, err := ix.scopeStart(ctx, of)
	if err != nil {
		return s, err
	}
	by := map[string]*Holding{}
	err = ix.readTrace(ctx, id, Down, "", maxEdges, func(r *reader, w *walk) error {
		s.Lots = len(w.page)
		return r.locate(ctx, w.page, func(_ int, h Holding) {
			if by[h.Party] == nil {
				by[h.Party] = &Holding{Party: h.Party, Name: h.Name}
			}
			by[h.Party].Owned += h.Owned
			by[h.Party].Held += h.Held
		}, func(_ int, grams int64) { s.InTransit += grams })
	})
	for _, h := range by {
		s.Holdings = append(s.Holdings, *h)
	}
	slices.SortFunc(s.Holdings, func(a, b Holding) int {
		return cmp.Or(cmp.Compare(b.Owned+b.Held, a.Owned+a.Held), strings.Compare(a.Party, b.Party))
	})
	return s, err
}

// scopeStart is the node that a scope begins with: the lot, or the mix that is
// in the bin.
func (ix *Index) scopeStart(ctx context.Context, of string) (string, error) {
	if !record.IsBinCode(of) {
		return of, nil
	}
	var s record.BinState
	err := ix.read(ctx, "bin "+of, func(r *reader) error { return r.state(ctx, record.BinKey(of), &s) })
	s.Bin = of
	return s.MixID(), err
}

const (
	holdingsOf = `SELECT node, party, owned, held FROM stock WHERE node IN ` + list + ` ORDER BY node, party`
	onTheWay   = `SELECT lot, CAST(SUM(transit) AS BIGINT) FROM shipment WHERE lot IN ` + list + ` GROUP BY lot`
)

// locate tells who has what of nodes, and what of them is on its way.
func (r *reader) locate(ctx context.Context, page []step, has func(at int, h Holding), moves func(at int, grams int64)) error {
	at := make(map[int64]int, len(page))
	nums := make([]int64, len(page))
	for i, s := range page {
		at[s.num], nums[i] = i, s.num
	}
	type found struct {
		node int64
		Holding
	}
	var all []found
	names := r.names()
	err := eachIn(ctx, r, holdingsOf, nil, nums, func(rows *sql.Rows) error {
		var f found
		err := rows.Scan(&f.node, &f.Party, &f.Owned, &f.Held)
		names.want(f.Party)
		all = append(all, f)
		return err
	})
	if err != nil {
		return err
	}
	if err := names.load(ctx); err != nil {
		return err
	}
	for _, f := range all {
		f.Name = names.of(f.Party)
		has(at[f.node], f.Holding)
	}
	return eachIn(ctx, r, onTheWay, nil, nums, func(rows *sql.Rows) error {
		var lot, grams int64
		err := rows.Scan(&lot, &grams)
		moves(at[lot], grams)
		return err
	})
}
