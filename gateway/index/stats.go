package index

import (
	"context"
	"database/sql"
	"errors"
)

// Stats counts what the index has read.
type Stats struct {
	Transactions int64 // invalid ones too
	Records      int64 // accepted ones
	Lots         int64
	Mixes        int64
	Edges        int64
	Retail       int64
	Enterprises  int64
	Facilities   int64
	Bins         int64 // that ever held grain
	Keys         int64
}

// Counts of things that are few enough to be counted each time.
const (
	countState = `SELECT COUNT(*) FROM state WHERE key >= $1 AND key < $2`
	countKeys  = `SELECT COUNT(*) FROM signing_key`
)

// Stats reads the counts. It costs no walk over lots or records: their counts
// go along with the blocks.
func (ix *Index) Stats(ctx context.Context) (Stats, error) {
	var s Stats
	err := ix.read(ctx, "counts", func(r *reader) error {
		var t tip
		switch err := r.one(ctx, tipQuery, nil, t.fields()...); {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		}
		s = Stats{
			Transactions: t.txs, Records: t.records,
			Lots: t.lots, Mixes: t.mixes, Edges: t.edges, Retail: t.retail,
		}
		for prefix, into := range map[string]*int64{"org": &s.Enterprises, "fac": &s.Facilities, "bin": &s.Bins} {
			// "0" is the character behind "/".
			if err := r.one(ctx, countState, []any{prefix + "/", prefix + "0"}, into); err != nil {
				return err
			}
		}
		return r.one(ctx, countKeys, nil, &s.Keys)
	})
	return s, err
}
