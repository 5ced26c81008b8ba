package e2e

import (
	"fmt"
	"testing"

	"github.com/grainledger/grainledger/client"
)

// What was taken with 202 is decided, though the gateway was killed right
// after it had answered.
func TestJobsOutliveTheGateway(t *testing.T) { eachLedger(t, jobsOutliveTheGateway) }

func jobsOutliveTheGateway(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	u := g.user()
	u.settle()
	ctx, cancel := soon()
	defer cancel()
	var jobs []*sent
	for i := range 5 {
		s := &sent{async: true}
		for j := range 20 {
			s.records = append(s.records, u.harvest(fmt.Sprintf("H-%d-%d", i, j), kg))
		}
		job, err := u.SubmitAsync(ctx, s.records...)
		if err != nil {
			t.Fatal(err)
		}
		s.job = job.ID
		jobs = append(jobs, s)
	}
	g.kill()
	g = start(t, g.place)
	u = g.user(client.WithAttempts(5))
	for _, s := range jobs {
		checkJob(t, u, s)
	}
	checkFollows(t, g)
}
