package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// What SellerStatus says.
const (
	SellerConfirmed   = "confirmed"
	SellerUnconfirmed = "unconfirmed"
)

// Lot reads a lot with how it is held now.
func (ix *Index) Lot(ctx context.Context, lot string) (Lot, error) {
	var l Lot
	err := ix.read(ctx, "lot "+lot, func(r *reader) error {
		var num int64
		var state, stock string
		if err := r.one(ctx, lotByID, []any{lot}, &num, &state, &stock); err != nil {
			return err
		}
		l.LotState.Lot = lot
		if err := l.fill(state, stock); err != nil {
			return err
		}
		return r.completeLot(ctx, num, &l)
	})
	return l, err
}

// LotByBatch finds the retail lot of a GTIN and batch number.
func (ix *Index) LotByBatch(ctx context.Context, gtin, batch string) (string, error) {
	var lot string
	err := ix.read(ctx, "batch "+batch+" of GTIN "+gtin, func(r *reader) error {
		return r.one(ctx, lotByBatch, []any{gtin, batch}, &lot)
	})
	return lot, err
}

// Queries about one lot.
const (
	lotByID     = `SELECT n.num, l.state, l.stock FROM node n JOIN lot l ON l.node = n.num WHERE n.id = $1`
	lotByBatch  = `SELECT n.id FROM retail t JOIN node n ON n.num = t.node WHERE t.gtin = $1 AND t.batch = $2`
	transitOf   = `SELECT CAST(COALESCE(SUM(transit), 0) AS BIGINT) FROM shipment WHERE lot = $1`
	shipmentsOf = `SELECT value FROM shipment WHERE lot = $1 ORDER BY record DESC LIMIT $2`
	reportsOn   = `SELECT value FROM inspection WHERE target = $1 ORDER BY record DESC LIMIT $2`
)

func (l *Lot) fill(state, stock string) error {
	if err := json.Unmarshal([]byte(state), &l.LotState); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	l.Retail = l.GTIN != ""
	l.Parts = []record.Part{}
	if stock == "" {
		return nil
	}
	var s record.Stock
	if err := json.Unmarshal([]byte(stock), &s); err != nil {
		return fmt.Errorf("stock: %w", err)
	}
	for _, p := range s.Parts {
		l.Parts = append(l.Parts, p)
		l.OwnedGrams += p.Owned + p.NonFood
	}
	return nil
}

func (r *reader) completeLot(ctx context.Context, num int64, l *Lot) (err error) {
	if err := r.one(ctx, transitOf, []any{num}, &l.InTransit); err != nil {
		return err
	}
	var moreShipments, moreReports bool
	if l.Shipments, moreShipments, err = listed[record.Shipment](ctx, r, shipmentsOf, num); err != nil {
		return err
	}
	if l.Inspections, moreReports, err = listed[record.Inspection](ctx, r, reportsOn, l.LotState.Lot); err != nil {
		return err
	}
	l.More = moreShipments || moreReports
	live, standing, err := r.standings(ctx, l.Marks)
	if err != nil {
		return err
	}
	l.Marks, l.Standing = live[0], standing[0]
	if l.Causes, err = r.causes(ctx, l.Marks); err != nil {
		return err
	}
	if l.IssuerName, err = r.name(ctx, l.Issuer); err != nil {
		return err
	}
	return r.addMaker(ctx, l)
}

// listed reads the newest values of a list and tells whether there are more.
func listed[T any](ctx context.Context, r *reader, query string, of any) ([]T, bool, error) {
	list := []T{}
	err := r.each(ctx, query, []any{of, MaxListed + 1}, func(rows *sql.Rows) error {
		var value string
		if err := rows.Scan(&value); err != nil {
			return err
		}
		var v T
		err := json.Unmarshal([]byte(value), &v)
		list = append(list, v)
		return err
	})
	if len(list) > MaxListed {
		return list[:MaxListed], true, err
	}
	return list, false, err
}

// makerOf reads what a lot takes over from the record that made it.
const makerOf = `SELECT t.block, t.id, t.time, r.place, r.cosigned, r.envelope
	FROM record r JOIN tx t ON t.num = r.tx WHERE r.id = $1`

func (r *reader) addMaker(ctx context.Context, l *Lot) error {
	var block int64
	var cosigned, envelope string
	p := &l.RecordPlace
	err := r.one(ctx, makerOf, []any{l.Record}, &block, &p.Tx, &p.Time, &p.Index, &cosigned, &envelope)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("record %s of lot %s is missing", l.Record, l.LotState.Lot)
	}
	p.Block = uint64(block)
	if err != nil || l.Kind != record.TypePurchase {
		return err
	}
	l.SellerStatus, err = sellerStatus(cosigned, envelope)
	return err
}

// sellerStatus tells whether the seller of a purchase has signed it too.
func sellerStatus(cosigned, envelope string) (string, error) {
	signers, err := readList[string](cosigned)
	if err != nil || len(signers) == 0 {
		return SellerUnconfirmed, err
	}
	var e record.Envelope
	if err := json.Unmarshal([]byte(envelope), &e); err != nil {
		return "", err
	}
	var p struct {
		Seller string `json:"seller"`
	}
	if err := json.Unmarshal(e.Payload, &p); err != nil {
		return "", err
	}
	for _, uscc := range signers {
		if uscc == p.Seller {
			return SellerConfirmed, nil
		}
	}
	return SellerUnconfirmed, nil
}
