package index

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// OwnLot is what a party has of a lot.
type OwnLot struct {
	record.LotState
	Standing
	OwnedGrams   int64  `json:"ownedGrams"`            // as far as the lot is fit for food
	OwnedNonFood int64  `json:"ownedNonFood,omitzero"` // bought for another purpose than food
	HeldGrams    int64  `json:"heldGrams"`             // in custody
	IssuerName   string `json:"issuerName,omitempty"`
}

// OwnLotPage is a page of what a party has, the lots made last first.
type OwnLotPage struct {
	Lots []OwnLot `json:"lots"`
	Next string   `json:"next,omitempty"`
}

// BinStock is what lies in a bin.
type BinStock struct {
	Code    string `json:"code"`
	Name    string `json:"name,omitempty"`
	Grams   int64  `json:"grams"`
	Owner   string `json:"owner"`
	Variety string `json:"variety"`
	Nature  string `json:"nature,omitempty"`
	Standing
	marks []record.Mark
}

// BinPage is a page of a custodian's bins with grain in them, by code.
type BinPage struct {
	Bins []BinStock `json:"bins"`
	Next string     `json:"next,omitempty"`
}

// Inbound is a shipment that is on its way to a party.
type Inbound struct {
	record.Shipment
	ShipperName string `json:"shipperName,omitempty"`
	OwnerName   string `json:"ownerName,omitempty"`
}

// InboundPage is a page of shipments, the newest first.
type InboundPage struct {
	Shipments []Inbound `json:"shipments"`
	Next      string    `json:"next,omitempty"`
}

const (
	ownLotsOf = `SELECT h.node, n.id, l.state, l.stock FROM stock h JOIN lot l ON l.node = h.node JOIN node n ON n.num = h.node
	WHERE h.party = $1 AND h.node < $2 ORDER BY h.node DESC LIMIT $3`
	reviewedOf = `SELECT h.node, n.id, l.state, l.stock FROM stock h JOIN lot l ON l.node = h.node JOIN node n ON n.num = h.node
	WHERE h.party = $1 AND h.node < $2 AND EXISTS (
		SELECT 1 FROM mark m LEFT JOIN cause c ON c.id = m.cause WHERE m.node = h.node AND COALESCE(c.lifted, 0) = 0)
	ORDER BY h.node DESC LIMIT $3`
	inboundOf = `SELECT i.record, s.value FROM inbound i JOIN shipment s ON s.key = i.key
	WHERE i.party = $1 AND i.record < $2 AND i.open = 1 ORDER BY i.record DESC LIMIT $3`
	binPage = `SELECT key, value FROM state WHERE key > $1 AND key < $2 ORDER BY key LIMIT $3`
)

// OwnLots lists the lots that a party owns or has in custody.
func (ix *Index) OwnLots(ctx context.Context, uscc, cursor string, limit int) (OwnLotPage, error) {
	return ix.ownLots(ctx, ownLotsOf, "stock of "+uscc, uscc, cursor, limit)
}

// UnderReview lists those of them that something stands against.
func (ix *Index) UnderReview(ctx context.Context, uscc, cursor string, limit int) (OwnLotPage, error) {
	return ix.ownLots(ctx, reviewedOf, "under review of "+uscc, uscc, cursor, limit)
}

func (ix *Index) ownLots(ctx context.Context, query, list, uscc, cursor string, limit int) (OwnLotPage, error) {
	page := OwnLotPage{Lots: []OwnLot{}}
	before := newest
	if _, err := readCursor(cursor, list, &before); err != nil {
		return page, err
	}
	limit = pageSize(limit)
	err := ix.read(ctx, list, func(r *reader) error {
		var nums []int64
		err := r.each(ctx, query, []any{uscc, before, limit + 1}, func(rows *sql.Rows) error {
			num, h, err := scanOwnLot(rows, uscc)
			nums, page.Lots = append(nums, num), append(page.Lots, h)
			return err
		})
		if err != nil {
			return err
		}
		if len(nums) > limit {
			page.Lots, page.Next = page.Lots[:limit], writeCursor(list, nums[limit-1])
		}
		marks := make([][]record.Mark, len(page.Lots))
		n := r.names()
		for i := range page.Lots {
			n.want(page.Lots[i].Issuer)
			marks[i] = page.Lots[i].Marks
		}
		live, standing, err := r.standings(ctx, marks...)
		if err != nil {
			return err
		}
		if err := n.load(ctx); err != nil {
			return err
		}
		for i := range page.Lots {
			l := &page.Lots[i]
			l.Marks, l.Standing, l.IssuerName = live[i], standing[i], n.of(l.Issuer)
		}
		return nil
	})
	return page, err
}

func scanOwnLot(rows *sql.Rows, uscc string) (num int64, h OwnLot, err error) {
	var id, state, stock string
	if err := rows.Scan(&num, &id, &state, &stock); err != nil {
		return 0, h, err
	}
	if err := json.Unmarshal([]byte(state), &h.LotState); err != nil {
		return 0, h, fmt.Errorf("lot: %w", err)
	}
	h.Lot = id
	var s record.Stock
	if err := json.Unmarshal([]byte(stock), &s); err != nil {
		return 0, h, fmt.Errorf("stock: %w", err)
	}
	for _, p := range s.Parts {
		if p.Party == uscc {
			h.OwnedGrams, h.OwnedNonFood, h.HeldGrams = p.Owned, p.NonFood, p.Held
		}
	}
	return num, h, nil
}

// Inbound lists the shipments that are on their way to a party.
func (ix *Index) Inbound(ctx context.Context, uscc, cursor string, limit int) (InboundPage, error) {
	page := InboundPage{Shipments: []Inbound{}}
	before, list := newest, "inbound of "+uscc
	if _, err := readCursor(cursor, list, &before); err != nil {
		return page, err
	}
	limit = pageSize(limit)
	err := ix.read(ctx, list, func(r *reader) error {
		var nums []int64
		err := r.each(ctx, inboundOf, []any{uscc, before, limit + 1}, func(rows *sql.Rows) error {
			var num int64
			var value string
			if err := rows.Scan(&num, &value); err != nil {
				return err
			}
			var in Inbound
			err := json.Unmarshal([]byte(value), &in.Shipment)
			nums, page.Shipments = append(nums, num), append(page.Shipments, in)
			return err
		})
		if err != nil {
			return err
		}
		if len(nums) > limit {
			page.Shipments, page.Next = page.Shipments[:limit], writeCursor(list, nums[limit-1])
		}
		n := r.names()
		for i := range page.Shipments {
			n.want(page.Shipments[i].Shipper)
			n.want(page.Shipments[i].Owner)
		}
		if err := n.load(ctx); err != nil {
			return err
		}
		for i := range page.Shipments {
			s := &page.Shipments[i]
			s.ShipperName, s.OwnerName = n.of(s.Shipper), n.of(s.Owner)
		}
		return nil
	})
	return page, err
}

// Bins lists the bins of a custodian that hold grain.
func (ix *Index) Bins(ctx context.Context, uscc, cursor string, limit int) (BinPage, error) {
	page := BinPage{Bins: []BinStock{}}
	first, last, list := record.BinKey(uscc), record.BinKey(uscc+"~"), "bins of "+uscc // ~ stands behind every digit
	var place int64
	if more, err := readCursor(cursor, list, &place); err != nil {
		return page, err
	} else if more {
		first = record.BinKey(uscc + unpackDigits(place))
	}
	limit = pageSize(limit)
	err := ix.read(ctx, list, func(r *reader) error {
		var read int
		var code string
		err := r.each(ctx, binPage, []any{first, last, limit + 1}, func(rows *sql.Rows) error {
			var key, value string
			if err := rows.Scan(&key, &value); err != nil {
				return err
			}
			var b record.BinState
			if err := json.Unmarshal([]byte(value), &b); err != nil {
				return err
			}
			b.Bin = strings.TrimPrefix(key, record.BinKey(""))
			if read++; read > limit {
				page.Next = writeCursor(list, packDigits(code[len(uscc):]))
				return nil
			}
			if code = b.Bin; b.Grams > 0 {
				page.Bins = append(page.Bins, BinStock{Code: b.Bin, Grams: b.Grams, Owner: b.Owner,
					Variety: b.Variety, Nature: b.Nature, marks: b.Marks})
			}
			return nil
		})
		if err != nil {
			return err
		}
		marks := make([][]record.Mark, len(page.Bins))
		for i := range page.Bins {
			marks[i] = page.Bins[i].marks
		}
		_, standing, err := r.standings(ctx, marks...)
		if err != nil {
			return err
		}
		for i := range page.Bins {
			page.Bins[i].Standing = standing[i]
			var f record.RegisteredFacility
			if err := r.state(ctx, record.FacilityKey(page.Bins[i].Code), &f); err == nil {
				page.Bins[i].Name = f.Name
			} else if !missing(err) {
				return err
			}
		}
		return nil
	})
	return page, err
}
