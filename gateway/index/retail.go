package index

import (
	"context"
	"database/sql"

	"github.com/grainledger/grainledger/record"
)

// RetailPage is a page of retail lots, the newest first.
type RetailPage struct {
	Lots []RetailLot `json:"lots"`
	Next string      `json:"next,omitempty"`
}

// RetailLot is a retail batch in a list.
type RetailLot struct {
	record.LotState // with the marks in force alone
	Standing
	IssuerName string `json:"issuerName,omitempty"`
}

const retailPage = `SELECT t.node, n.id, l.state FROM retail t JOIN lot l ON l.node = t.node JOIN node n ON n.num = t.node
	WHERE t.node < $1 ORDER BY t.node DESC LIMIT $2`

// newest is a node number above all.
const newest = int64(1) << 62

// Retail lists retail lots, the last made first. Lots that are made while
// somebody turns the pages stand before the first page and disturb no other.
func (ix *Index) Retail(ctx context.Context, cursor string, limit int) (RetailPage, error) {
	page := RetailPage{Lots: []RetailLot{}}
	before := newest
	if _, err := readCursor(cursor, "retail", &before); err != nil {
		return page, err
	}
	limit = pageSize(limit)
	err := ix.read(ctx, "retail lots", func(r *reader) error {
		var nums []int64
		err := r.each(ctx, retailPage, []any{before, limit + 1}, func(rows *sql.Rows) error {
			num, s, err := scanLot(rows)
			nums = append(nums, num)
			page.Lots = append(page.Lots, RetailLot{LotState: s})
			return err
		})
		if err != nil {
			return err
		}
		if len(nums) > limit {
			page.Lots = page.Lots[:limit]
			page.Next = writeCursor("retail", nums[limit-1])
		}
		if err := r.standRetail(ctx, page.Lots); err != nil {
			return err
		}
		return r.nameRetail(ctx, page.Lots)
	})
	return page, err
}

func (r *reader) standRetail(ctx context.Context, lots []RetailLot) error {
	marks := make([][]record.Mark, len(lots))
	for i := range lots {
		marks[i] = lots[i].Marks
	}
	live, standing, err := r.standings(ctx, marks...)
	for i := range live {
		lots[i].Marks, lots[i].Standing = live[i], standing[i]
	}
	return err
}

func (r *reader) nameRetail(ctx context.Context, lots []RetailLot) error {
	n := r.names()
	for i := range lots {
		n.want(lots[i].Issuer)
	}
	if err := n.load(ctx); err != nil {
		return err
	}
	for i := range lots {
		lots[i].IssuerName = n.of(lots[i].Issuer)
	}
	return nil
}
