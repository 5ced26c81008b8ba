package index

import (
	"context"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

const signingKey = `SELECT value FROM signing_key WHERE id = $1`

// SigningKey reads a registered key, good or not. The keys of the root are
// not among them.
func (ix *Index) SigningKey(ctx context.Context, id string) (record.RegisteredKey, error) {
	var k record.RegisteredKey
	err := ix.read(ctx, "key "+id, func(r *reader) error {
		var value string
		if err := r.one(ctx, signingKey, []any{id}, &value); err != nil {
			return err
		}
		return json.Unmarshal([]byte(value), &k)
	})
	return k, err
}
