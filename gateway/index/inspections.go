package index

import (
	"context"
	"database/sql"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

const reportsOnAll = `SELECT target, value FROM inspection WHERE target IN ` + list + ` ORDER BY target, record DESC`

// Inspections are those of lots and bins, by lot id or bin code: of each the
// newest first, at most MaxListed.
func (ix *Index) Inspections(ctx context.Context, targets []string) (map[string][]record.Inspection, error) {
	found := map[string][]record.Inspection{}
	err := ix.read(ctx, "inspections", func(r *reader) error {
		return eachIn(ctx, r, reportsOnAll, nil, targets, func(rows *sql.Rows) error {
			var target, value string
			if err := rows.Scan(&target, &value); err != nil {
				return err
			}
			if len(found[target]) == MaxListed {
				return nil
			}
			var i record.Inspection
			err := json.Unmarshal([]byte(value), &i)
			found[target] = append(found[target], i)
			return err
		})
	})
	return found, err
}
