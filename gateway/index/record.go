package index

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// Record reads an accepted record by its id.
func (ix *Index) Record(ctx context.Context, id string) (Record, error) {
	return ix.oneRecord(ctx, "record "+id, recordByID, id)
}

// RecordByRef reads an accepted record by its issuer's own number for it.
func (ix *Index) RecordByRef(ctx context.Context, issuer, ref string) (Record, error) {
	return ix.oneRecord(ctx, "record "+issuer+"/"+ref, recordByRef, issuer, ref)
}

// Queries for records with their place.
const (
	recordColumns = `SELECT r.num, r.id, r.type, r.issuer, r.ref, r.occurred_at, r.place, r.flags, r.sealed, r.cosigned,
		r.envelope, r.voided, t.block, t.id, t.time FROM record r JOIN tx t ON t.num = r.tx `

	recordByID    = recordColumns + `WHERE r.id = $1`
	recordByRef   = recordColumns + `WHERE r.issuer = $1 AND r.ref = $2`
	recordsByNum  = recordColumns + `WHERE r.num IN ` + list
	sealedStates  = `SELECT key_hash, state FROM sealed WHERE key_hash IN ` + list
	cosignatureOf = `SELECT c.envelope FROM cosignature c WHERE c.record = $1 ORDER BY c.tx, c.place`
)

const placesOf = `SELECT r.id, t.block, t.id, t.time, r.place FROM record r JOIN tx t ON t.num = r.tx WHERE r.id IN ` + list

// Places tells where records stand, by their ids. Those that the index does
// not have are left out.
func (ix *Index) Places(ctx context.Context, ids []string) (map[string]Place, error) {
	places := map[string]Place{}
	err := ix.read(ctx, "places of records", func(r *reader) error {
		return eachIn(ctx, r, placesOf, nil, ids, func(rows *sql.Rows) error {
			var id string
			var block int64
			var p Place
			err := rows.Scan(&id, &block, &p.Tx, &p.Time, &p.Index)
			p.Block = uint64(block)
			places[id] = p
			return err
		})
	})
	return places, err
}

func (ix *Index) oneRecord(ctx context.Context, what, query string, args ...any) (Record, error) {
	var answer Record
	err := ix.read(ctx, what, func(r *reader) error {
		found, err := r.records(ctx, func(scan func(*sql.Rows) error) error { return r.each(ctx, query, args, scan) })
		if err != nil {
			return err
		}
		for num, rec := range found {
			answer = *rec
			return r.addCosignatures(ctx, num, &answer)
		}
		return sql.ErrNoRows
	})
	return answer, err
}

func (r *reader) addCosignatures(ctx context.Context, num int64, rec *Record) error {
	return r.each(ctx, cosignatureOf, []any{num}, func(rows *sql.Rows) error {
		var envelope string
		if err := rows.Scan(&envelope); err != nil {
			return err
		}
		rec.Cosignatures = append(rec.Cosignatures, []byte(envelope))
		return nil
	})
}

// recordsOf reads records by their numbers.
func (r *reader) recordsOf(ctx context.Context, nums []int64) (map[int64]*Record, error) {
	return r.records(ctx, func(scan func(*sql.Rows) error) error {
		return eachIn(ctx, r, recordsByNum, nil, nums, scan)
	})
}

// records reads the rows of a query and adds what stands in other tables:
// issuers' names and the state of sealed parts.
func (r *reader) records(ctx context.Context, query func(scan func(*sql.Rows) error) error) (map[int64]*Record, error) {
	found := map[int64]*Record{}
	names := r.names()
	parts := map[string][]*SealedState{} // by the hash of their name, as blocks have them
	err := query(func(rows *sql.Rows) error {
		num, rec, err := scanRecord(rows)
		if err != nil {
			return fmt.Errorf("record %s: %w", rec.ID, err)
		}
		found[num] = rec
		names.want(rec.Issuer)
		for i := range rec.Sealed {
			s := &rec.Sealed[i]
			hash := hex.EncodeToString(ledger.KeyHash(s.Part))
			parts[hash] = append(parts[hash], s)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := names.load(ctx); err != nil {
		return nil, err
	}
	for _, rec := range found {
		rec.IssuerName = names.of(rec.Issuer)
	}
	if err := r.addReviews(ctx, found); err != nil {
		return nil, err
	}
	return found, r.addSealed(ctx, parts)
}

func (r *reader) addSealed(ctx context.Context, parts map[string][]*SealedState) error {
	return eachIn(ctx, r, sealedStates, nil, keysOf(parts), func(rows *sql.Rows) error {
		var hash, state string
		if err := rows.Scan(&hash, &state); err != nil {
			return err
		}
		for _, s := range parts[hash] {
			s.State = state
		}
		return nil
	})
}

func scanRecord(rows *sql.Rows) (int64, *Record, error) {
	var (
		rec                                       Record
		num, block                                int64
		flags, sealed, cosigned, envelope, voided string
	)
	err := rows.Scan(&num, &rec.ID, &rec.Type, &rec.Issuer, &rec.Ref, &rec.OccurredAt, &rec.Place.Index,
		&flags, &sealed, &cosigned, &envelope, &voided, &block, &rec.Place.Tx, &rec.Place.Time)
	if err != nil {
		return 0, &rec, err
	}
	rec.Place.Block = uint64(block)
	if voided != "" {
		rec.Voided = new(record.Voided)
		if err := json.Unmarshal([]byte(voided), rec.Voided); err != nil {
			return 0, &rec, err
		}
	}
	return num, &rec, rec.fill(flags, sealed, cosigned, envelope)
}

// fill reads the columns that are lists, and the payload out of the envelope.
func (rec *Record) fill(flags, sealed, cosigned, envelope string) (err error) {
	if rec.Flags, err = readList[record.Flag](flags); err != nil {
		return err
	}
	if rec.Flags == nil {
		rec.Flags = []record.Flag{} // a list in JSON, never null
	}
	if rec.Cosigned, err = readList[string](cosigned); err != nil {
		return err
	}
	parts, err := readList[string](sealed)
	if err != nil {
		return err
	}
	for _, p := range parts {
		rec.Sealed = append(rec.Sealed, SealedState{Part: p, State: Unsealed})
	}
	rec.Envelope = []byte(envelope)
	var e struct {
		Payload []byte `json:"payload"`
	}
	err = json.Unmarshal(rec.Envelope, &e)
	rec.Payload = e.Payload
	return err
}
