package index

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// names finds the names of enterprises by USCC, all those of an answer at once.
type names struct {
	reader *reader
	wanted []string
	known  map[string]string
}

func (r *reader) names() *names { return &names{reader: r, known: map[string]string{}} }

func (n *names) want(uscc string) {
	if _, seen := n.known[uscc]; !seen && uscc != "" {
		n.known[uscc] = ""
		n.wanted = append(n.wanted, record.EnterpriseKey(uscc))
	}
}

// of is the name of an enterprise, empty where it is not registered.
func (n *names) of(uscc string) string { return n.known[uscc] }

// load reads the names that are wanted. The root needs no registration: it
// names itself.
func (n *names) load(ctx context.Context) error {
	found := 0
	err := eachIn(ctx, n.reader, stateValues, nil, n.wanted, func(rows *sql.Rows) error {
		var key, value string
		var named struct {
			Name string `json:"name"`
		}
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		found++
		err := json.Unmarshal([]byte(value), &named)
		n.known[strings.TrimPrefix(key, record.EnterpriseKey(""))] = named.Name
		return err
	})
	if err != nil || found == len(n.wanted) {
		return err
	}
	return n.loadRoot(ctx)
}

func (n *names) loadRoot(ctx context.Context) error {
	var root record.Root
	err := n.reader.state(ctx, record.RootKey, &root)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if name, wanted := n.known[root.USCC]; wanted && name == "" {
		n.known[root.USCC] = root.Name
	}
	return err
}

// name is the name of one enterprise.
func (r *reader) name(ctx context.Context, uscc string) (string, error) {
	n := r.names()
	n.want(uscc)
	err := n.load(ctx)
	return n.of(uscc), err
}

// Names are the names of enterprises by USCC, as far as they are registered.
func (ix *Index) Names(ctx context.Context, usccs []string) (map[string]string, error) {
	found := map[string]string{}
	err := ix.read(ctx, "names", func(r *reader) error {
		n := r.names()
		for _, uscc := range usccs {
			n.want(uscc)
		}
		if err := n.load(ctx); err != nil {
			return err
		}
		for uscc, name := range n.known {
			if name != "" {
				found[uscc] = name
			}
		}
		return nil
	})
	return found, err
}

const stateValue = `SELECT value FROM state WHERE key = $1`

// state reads a state value; sql.ErrNoRows where there is none.
func (r *reader) state(ctx context.Context, key string, into any) error {
	var value string
	if err := r.one(ctx, stateValue, []any{key}, &value); err != nil {
		return err
	}
	return json.Unmarshal([]byte(value), into)
}
