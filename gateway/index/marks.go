package index

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// Standing says what is the matter with a lot or with what lies in a bin.
type Standing struct {
	NonFood     string `json:"nonFood,omitempty"`    // id of the record that made it so
	UnderReview bool   `json:"underReview,omitzero"` // rests on a record that was taken back and could not be undone
	Held        bool   `json:"held,omitzero"`
	Recalled    bool   `json:"recalled,omitzero"`
	Spreading   bool   `json:"spreading,omitzero"` // somewhere a mark has not reached all that it must: this may be marked yet
}

func (s *Standing) fill(marks []record.Mark) {
	for _, m := range marks {
		switch m.Kind {
		case record.MarkNonFood:
			if s.NonFood == "" {
				s.NonFood = m.By
			}
		case record.MarkReview:
			s.UnderReview = true
		case record.MarkHold:
			s.Held = true
		case record.MarkRecall:
			s.Recalled = true
		}
	}
}

const (
	liftedAmong = `SELECT id FROM cause WHERE lifted = 1 AND id IN ` + list
	anyLate     = `SELECT COUNT(*) FROM (SELECT 1 FROM late LIMIT 1) t`
)

// standings reads which marks are in force, in place, and what they come to.
func (r *reader) standings(ctx context.Context, of ...[]record.Mark) ([][]record.Mark, []Standing, error) {
	var causes []string
	for _, marks := range of {
		for _, m := range marks {
			causes = append(causes, m.By)
		}
	}
	lifted := map[string]bool{}
	err := eachIn(ctx, r, liftedAmong, nil, causes, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		lifted[id] = true
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	late, err := r.anyLate(ctx)
	if err != nil {
		return nil, nil, err
	}
	live, standing := make([][]record.Mark, len(of)), make([]Standing, len(of))
	for i, marks := range of {
		for _, m := range marks {
			if !lifted[m.By] {
				live[i] = append(live[i], m)
			}
		}
		standing[i].Spreading = late
		standing[i].fill(live[i])
	}
	return live, standing, nil
}

// anyLate tells whether a mark has still to pass an edge somewhere.
func (r *reader) anyLate(ctx context.Context) (bool, error) {
	var n int
	err := r.one(ctx, anyLate, nil, &n)
	return n > 0, err
}

// NamedCause is a cause beside the marks that it set.
type NamedCause struct {
	ID string `json:"id"`
	record.Cause
}

const causesAmong = `SELECT id, value FROM cause WHERE id IN ` + list

// causes reads why marks stand, in their order, without the nodes that each
// was set on: a list of its own tells what it has reached.
func (r *reader) causes(ctx context.Context, marks []record.Mark) ([]NamedCause, error) {
	var ids []string
	for _, m := range marks {
		ids = append(ids, m.By)
	}
	found := map[string]record.Cause{}
	err := eachIn(ctx, r, causesAmong, nil, ids, func(rows *sql.Rows) error {
		var id, value string
		if err := rows.Scan(&id, &value); err != nil {
			return err
		}
		var c record.Cause
		err := json.Unmarshal([]byte(value), &c)
		c.Nodes = nil
		found[id] = c
		return err
	})
	var out []NamedCause
	for _, id := range ids {
		if c, ok := found[id]; ok {
			out = append(out, NamedCause{id, c})
		}
	}
	return out, err
}

// Cause is why marks stand, and how far they have spread.
type Cause struct {
	ID string `json:"id"`
	record.Cause
	IssuerName string `json:"issuerName,omitempty"`
	Spreading  bool   `json:"spreading"` // until every descendant is marked
	Waiting    int64  `json:"waiting"`   // edges that the mark has still to pass, as far as it has come
	Marked     int64  `json:"marked"`    // lots and mixes that it has reached
}

// Reached is a node that a cause has marked.
type Reached struct {
	ID  string `json:"id"`
	Bin string `json:"bin,omitempty"` // of a mix
}

// ReachedPage is one page of them, in ledger order.
type ReachedPage struct {
	Cause string    `json:"cause"`
	Nodes []Reached `json:"nodes"`
	Next  string    `json:"next,omitempty"`
}

const (
	causeByID   = `SELECT value FROM cause WHERE id = $1`
	lateOf      = `SELECT COUNT(*) FROM late WHERE cause = $1`
	lateAny     = `SELECT 1 FROM late WHERE cause = $1 LIMIT 1`
	markedBy    = `SELECT COUNT(*) FROM mark WHERE cause = $1`
	reachedPage = `SELECT n.num, n.id FROM mark m JOIN node n ON n.num = m.node
		WHERE m.cause = $1 AND m.node > $2 ORDER BY m.node LIMIT $3`
)

// Cause reads a cause by the id of the record that is it.
func (ix *Index) Cause(ctx context.Context, id string) (Cause, error) {
	c := Cause{ID: id}
	err := ix.read(ctx, "cause "+id, func(r *reader) (err error) {
		var value string
		if err := r.one(ctx, causeByID, []any{id}, &value); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(value), &c.Cause); err != nil {
			return fmt.Errorf("cause: %w", err)
		}
		if err := r.one(ctx, lateOf, []any{id}, &c.Waiting); err != nil {
			return err
		}
		if err := r.one(ctx, markedBy, []any{id}, &c.Marked); err != nil {
			return err
		}
		c.Spreading = c.Waiting > 0
		c.IssuerName, err = r.name(ctx, c.Issuer)
		return err
	})
	return c, err
}

// Reached lists the nodes that a cause has marked: those that it was set on
// and all that was made of them. They stay listed when it is lifted.
func (ix *Index) Reached(ctx context.Context, id, cursor string, limit int) (ReachedPage, error) {
	limit = pageSize(limit)
	p := ReachedPage{Cause: id, Nodes: []Reached{}}
	err := ix.read(ctx, "cause "+id, func(r *reader) error {
		var value string
		if err := r.one(ctx, causeByID, []any{id}, &value); err != nil {
			return err
		}
		var after, last int64
		if _, err := readCursor(cursor, "cause "+id, &after); err != nil {
			return err
		}
		more := false
		err := r.each(ctx, reachedPage, []any{id, after, limit + 1}, func(rows *sql.Rows) error {
			var num int64
			var n Reached
			if err := rows.Scan(&num, &n.ID); err != nil {
				return err
			}
			if more = len(p.Nodes) == limit; more {
				return nil
			}
			if isMix(n.ID) {
				n.Bin = binOfMix(n.ID)
			}
			last = num
			p.Nodes = append(p.Nodes, n)
			return nil
		})
		if more {
			p.Next = writeCursor("cause "+id, last)
		}
		return err
	})
	return p, err
}

const (
	latePage = `SELECT DISTINCT p.id, c.id, e.id FROM (SELECT parent, child, record FROM late LIMIT $1) l
		JOIN node p ON p.num = l.parent JOIN node c ON c.num = l.child JOIN record e ON e.num = l.record`
	lateCount = `SELECT COUNT(*) FROM late`
)

// Late lists edges along which marks have still to spread, some of them where
// they are many.
func (ix *Index) Late(ctx context.Context, limit int) ([]record.SpreadStep, error) {
	var steps []record.SpreadStep
	err := ix.read(ctx, "late marks", func(r *reader) error {
		return r.each(ctx, latePage, []any{limit}, func(rows *sql.Rows) error {
			var s record.SpreadStep
			err := rows.Scan(&s.Parent, &s.Child, &s.Record)
			steps = append(steps, s)
			return err
		})
	})
	return steps, err
}

// CountLate counts the marks that have still to pass an edge.
func (ix *Index) CountLate(ctx context.Context) (int64, error) {
	var n int64
	err := ix.read(ctx, "late marks", func(r *reader) error { return r.one(ctx, lateCount, nil, &n) })
	return n, err
}

const reviewsAmong = `SELECT id FROM cause WHERE kind = 'review' AND lifted = 0 AND id IN ` + list

// addReviews tells of records that were taken back whether what rests on them
// is under review.
func (r *reader) addReviews(ctx context.Context, found map[int64]*Record) error {
	by := map[string][]*Record{}
	for _, rec := range found {
		if rec.Voided != nil {
			by[rec.Voided.By] = append(by[rec.Voided.By], rec)
		}
	}
	return eachIn(ctx, r, reviewsAmong, nil, keysOf(by), func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		for _, rec := range by[id] {
			rec.UnderReview = true
		}
		return err
	})
}

// mixMarks reads the marks of nodes out of their table, where mixes have them.
func (r *reader) mixMarks(ctx context.Context, nums []int64) (map[int64][]record.Mark, error) {
	out := map[int64][]record.Mark{}
	err := eachIn(ctx, r, marksOf, nil, nums, func(rows *sql.Rows) error {
		var node int64
		var m record.Mark
		err := rows.Scan(&node, &m.Kind, &m.By)
		if !slices.Contains(out[node], m) { // a list is filled up by repeating its last member
			out[node] = append(out[node], m)
		}
		return err
	})
	return out, err
}

// fillStandings leaves the nodes of a page the marks in force.
func (r *reader) fillStandings(ctx context.Context, nodes []Node) error {
	marks := make([][]record.Mark, len(nodes))
	for i := range nodes {
		if marks[i] = nodes[i].Marks; nodes[i].Lot != nil {
			marks[i] = nodes[i].Lot.Marks
		}
	}
	live, standing, err := r.standings(ctx, marks...)
	if err != nil {
		return err
	}
	for i := range nodes {
		nodes[i].Standing = standing[i]
		if nodes[i].Lot != nil {
			nodes[i].Lot.Marks = live[i]
		} else {
			nodes[i].Marks = live[i]
		}
	}
	return nil
}
