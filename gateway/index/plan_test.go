package index

import (
	"context"
	"strconv"
	"strings"
	"testing"
)

// Every query that answers walk through must use an index: a scan of a table
// of millions of rows in any of them would be found late.
func TestQueriesUseIndexes(t *testing.T) {
	ix := openIndex(t)
	owned, _ := StockFilter{Party: depot}.where(make([]any, 3))
	summed, _ := StockFilter{Party: depot}.where(make([]any, 2))
	for _, query := range []string{
		parentsOf, parentsOfMixes, nextParents, nextChildren, moreParents, moreChildren, mixesBefore, mixesAfter, spotByID, vertexByID, nodeNumbers, nodeIDs, lotStates,
		lotState, recordByID, recordByRef, recordsByNum, placesOf, reportsOnAll, recordsOfNodes, sealedStates, cosignatureOf,
		stateValues, stateValue, lotByID, lotByBatch, transitOf, shipmentsOf, reportsOn, makerOf, placeOf,
		marksOf, liftedAmong, causeByID, lateOf, lateAny, markedBy, reachedPage, causesAmong, reviewsAmong, yearsAbove,
		keysOfEnterprise, facilityPage, ownLotsOf, reviewedOf, inboundOf, binPage, retailPage, txByID, tipQuery, countState, holdingsOf, onTheWay, deleteStock,
		stockList(owned), stockSums("variety", summed),
	} {
		for _, step := range plan(t, ix, withList(query, strings.Count(query, "$"), 8)) {
			t.Log(step)
			if step = strings.TrimLeft(step, " ->"); strings.HasPrefix(step, "SCAN") && !strings.HasPrefix(step, "SCAN block") ||
				strings.HasPrefix(step, "Seq Scan") {
				t.Errorf("%s\nscans: %s", query, step)
			}
		}
	}
}

// plan is how the database would answer a query, one step a line. PostgreSQL
// is told that scans are dear: its tables are empty here.
func plan(t *testing.T, ix *Index, query string) (steps []string) {
	if backend == onPostgres {
		return planOfPostgres(t, ix, query)
	}
	args := make([]any, 16)
	if n := strings.Count(query, "$"); n < 16 {
		args = args[:n]
	}
	rows, err := ix.readers.Query("EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return steps
}

func planOfPostgres(t *testing.T, ix *Index, query string) (steps []string) {
	conn, err := ix.readers.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, setting := range []string{"enable_seqscan = off", "plan_cache_mode = force_generic_plan"} {
		if _, err := conn.ExecContext(context.Background(), "SET "+setting); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = conn.ExecContext(context.Background(), "DEALLOCATE asked")
	if _, err := conn.ExecContext(context.Background(), "PREPARE asked AS "+query); err != nil {
		t.Fatal(query, err)
	}
	n := 0
	for n < 16 && strings.Contains(query, "$"+strconv.Itoa(n+1)) {
		n++
	}
	call := "EXPLAIN EXECUTE asked"
	if n > 0 {
		call += "(" + strings.TrimSuffix(strings.Repeat("NULL,", n), ",") + ")"
	}
	rows, err := conn.QueryContext(context.Background(), call)
	if err != nil {
		t.Fatal(query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var step string
		if err := rows.Scan(&step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return steps
}
