package index

import (
	"context"
	"database/sql"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// Enterprise reads a registered enterprise, its keys and a page of its
// facilities by code. The root is an enterprise too, registered or not.
func (ix *Index) Enterprise(ctx context.Context, uscc, cursor string, limit int) (Enterprise, error) {
	var e Enterprise
	err := ix.read(ctx, "enterprise "+uscc, func(r *reader) error {
		var err error
		if e.RegisteredEnterprise, err = r.registered(ctx, uscc); err != nil {
			return err
		}
		if e.Facilities, e.Next, err = r.facilities(ctx, uscc, cursor, pageSize(limit)); err != nil {
			return err
		}
		if e.Keys, err = r.keys(ctx, uscc); err != nil {
			return err
		}
		e.Place, err = r.place(ctx, e.Record)
		return err
	})
	return e, err
}

// Root reads the regulator's root.
func (ix *Index) Root(ctx context.Context) (record.Root, error) {
	var root record.Root
	err := ix.read(ctx, "root", func(r *reader) error { return r.state(ctx, record.RootKey, &root) })
	return root, err
}

func (r *reader) registered(ctx context.Context, uscc string) (record.RegisteredEnterprise, error) {
	var e record.RegisteredEnterprise
	err := r.state(ctx, record.EnterpriseKey(uscc), &e)
	if !missing(err) {
		return e, err
	}
	var root record.Root
	if err := r.state(ctx, record.RootKey, &root); err != nil {
		return e, err
	}
	if root.USCC != uscc {
		return e, sql.ErrNoRows
	}
	return rootEnterprise(&root), nil
}

// facilityPage reads facilities of an enterprise after a code: their codes
// begin with its USCC, so they stand together in the order of keys.
const facilityPage = `SELECT value FROM state WHERE key > $1 AND key < $2 ORDER BY key LIMIT $3`

func (r *reader) facilities(ctx context.Context, uscc, cursor string, limit int) ([]record.RegisteredFacility, string, error) {
	first, last := record.FacilityKey(uscc), record.FacilityKey(uscc+"~") // behind every digit
	var place int64
	list := "facilities of " + uscc
	if more, err := readCursor(cursor, list, &place); err != nil {
		return nil, "", err
	} else if more {
		first = record.FacilityKey(uscc + unpackDigits(place))
	}
	found := []record.RegisteredFacility{}
	err := r.each(ctx, facilityPage, []any{first, last, limit + 1}, func(rows *sql.Rows) error {
		var value string
		if err := rows.Scan(&value); err != nil {
			return err
		}
		var f record.RegisteredFacility
		err := json.Unmarshal([]byte(value), &f)
		found = append(found, f)
		return err
	})
	if err != nil || len(found) <= limit {
		return found, "", err
	}
	found = found[:limit]
	return found, writeCursor(list, packDigits(found[limit-1].Code[len(uscc):])), nil
}

const keysOfEnterprise = `SELECT value FROM signing_key WHERE uscc = $1 ORDER BY id`

func (r *reader) keys(ctx context.Context, uscc string) ([]KeyInfo, error) {
	keys := []KeyInfo{}
	err := r.each(ctx, keysOfEnterprise, []any{uscc}, func(rows *sql.Rows) error {
		var value string
		if err := rows.Scan(&value); err != nil {
			return err
		}
		var k record.RegisteredKey
		err := json.Unmarshal([]byte(value), &k)
		keys = append(keys, KeyInfo{
			ID: k.ID, PublicKey: k.PublicKey, NotBefore: k.NotBefore, NotAfter: k.NotAfter, Revoked: k.Revoked != "",
		})
		return err
	})
	return keys, err
}

const placeOf = `SELECT t.block, t.id, t.time, r.place FROM record r JOIN tx t ON t.num = r.tx WHERE r.id = $1`

// place says where a record stands; nowhere where there is none.
func (r *reader) place(ctx context.Context, record string) (Place, error) {
	var p Place
	var block int64
	err := r.one(ctx, placeOf, []any{record}, &block, &p.Tx, &p.Time, &p.Index)
	if missing(err) {
		return Place{}, nil
	}
	p.Block = uint64(block)
	return p, err
}

// A cursor holds numbers. Leading zeros of a code count, so a 1 keeps them.
func packDigits(digits string) int64 {
	n, err := strconv.ParseInt("1"+digits, 10, 64)
	if err != nil {
		return 0 // no facility code: the ledger registers none
	}
	return n
}

func unpackDigits(n int64) string { return strconv.FormatInt(n, 10)[1:] }
