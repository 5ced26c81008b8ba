package index

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

var (
	insertMark  = insertInto("mark", "node, kind, cause", "ON CONFLICT (node, kind, cause) DO NOTHING")
	insertCause = insertInto("cause", "id, kind, lifted, record, value",
		"ON CONFLICT (id) DO UPDATE SET lifted = excluded.lifted, value = excluded.value")
)

// Statements about marks. A collective mark stands for those of its kind that
// a node does not list, and has no cause that could be lifted.
const (
	marksOf    = `SELECT node, kind, cause FROM mark WHERE node IN ` + list
	dropMark   = `DELETE FROM mark WHERE node = $1 AND kind = $2 AND cause = $3`
	dropLate   = `DELETE FROM late WHERE parent = $1 OR child = $1`
	dropLifted = `DELETE FROM late WHERE cause = $1`

	lateMarks = `INSERT INTO late (parent, child, record, kind, cause)
		SELECT e.parent, e.child, e.record, m.kind, m.cause FROM edge e JOIN mark m ON m.node = e.parent
		WHERE e.grams > 0 AND NOT EXISTS (SELECT 1 FROM cause k WHERE k.id = m.cause AND k.lifted = 1)
		AND NOT EXISTS (SELECT 1 FROM mark c WHERE c.node = e.child AND c.kind = m.kind AND (c.cause = m.cause OR c.cause = 'many'))
		AND `
	lateBelow = lateMarks + `e.parent = $1 ON CONFLICT (parent, child, record, kind, cause) DO NOTHING`
	lateAbove = lateMarks + `e.child = $1 ON CONFLICT (parent, child, record, kind, cause) DO NOTHING`
)

// causeChange is a cause as the block leaves it.
type causeChange struct {
	record.Cause
	value []byte
}

func (c *changes) addCause(id string, value []byte) error {
	k := &causeChange{value: value}
	c.causes[id] = k
	return json.Unmarshal(value, &k.Cause)
}

func (c *changes) addMixMarks(mix string, value []byte) error {
	var m record.MixMarks
	if err := json.Unmarshal(value, &m); err != nil {
		return err
	}
	if bin, written := c.bins[record.BinOfMix(mix)]; !written || bin.MixID() != mix { // else the bin's state has them
		c.marks[mix] = m.Marks
	}
	return nil
}

// writeMarks writes the marks of the nodes whose state the block changed, and
// what is now late, or no longer.
func (w *writer) writeMarks(ctx context.Context) error {
	before, err := w.anyLate(ctx)
	if err != nil {
		return err
	}
	if err := w.writeCauses(ctx); err != nil {
		return err
	}
	changed, err := w.changedMarks(ctx)
	if err != nil {
		return err
	}
	changed = append(changed, w.cut()...)
	slices.Sort(changed)
	for _, num := range slices.Compact(changed) {
		for _, statement := range []string{dropLate, lateBelow, lateAbove} {
			if err := w.exec(ctx, statement, num); err != nil {
				return err
			}
		}
	}
	after, err := w.anyLate(ctx)
	w.turned = before != after
	return err
}

func (w *writer) writeCauses(ctx context.Context) error {
	ids := keysOf(w.changes.causes)
	slices.Sort(ids)
	for _, id := range ids {
		if w.changes.causes[id].Lifted != "" {
			if err := w.exec(ctx, dropLifted, id); err != nil {
				return err
			}
		}
	}
	return w.insert(ctx, insertCause, len(ids), func(args []any, i int) []any {
		k := w.changes.causes[ids[i]]
		lifted := 0
		if k.Lifted != "" {
			lifted = 1
		}
		return append(args, ids[i], k.Kind, lifted, w.recordNumber(ids[i]), string(k.value))
	})
}

// nodeMark is a row of the table.
type nodeMark struct {
	node int64
	record.Mark
}

// changedMarks brings the rows of marks in line with the block and lists the
// nodes where that changed anything.
func (w *writer) changedMarks(ctx context.Context) (changed []int64, err error) {
	had := map[nodeMark]bool{}
	var known []int64
	for id := range w.changes.marks {
		if num := w.nodes[id]; num > 0 && num <= w.first.sequence {
			known = append(known, num)
		}
	}
	slices.Sort(known)
	err = eachIn(ctx, &w.reader, marksOf, nil, known, func(rows *sql.Rows) error {
		var m nodeMark
		err := rows.Scan(&m.node, &m.Kind, &m.By)
		had[m] = true
		return err
	})
	if err != nil {
		return nil, err
	}
	var fresh []nodeMark
	for id, list := range w.changes.marks {
		if w.nodes[id] == 0 {
			continue // no edge leads to it or from it
		}
		for _, m := range list {
			row := nodeMark{w.nodes[id], m}
			if !had[row] {
				fresh, changed = append(fresh, row), append(changed, row.node)
			}
			delete(had, row)
		}
	}
	for gone := range had {
		changed = append(changed, gone.node)
		if err := w.exec(ctx, dropMark, gone.node, gone.Kind, gone.By); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(fresh, func(a, b nodeMark) int {
		if a.node != b.node {
			return int(a.node - b.node)
		}
		return strings.Compare(a.Kind+a.By, b.Kind+b.By)
	})
	return changed, w.insert(ctx, insertMark, len(fresh), func(args []any, i int) []any {
		return append(args, fresh[i].node, fresh[i].Kind, fresh[i].By)
	})
}

// voidedJSON is the text column of what took a record back.
func voidedJSON(v *record.Voided) string {
	if v == nil {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "" // cannot be: two strings that came out of JSON
	}
	return string(b)
}
