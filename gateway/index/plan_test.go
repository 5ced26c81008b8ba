package index

import (
	"strings"
	"testing"
)

// Every query that answers walk through must use an index: a scan of a table
// of millions of rows in any of them would be found late.
func TestQueriesUseIndexes(t *testing.T) {
	ix := openIndex(t)
	for _, query := range []string{
		parentsOf, childrenOf, parentsOfMixes, childrenOfMixes, vertexByID, nodeNumbers, nodeIDs, lotStates,
		lotState, recordByID, recordByRef, recordsByNum, placesOf, reportsOnAll, recordIDs, recordsOfNodes, sealedStates, cosignatureOf,
		stateValues, stateValue, lotByID, lotByBatch, transitOf, shipmentsOf, reportsOn, makerOf, placeOf,
		marksOf, liftedAmong, causeByID, lateOf, markedBy, reachedPage, causesAmong, reviewsAmong,
		keysOfEnterprise, facilityPage, retailPage, txByID, tipQuery, countState,
	} {
		for _, step := range plan(t, ix, withList(query, 0, 16)) {
			t.Log(step)
			if strings.HasPrefix(step, "SCAN") && !strings.HasPrefix(step, "SCAN block") {
				t.Errorf("%s\nscans: %s", query, step)
			}
		}
	}
}

func plan(t *testing.T, ix *Index, query string) (steps []string) {
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
