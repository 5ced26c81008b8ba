package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// RecallHolder is what a party has, had and gave back of recalled grain.
type RecallHolder struct {
	Party       string `json:"party"`
	Name        string `json:"name,omitempty"`
	Takes       bool   `json:"takes,omitzero"` // who takes the grain back
	Lots        int64  `json:"lots"`           // lots and mixes of which it has any
	Located     int64  `json:"locatedGrams"`
	InTransit   int64  `json:"inTransitGrams"` // of that, sent by it and not received yet
	Returned    int64  `json:"returnedGrams"`  // sent back by it since the recall, as received
	WrittenOff  int64  `json:"writtenOffGrams"`
	Recovered   int64  `json:"recoveredGrams"`
	Outstanding int64  `json:"outstandingGrams"`
}

// RecallHolders is a page of them.
type RecallHolders struct {
	Recall  string         `json:"recall"`
	Sort    string         `json:"sort"`
	Holders []RecallHolder `json:"holders"`
	Next    string         `json:"next,omitempty"`
}

// ErrBadSort: holders are not sorted by that.
var ErrBadSort = errors.New("index: holders are sorted by outstanding, located, recovered, returned, lots or holder")

// holderSorts are the numbers by which holders are sorted, largest first.
// Holder stands for the USCC, smallest first.
var holderSorts = map[string]string{
	"outstanding": "held + transit - secured",
	"located":     "held + transit",
	"recovered":   "secured + written",
	"returned":    "returned",
	"lots":        "lots",
	"holder":      "held - held", // all alike; a plain 0 would name a column
}

// HolderSorts lists by what holders are sorted, the default first.
func HolderSorts() []string {
	return []string{"outstanding", "located", "recovered", "returned", "lots", "holder"}
}

func holdersBy(key, party string) string {
	return `SELECT ` + key + `, party, held, secured, transit, returned, written, lots FROM recall_holder
		WHERE cause = $1 AND (held <> 0 OR transit <> 0 OR returned <> 0 OR written <> 0)
		AND (` + key + ` < $2 OR (` + key + ` = $2 AND party > $3))` + party + ` ORDER BY ` + key + ` DESC, party LIMIT $4`
}

// RecallHolders lists who has recalled grain, or had it and gave it back.
// Where party is not empty, it alone is listed.
func (ix *Index) RecallHolders(ctx context.Context, id, party, sort, cursor string, limit int) (RecallHolders, error) {
	if sort == "" {
		sort = HolderSorts()[0]
	}
	page := RecallHolders{Recall: id, Sort: sort, Holders: []RecallHolder{}}
	key, known := holderSorts[sort]
	if !known {
		return page, ErrBadSort
	}
	list := fmt.Sprintf("holders %s %s", id, sort)
	below := newest
	after, err := readTextCursor(cursor, list, &below)
	if err != nil {
		return page, err
	}
	limit = pageSize(limit)
	args, only := []any{id, below, after, limit + 1}, ""
	if party != "" {
		args, only = append(args, party), " AND party = $5"
	}
	err = ix.read(ctx, "recall "+id, func(r *reader) error {
		recall, err := r.recall(ctx, id)
		if err != nil {
			return err
		}
		o := openRecall{issuer: recall.Issuer, taker: recall.To}
		n := r.names()
		var last int64
		err = r.each(ctx, holdersBy(key, only), args, func(rows *sql.Rows) error {
			var by int64
			var d RecallDay
			var h RecallHolder
			if err := rows.Scan(&by, &h.Party, &d.held, &d.secured, &d.transit, &d.returned, &d.written, &h.Lots); err != nil {
				return err
			}
			if len(page.Holders) == limit {
				page.Next = writeTextCursor(page.Holders[limit-1].Party, list, last)
				return nil
			}
			f := d.figures()
			h.Takes, h.Located, h.InTransit, h.Returned = o.takes(h.Party), f.Located, f.InTransit, f.Returned
			h.WrittenOff, h.Recovered, h.Outstanding = f.WrittenOff, f.Recovered, f.Outstanding
			last = by
			n.want(h.Party)
			page.Holders = append(page.Holders, h)
			return nil
		})
		if err != nil {
			return err
		}
		err = n.load(ctx)
		for i := range page.Holders {
			page.Holders[i].Name = n.of(page.Holders[i].Party)
		}
		return err
	})
	return page, err
}

// RecallLot is a lot or mix that a recall has marked, with who has how much of
// it now.
type RecallLot struct {
	ID        string    `json:"id"`
	Bin       string    `json:"bin,omitempty"` // of a mix
	Holdings  []Holding `json:"holdings"`
	InTransit int64     `json:"inTransitGrams"`
}

// RecallLots is a page of them in ledger order.
type RecallLots struct {
	Recall string      `json:"recall"`
	Lots   []RecallLot `json:"lots"`
	Next   string      `json:"next,omitempty"`
}

const partysPage = `SELECT n.num, n.id FROM mark m JOIN node n ON n.num = m.node WHERE m.cause = $1 AND m.node > $2
	AND EXISTS (SELECT 1 FROM stock s WHERE s.node = m.node AND s.party = $4) ORDER BY m.node LIMIT $3`

// RecallLots lists what a recall has marked; where party is not empty, that of
// which it has some, with its own part alone.
func (ix *Index) RecallLots(ctx context.Context, id, party, cursor string, limit int) (RecallLots, error) {
	page := RecallLots{Recall: id, Lots: []RecallLot{}}
	var after, last int64
	if _, err := readCursor(cursor, "recalled "+id, &after); err != nil {
		return page, err
	}
	limit = pageSize(limit)
	query, args := reachedPage, []any{id, after, limit + 1}
	if party != "" {
		query, args = partysPage, append(args, party)
	}
	err := ix.read(ctx, "recall "+id, func(r *reader) error {
		if _, err := r.recall(ctx, id); err != nil {
			return err
		}
		var steps []step
		err := r.each(ctx, query, args, func(rows *sql.Rows) error {
			var s step
			if err := rows.Scan(&s.num, &s.id); err != nil {
				return err
			}
			if len(steps) == limit {
				page.Next = writeCursor("recalled "+id, last)
				return nil
			}
			last = s.num
			n := RecallLot{ID: s.id, Holdings: []Holding{}}
			if isMix(s.id) {
				n.Bin = binOfMix(s.id)
			}
			steps, page.Lots = append(steps, s), append(page.Lots, n)
			return nil
		})
		if err != nil {
			return err
		}
		return r.locate(ctx, steps, func(at int, h Holding) {
			if party == "" || h.Party == party {
				page.Lots[at].Holdings = append(page.Lots[at].Holdings, h)
			}
		}, func(at int, grams int64) {
			if party == "" {
				page.Lots[at].InTransit = grams
			}
		})
	})
	return page, err
}
