package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
)

var _ ledger.SealStore = (*Store)(nil)

// Keep makes sealed parts durable in one transaction.
func (s *Store) Keep(ctx context.Context, due time.Time, seals []ledger.Seal) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("jobs: keep sealed parts: %w", err)
	}
	for _, seal := range seals {
		_, err := tx.ExecContext(ctx, `INSERT INTO seals (record, part, issuer, ref, body, kept, due)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (record, part) DO NOTHING`,
			seal.Record, seal.Name, seal.Issuer, seal.Ref, seal.Part, time.Now().UnixMilli(), due.UnixMilli())
		if err != nil {
			return fmt.Errorf("jobs: keep sealed parts: %w", errors.Join(err, tx.Rollback()))
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("jobs: keep sealed parts: %w", err)
	}
	return nil
}

// Due lists up to limit parts that are due, oldest first.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]ledger.Seal, error) {
	rows, err := s.db.QueryContext(ctx,
		`SELECT record, part, issuer, ref, body, kept, tries FROM seals WHERE due <= ? ORDER BY due LIMIT ?`,
		now.UnixMilli(), limit)
	if err != nil {
		return nil, fmt.Errorf("jobs: sealed parts that are due: %w", err)
	}
	defer rows.Close()
	var seals []ledger.Seal
	for rows.Next() {
		var seal ledger.Seal
		var kept int64
		if err := rows.Scan(&seal.Record, &seal.Name, &seal.Issuer, &seal.Ref, &seal.Part, &kept, &seal.Tries); err != nil {
			return nil, fmt.Errorf("jobs: sealed parts that are due: %w", err)
		}
		seal.Kept = time.UnixMilli(kept)
		seals = append(seals, seal)
	}
	return seals, rows.Err()
}

// PutOff makes a part due at another time and counts the try.
func (s *Store) PutOff(ctx context.Context, seal ledger.Seal, due time.Time) error {
	_, err := s.db.ExecContext(ctx, `UPDATE seals SET due = ?, tries = tries + 1 WHERE record = ? AND part = ?`,
		due.UnixMilli(), seal.Record, seal.Name)
	if err != nil {
		return fmt.Errorf("jobs: put off a sealed part: %w", err)
	}
	return nil
}

// Drop forgets a part.
func (s *Store) Drop(ctx context.Context, seal ledger.Seal) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM seals WHERE record = ? AND part = ?`, seal.Record, seal.Name)
	if err != nil {
		return fmt.Errorf("jobs: drop a sealed part: %w", err)
	}
	s.broom.dirty()
	return nil
}
