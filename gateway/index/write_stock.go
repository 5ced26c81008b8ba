package index

import (
	"context"
	"database/sql"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

var insertStock = insertInto("stock", "node, party, place, variety, nature, product, year, owned, held", "")

const (
	deleteStock = `DELETE FROM stock WHERE node IN ` + list
	resortStock = `UPDATE stock SET variety = $1, nature = $2, product = $3 WHERE node = $4`
)

// stockRow is what a party has of a node.
type stockRow struct {
	node        int64
	party, bin  string
	sort        sort
	year        int
	owned, held int64
}

// writeStock writes anew who has what of each lot and bin that the block
// changes.
func (w *writer) writeStock(ctx context.Context) error {
	var stale []int64
	rows, unsorted, err := w.stockOfLots(ctx, &stale)
	if err != nil {
		return err
	}
	if err := w.sortLots(ctx, rows, unsorted); err != nil {
		return err
	}
	rows = append(rows, w.stockOfBins(&stale)...)
	for e := range w.changes.edges {
		if isMix(e.parent) { // drawn from: if anything is left in it, its bin says so
			stale = append(stale, w.nodes[e.parent])
		}
	}
	if err := w.execIn(ctx, deleteStock, stale); err != nil {
		return err
	}
	return w.insert(ctx, insertStock, len(rows), func(args []any, i int) []any {
		r := &rows[i]
		return append(args, r.node, r.party, r.bin, r.sort.variety, r.sort.nature, r.sort.product, r.year, r.owned, r.held)
	})
}

// stockOfLots lists what parties have of lots; unsorted are those lots whose
// sort the block does not tell.
func (w *writer) stockOfLots(ctx context.Context, stale *[]int64) (rows []stockRow, unsorted []int64, err error) {
	for id, l := range w.changes.lots {
		num := w.nodes[id]
		if l.stock == nil {
			if err := w.exec(ctx, resortStock, l.variety, l.nature, l.product, num); err != nil {
				return nil, nil, err
			}
			continue
		}
		if num <= w.first.sequence {
			*stale = append(*stale, num)
		}
		var s record.Stock
		if err := json.Unmarshal(l.stock, &s); err != nil {
			return nil, nil, err
		}
		before := len(rows)
		for _, p := range s.Parts {
			if owned := p.Owned + p.NonFood; owned != 0 || p.Held != 0 {
				rows = append(rows, stockRow{node: num, party: p.Party, sort: l.sort, year: w.years[id], owned: owned, held: p.Held})
			}
		}
		if l.state == nil && len(rows) > before {
			unsorted = append(unsorted, num)
		}
	}
	return rows, unsorted, nil
}

func (w *writer) sortLots(ctx context.Context, rows []stockRow, lots []int64) error {
	sorts := map[int64]sort{}
	err := eachIn(ctx, &w.reader, lotStates, nil, lots, func(row *sql.Rows) error {
		num, s, err := scanLot(row)
		sorts[num] = sort{s.Variety, s.Nature, s.Product}
		return err
	})
	for i := range rows {
		if s, ok := sorts[rows[i].node]; ok {
			rows[i].sort = s
		}
	}
	return err
}

// stockOfBins lists the owners and custodians of what is in bins.
func (w *writer) stockOfBins(stale *[]int64) (rows []stockRow) {
	for code, s := range w.changes.bins {
		num := w.nodes[s.MixID()]
		if num == 0 {
			continue // never filled
		}
		*stale = append(*stale, num)
		if s.Grams == 0 {
			continue
		}
		row := stockRow{node: num, party: s.Owner, bin: code, sort: sort{s.Variety, s.Nature, s.Product}, year: w.years[s.MixID()], owned: s.Grams}
		if s.Custodian == s.Owner {
			row.held = s.Grams
		} else {
			custodian := row
			custodian.party, custodian.owned, custodian.held = s.Custodian, 0, s.Grams
			rows = append(rows, custodian)
		}
		rows = append(rows, row)
	}
	return rows
}

// execIn runs a statement with a list in it as often as the list asks for.
func (w *writer) execIn(ctx context.Context, query string, keys []int64) error {
	for len(keys) > 0 {
		size := listSize(len(keys))
		n := min(size, len(keys))
		args := make([]any, size)
		for i := range args {
			args[i] = keys[min(i, n-1)]
		}
		if err := w.exec(ctx, withList(query, 0, size), args...); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}
