package index

import (
	"context"
	"database/sql"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

const keysByID = `SELECT value FROM signing_key WHERE id IN ` + list

// KeysByID reads registered keys, those of the root that were replaced among
// them. Those that the index does not have are left out.
func (ix *Index) KeysByID(ctx context.Context, ids []string) (map[string]record.RegisteredKey, error) {
	found := map[string]record.RegisteredKey{}
	err := ix.read(ctx, "keys", func(r *reader) error {
		return eachIn(ctx, r, keysByID, nil, ids, func(rows *sql.Rows) error {
			k, err := scanKey(rows)
			found[k.ID] = k
			return err
		})
	})
	return found, err
}

// KeysOf reads the registered keys of an enterprise.
func (ix *Index) KeysOf(ctx context.Context, uscc string) ([]record.RegisteredKey, error) {
	var found []record.RegisteredKey
	err := ix.read(ctx, "keys of "+uscc, func(r *reader) error {
		return r.each(ctx, keysOfEnterprise, []any{uscc}, func(rows *sql.Rows) error {
			k, err := scanKey(rows)
			found = append(found, k)
			return err
		})
	})
	return found, err
}

func scanKey(rows *sql.Rows) (k record.RegisteredKey, err error) {
	var value string
	if err = rows.Scan(&value); err != nil {
		return k, err
	}
	err = json.Unmarshal([]byte(value), &k)
	return k, err
}

// Registered reads what the registry says of an enterprise.
func (ix *Index) Registered(ctx context.Context, uscc string) (record.RegisteredEnterprise, error) {
	var e record.RegisteredEnterprise
	err := ix.read(ctx, "enterprise "+uscc, func(r *reader) (err error) {
		e, err = r.registered(ctx, uscc)
		return err
	})
	return e, err
}
