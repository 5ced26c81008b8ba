package index

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// LedgerRecord is a record with its number in ledger order, for readers that
// go through all of them.
type LedgerRecord struct {
	Record
	Num   int64
	Epoch string // of a deposit or withdrawal: <bin>:<epoch>
}

// Retail is the number of a retail batch.
type Retail struct{ GTIN, Batch string }

const (
	recordsAfter = recordColumns + `WHERE r.num > $1 ORDER BY r.num LIMIT $2`

	numbersOfLots = `SELECT DISTINCT rn.record FROM record_node rn JOIN node n ON n.num = rn.node
		WHERE rn.record > $1 AND n.id IN ` + list + ` ORDER BY rn.record LIMIT $2`

	depositEpochs = `SELECT e.record, m.epoch FROM node n JOIN edge e ON e.parent = n.num JOIN node m ON m.num = e.child
		WHERE m.epoch IS NOT NULL AND n.id IN ` + list
	withdrawalEpochs = `SELECT e.record, m.epoch FROM node n JOIN edge e ON e.child = n.num JOIN node m ON m.num = e.parent
		WHERE m.epoch IS NOT NULL AND n.id IN ` + list

	batchesOfLots = `SELECT n.id, t.gtin, t.batch FROM node n JOIN retail t ON t.node = n.num WHERE n.id IN ` + list
	lastRecord    = `SELECT coalesce(max(num), 0) FROM record`
)

// MaxEventLots bounds the lots that Events can be asked about.
const MaxEventLots = 64

// Events reads records behind a number, in ledger order, at most limit. Where
// lots are named, it reads those alone that made, moved or examined one of
// them.
func (ix *Index) Events(ctx context.Context, after int64, limit int, lots []string) ([]LedgerRecord, error) {
	if len(lots) > MaxEventLots {
		return nil, ErrTooLarge
	}
	limit = pageSize(limit)
	var page []LedgerRecord
	err := ix.read(ctx, "records in ledger order", func(r *reader) error {
		found, err := r.eventRecords(ctx, after, limit, lots)
		if err != nil {
			return err
		}
		for num, rec := range found {
			page = append(page, LedgerRecord{Record: *rec, Num: num})
		}
		slices.SortFunc(page, func(a, b LedgerRecord) int { return int(a.Num - b.Num) })
		return r.addEpochs(ctx, page)
	})
	return page, err
}

// Event reads one record by its id, as Events does.
func (ix *Index) Event(ctx context.Context, id string) (LedgerRecord, error) {
	var page []LedgerRecord
	err := ix.read(ctx, "record "+id, func(r *reader) error {
		found, err := r.records(ctx, func(scan func(*sql.Rows) error) error { return r.each(ctx, recordByID, []any{id}, scan) })
		if err != nil {
			return err
		}
		for num, rec := range found {
			page = append(page, LedgerRecord{Record: *rec, Num: num})
			return r.addEpochs(ctx, page)
		}
		return sql.ErrNoRows
	})
	if err != nil {
		return LedgerRecord{}, err
	}
	return page[0], nil
}

func (r *reader) eventRecords(ctx context.Context, after int64, limit int, lots []string) (map[int64]*Record, error) {
	if len(lots) == 0 {
		return r.records(ctx, func(scan func(*sql.Rows) error) error {
			return r.each(ctx, recordsAfter, []any{after, limit}, scan)
		})
	}
	var nums []int64
	err := eachIn(ctx, r, numbersOfLots, []any{after, limit}, lots, func(rows *sql.Rows) error {
		var num int64
		err := rows.Scan(&num)
		nums = append(nums, num)
		return err
	})
	if err != nil {
		return nil, err
	}
	return r.recordsOf(ctx, nums)
}

// addEpochs finds which filling of a bin deposits and withdrawals belong to:
// the edge that such a record made has a mix at its other end.
func (r *reader) addEpochs(ctx context.Context, page []LedgerRecord) error {
	at := map[int64]*LedgerRecord{}
	lots := map[record.Type][]string{}
	for i := range page {
		rec := &page[i]
		if rec.Type != record.TypeStore && rec.Type != record.TypeWithdraw {
			continue
		}
		var p struct {
			Lot string `json:"lot"`
		}
		if err := json.Unmarshal(rec.Payload, &p); err != nil {
			return err
		}
		at[rec.Num] = rec
		lots[rec.Type] = append(lots[rec.Type], p.Lot)
	}
	scan := func(rows *sql.Rows) error {
		var num int64
		var epoch string
		err := rows.Scan(&num, &epoch)
		if rec := at[num]; rec != nil {
			rec.Epoch = epoch
		}
		return err
	}
	return errors.Join(eachIn(ctx, r, depositEpochs, nil, lots[record.TypeStore], scan),
		eachIn(ctx, r, withdrawalEpochs, nil, lots[record.TypeWithdraw], scan))
}

// Batches tells which of the lots are retail batches, and of what number.
func (ix *Index) Batches(ctx context.Context, lots []string) (map[string]Retail, error) {
	found := map[string]Retail{}
	err := ix.read(ctx, "batches of lots", func(r *reader) error {
		return eachIn(ctx, r, batchesOfLots, nil, lots, func(rows *sql.Rows) error {
			var lot string
			var b Retail
			err := rows.Scan(&lot, &b.GTIN, &b.Batch)
			found[lot] = b
			return err
		})
	})
	return found, err
}

// LastRecord is the number of the newest record that the index has.
func (ix *Index) LastRecord(ctx context.Context) (num int64, err error) {
	err = ix.read(ctx, "the newest record", func(r *reader) error { return r.one(ctx, lastRecord, nil, &num) })
	return num, err
}
