package index

import (
	"context"
	"database/sql"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// Enterprises are registered enterprises by USCC, as far as they are
// registered; the root is one of them.
func (ix *Index) Enterprises(ctx context.Context, usccs []string) (map[string]record.RegisteredEnterprise, error) {
	found := map[string]record.RegisteredEnterprise{}
	err := ix.read(ctx, "enterprises", func(r *reader) error {
		if err := states(ctx, r, record.EnterpriseKey, usccs, found); err != nil || len(found) == len(usccs) {
			return err
		}
		var root record.Root
		if err := r.state(ctx, record.RootKey, &root); err != nil {
			if missing(err) {
				return nil
			}
			return err
		}
		for _, uscc := range usccs {
			if _, registered := found[uscc]; !registered && uscc == root.USCC {
				found[uscc] = rootEnterprise(&root)
			}
		}
		return nil
	})
	return found, err
}

func rootEnterprise(root *record.Root) record.RegisteredEnterprise {
	return record.RegisteredEnterprise{
		USCC: root.USCC, Name: root.Name, Kind: record.KindRegulator, Division: root.Division,
	}
}

// Facilities are registered facilities by their codes, as far as they are
// registered.
func (ix *Index) Facilities(ctx context.Context, codes []string) (map[string]record.RegisteredFacility, error) {
	found := map[string]record.RegisteredFacility{}
	err := ix.read(ctx, "facilities", func(r *reader) error {
		return states(ctx, r, record.FacilityKey, codes, found)
	})
	return found, err
}

// states reads the state values of many things of a kind, whose keys are made
// of their codes.
func states[T any](ctx context.Context, r *reader, key func(string) string, codes []string, into map[string]T) error {
	keys := make([]string, len(codes))
	for i, code := range codes {
		keys[i] = key(code)
	}
	return eachIn(ctx, r, stateValues, nil, keys, func(rows *sql.Rows) error {
		var k, value string
		if err := rows.Scan(&k, &value); err != nil {
			return err
		}
		var v T
		err := json.Unmarshal([]byte(value), &v)
		into[strings.TrimPrefix(k, key(""))] = v
		return err
	})
}
