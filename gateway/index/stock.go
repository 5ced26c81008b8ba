package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// StockFilter picks from the grain that there is now. Empty members pick all.
type StockFilter struct {
	Party   string // who owns or holds it
	Place   string // beginning of a facility code: an enterprise's, a depot's, a bin's; grain outside of bins has no place
	Variety string
	Nature  string
	Year    int // of harvest
}

// StockPage is a page of lots and bins with what a party has of each.
type StockPage struct {
	Items []StockItem `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// StockItem is what one party has of a lot or of a bin's content. Grain on its
// way is its owner's and in nobody's custody.
type StockItem struct {
	Lot        string `json:"lot,omitempty"`
	Bin        string `json:"bin,omitempty"`
	Party      string `json:"party"`
	Variety    string `json:"variety"`
	Nature     string `json:"nature,omitempty"`
	Product    string `json:"product,omitempty"`
	Year       int    `json:"year,omitzero"` // of harvest, where all is of one year
	OwnedGrams int64  `json:"ownedGrams"`
	HeldGrams  int64  `json:"heldGrams"` // in custody
}

// StockSums is a page of sums of the grain that there is now.
type StockSums struct {
	By   string     `json:"by"`
	Sums []StockSum `json:"sums"`
	Next string     `json:"next,omitempty"`
}

// StockSum is what is owned and held of one kind, in bins and outside of them.
type StockSum struct {
	Key         string `json:"key"` // the party, depot, variety, nature or year; empty where there is none
	OwnedGrams  int64  `json:"ownedGrams"`
	HeldGrams   int64  `json:"heldGrams"`
	InBinsGrams int64  `json:"inBinsGrams"` // held in bins
}

// ErrBadGroup: stock is not summed by that.
var ErrBadGroup = errors.New("index: stock is summed by owner, place, variety, nature or year")

// depotCode is the length of a depot's code, by which places are summed.
const depotCode = 21

// stockGroups are the keys of sums, text on every database.
var stockGroups = map[string]string{
	"owner":   "party",
	"place":   "SUBSTR(place, 1, " + strconv.Itoa(depotCode) + ")",
	"variety": "variety",
	"nature":  "nature",
	"year":    "CAST(year AS TEXT)",
}

// where writes the conditions of a filter, and their parameters after args.
func (f StockFilter) where(args []any) (string, []any) {
	var b strings.Builder
	add := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(args)), 1)
		}
		b.WriteString(" AND " + condition)
	}
	if f.Party != "" {
		add("s.party = ?", f.Party)
	}
	if f.Place != "" {
		add("s.place >= ? AND s.place < ?", f.Place, f.Place+"~") // behind every digit and letter
	}
	if f.Variety != "" {
		add("s.variety = ?", f.Variety)
	}
	if f.Nature != "" {
		add("s.nature = ?", f.Nature)
	}
	if f.Year != 0 {
		add("s.year = ?", f.Year)
	}
	return b.String(), args
}

func (f StockFilter) name(what string) string {
	return fmt.Sprintf("%s %s %s %s %s %d", what, f.Party, f.Place, f.Variety, f.Nature, f.Year)
}

// stockList reads a page of rows. Its conditions are one of a few dozen.
func stockList(where string) string {
	return `SELECT n.id, s.node, s.party, s.place, s.variety, s.nature, s.product, s.year, s.owned, s.held
		FROM stock s JOIN node n ON n.num = s.node WHERE (s.node, s.party) > ($1, $2)` + where + ` ORDER BY s.node, s.party LIMIT $3`
}

// Stock lists lots and bins with what a party has of each, in ledger order.
func (ix *Index) Stock(ctx context.Context, f StockFilter, cursor string, limit int) (StockPage, error) {
	page := StockPage{Items: []StockItem{}}
	limit = pageSize(limit)
	var node int64
	party, err := readTextCursor(cursor, f.name("stock"), &node)
	if err != nil {
		return page, err
	}
	where, args := f.where([]any{node, party, limit + 1})
	err = ix.read(ctx, "stock", func(r *reader) error {
		return r.each(ctx, stockList(where), args, func(rows *sql.Rows) error {
			var i StockItem
			var id string
			var at int64
			if err := rows.Scan(&id, &at, &i.Party, &i.Bin, &i.Variety, &i.Nature, &i.Product, &i.Year, &i.OwnedGrams, &i.HeldGrams); err != nil {
				return err
			}
			if len(page.Items) == limit {
				page.Next = writeTextCursor(party, f.name("stock"), node)
				return nil
			}
			if i.Bin == "" {
				i.Lot = id
			}
			node, party = at, i.Party
			page.Items = append(page.Items, i)
			return nil
		})
	})
	return page, err
}

func stockSums(by, where string) string {
	key := stockGroups[by]
	return `SELECT k, CAST(SUM(owned) AS BIGINT), CAST(SUM(held) AS BIGINT), CAST(SUM(binned) AS BIGINT) FROM (
		SELECT ` + key + ` AS k, s.owned AS owned, s.held AS held, CASE WHEN s.place = '' THEN 0 ELSE s.held END AS binned
		FROM stock s WHERE ` + key + ` > $1` + where + `) t GROUP BY k ORDER BY k LIMIT $2`
}

// SumStock sums the stock up by "owner", "place" (depot), "variety", "nature"
// or "year". It reads all of what it sums, so that such questions take turns:
// the error is ErrBusy where too many ask at once.
func (ix *Index) SumStock(ctx context.Context, f StockFilter, by, cursor string, limit int) (StockSums, error) {
	sums := StockSums{By: by, Sums: []StockSum{}}
	if stockGroups[by] == "" {
		return sums, ErrBadGroup
	}
	limit = pageSize(limit)
	name := f.name("stock by " + by)
	after, err := readTextCursor(cursor, name)
	if err != nil {
		return sums, err
	}
	where, args := f.where([]any{after, limit + 1})
	query := stockSums(by, where)
	if cursor == "" { // the empty key comes first
		query = strings.Replace(query, " > $1", " >= $1", 1)
	}
	err = ix.walk(ctx, "stock by "+by, func(r *reader) error {
		return r.each(ctx, query, args, func(rows *sql.Rows) error {
			var s StockSum
			if err := rows.Scan(&s.Key, &s.OwnedGrams, &s.HeldGrams, &s.InBinsGrams); err != nil {
				return err
			}
			if len(sums.Sums) == limit {
				sums.Next = writeTextCursor(sums.Sums[limit-1].Key, name)
				return nil
			}
			sums.Sums = append(sums.Sums, s)
			return nil
		})
	})
	for i := range sums.Sums {
		if by == "year" && sums.Sums[i].Key == "0" {
			sums.Sums[i].Key = ""
		}
	}
	return sums, err
}
