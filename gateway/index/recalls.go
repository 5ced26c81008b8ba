package index

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// ListedRecall is a recall as a list of recalls has it, without what takes
// counting: the list is public and long.
type ListedRecall struct {
	ID string `json:"id"`
	record.Cause
	IssuerName string `json:"issuerName,omitempty"`
	ToName     string `json:"toName,omitempty"`
	Began      string `json:"began"`           // RFC 3339, of the block
	Ended      string `json:"ended,omitempty"` // empty while it is in force
	Spreading  bool   `json:"spreading"`       // until every descendant is marked
}

// Recall is a recall, and how far it is. Figures are left out where they are
// not asked for: docs/recall.md says who may see them.
type Recall struct {
	ListedRecall
	Waiting int64          `json:"waiting"` // edges that the mark has still to pass, as far as it has come
	Marked  int64          `json:"marked"`  // lots and mixes that it has reached
	Figures *RecallFigures `json:"figures,omitempty"`
}

// RecallFigures are grams of marked grain. Located is Outstanding and AtTaker,
// Recovered is AtTaker and WrittenOff, and Total is Recovered, Outstanding and
// Lost.
type RecallFigures struct {
	Total       int64 `json:"totalGrams"`
	Located     int64 `json:"locatedGrams"`   // in known hands or on its way
	InTransit   int64 `json:"inTransitGrams"` // of that, on its way
	AtTaker     int64 `json:"atTakerGrams"`   // in custody of who takes it back
	Returned    int64 `json:"returnedGrams"`  // of that, what came back since the recall, as received
	WrittenOff  int64 `json:"writtenOffGrams"`
	Recovered   int64 `json:"recoveredGrams"`
	Outstanding int64 `json:"outstandingGrams"`
	Lost        int64 `json:"lostGrams"` // left the books otherwise since the recall: by-products, losses, reductions
}

// RecallDay is what a recall had come to by the end of a day.
type RecallDay struct {
	Day string `json:"day"` // in China
	RecallFigures
	held, secured, transit, returned, written, lost int64
}

func (d *RecallDay) fields() []any {
	return []any{&d.Day, &d.held, &d.secured, &d.transit, &d.returned, &d.written, &d.lost}
}

// figures works out what is shown of what is kept.
func (d *RecallDay) figures() RecallFigures {
	f := RecallFigures{Located: d.held + d.transit, InTransit: d.transit, AtTaker: d.secured, Returned: d.returned, WrittenOff: d.written, Lost: d.lost}
	f.Recovered, f.Outstanding = f.AtTaker+f.WrittenOff, f.Located-f.AtTaker
	f.Total = f.Recovered + f.Outstanding + f.Lost
	return f
}

// RecallPage is a page of recalls, the newest first.
type RecallPage struct {
	Recalls []ListedRecall `json:"recalls"`
	Next    string         `json:"next,omitempty"`
}

// RecallSeries is how a recall went on, the oldest day first. A day on which
// nothing changed has no member.
type RecallSeries struct {
	Recall string      `json:"recall"`
	Days   []RecallDay `json:"days"`
	Next   string      `json:"next,omitempty"`
}

const (
	recallRow  = `SELECT r.record, r.cause, r.began, r.ended, c.value FROM recall r JOIN cause c ON c.id = r.cause `
	recallByID = recallRow + `WHERE r.cause = $1`
	recallPage = recallRow + `WHERE r.record < $1 ORDER BY r.record DESC LIMIT $2`
	daysOf     = `SELECT day, held, secured, transit, returned, written, lost FROM recall_day WHERE cause = $1 AND day > $2 ORDER BY day LIMIT $3`
)

// Recalls lists recalls, in force and ended.
func (ix *Index) Recalls(ctx context.Context, cursor string, limit int) (RecallPage, error) {
	page := RecallPage{Recalls: []ListedRecall{}}
	before := newest
	if _, err := readCursor(cursor, "recalls", &before); err != nil {
		return page, err
	}
	limit = pageSize(limit)
	err := ix.read(ctx, "recalls", func(r *reader) error {
		var nums []int64
		err := r.each(ctx, recallPage, []any{before, limit + 1}, func(rows *sql.Rows) error {
			num, one, err := scanRecall(rows)
			nums, page.Recalls = append(nums, num), append(page.Recalls, one)
			return err
		})
		if err != nil {
			return err
		}
		if len(nums) > limit {
			page.Recalls, page.Next = page.Recalls[:limit], writeCursor("recalls", nums[limit-1])
		}
		return r.fillRecalls(ctx, page.Recalls)
	})
	return page, err
}

type scanner interface{ Scan(into ...any) error }

func scanRecall(row scanner) (num int64, c ListedRecall, err error) {
	var value string
	if err = row.Scan(&num, &c.ID, &c.Began, &c.Ended, &value); err != nil {
		return num, c, err
	}
	if err = json.Unmarshal([]byte(value), &c.Cause); err != nil {
		err = fmt.Errorf("recall: %w", err)
	}
	return num, c, err
}

// fillRecalls adds names, and whether recalls still spread.
func (r *reader) fillRecalls(ctx context.Context, list []ListedRecall) error {
	n := r.names()
	for i := range list {
		c := &list[i]
		n.want(c.Issuer)
		n.want(c.To)
		if err := r.one(ctx, lateAny, []any{c.ID}, &c.Spreading); err != nil && !missing(err) {
			return err
		}
	}
	if err := n.load(ctx); err != nil {
		return err
	}
	for i := range list {
		list[i].IssuerName, list[i].ToName = n.of(list[i].Issuer), n.of(list[i].To)
	}
	return nil
}

// Recall reads a recall with its figures.
func (ix *Index) Recall(ctx context.Context, id string) (Recall, error) {
	var one Recall
	err := ix.read(ctx, "recall "+id, func(r *reader) error {
		var err error
		if one, err = r.recall(ctx, id); err != nil {
			return err
		}
		list := []ListedRecall{one.ListedRecall}
		if err := r.fillRecalls(ctx, list); err != nil {
			return err
		}
		one.ListedRecall = list[0]
		if err := r.one(ctx, lateOf, []any{id}, &one.Waiting); err != nil {
			return err
		}
		if err := r.one(ctx, markedBy, []any{id}, &one.Marked); err != nil {
			return err
		}
		var d RecallDay
		if err := r.one(ctx, lastDay, []any{id}, d.fields()...); err != nil && !missing(err) {
			return err
		}
		f := d.figures()
		one.Figures = &f
		return nil
	})
	return one, err
}

// recall reads one; sql.ErrNoRows where there is none of that id.
func (r *reader) recall(ctx context.Context, id string) (c Recall, err error) {
	var num int64
	var value string
	if err = r.one(ctx, recallByID, []any{id}, &num, &c.ID, &c.Began, &c.Ended, &value); err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(value), &c.Cause)
}

// RecallSeries tells how the figures of a recall went on.
func (ix *Index) RecallSeries(ctx context.Context, id, cursor string, limit int) (RecallSeries, error) {
	s := RecallSeries{Recall: id, Days: []RecallDay{}}
	after, err := readTextCursor(cursor, "series "+id)
	if err != nil {
		return s, err
	}
	limit = pageSize(limit)
	err = ix.read(ctx, "recall "+id, func(r *reader) error {
		if _, err := r.recall(ctx, id); err != nil {
			return err
		}
		return r.each(ctx, daysOf, []any{id, after, limit + 1}, func(rows *sql.Rows) error {
			var d RecallDay
			if err := rows.Scan(d.fields()...); err != nil {
				return err
			}
			if len(s.Days) == limit {
				s.Next = writeTextCursor(s.Days[limit-1].Day, "series "+id)
				return nil
			}
			d.RecallFigures = d.figures()
			s.Days = append(s.Days, d)
			return nil
		})
	})
	return s, err
}
