package e2e

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// sent is what a worker sent and what it heard.
type sent struct {
	records  []client.Submission
	receipts []client.Receipt // nil where no answer came
	job      string           // where they were taken with 202
	async    bool
}

// worker sells kilograms out of a lot of its own until the gateway is gone.
// What the shop owns of the lot in the end tells how many sales took effect.
type worker struct {
	lot   string
	rand  *rand.Rand
	next  int
	sent  []*sent
	async bool
	heard *atomic.Int64 // decisions that all workers heard of
}

// atOnce bounds the jobs that a worker leaves behind in a round: nothing holds
// it up, however slow the ledger is.
const atOnce = 20

func (w *worker) run(u *ledgerUser) {
	ctx, cancel := soon()
	defer cancel()
	for n := 0; n < atOnce || !w.async; n++ {
		s := &sent{async: w.async}
		for range 1 + w.rand.IntN(8) {
			w.next++
			s.records = append(s.records, u.sale(w.lot, w.next))
		}
		w.sent = append(w.sent, s)
		var err error
		if w.async {
			var j *client.Job
			if j, err = u.SubmitAsync(ctx, s.records...); err == nil {
				s.job = j.ID
			}
		} else {
			s.receipts, err = u.Submit(ctx, s.records...)
		}
		if err != nil {
			s.receipts = nil
			return
		}
		if !w.async {
			w.heard.Add(1)
		}
	}
}

func TestKilledGatewayLosesNothing(t *testing.T) { eachLedger(t, killedGatewayLosesNothing) }

func killedGatewayLosesNothing(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	u := g.user()
	u.settle()
	random := rand.New(rand.NewPCG(1, 2))
	var heard atomic.Int64
	var workers []*worker
	for i := range 8 {
		w := &worker{lot: fmt.Sprintf("H-%d", i), rand: rand.New(rand.NewPCG(3, uint64(i))), async: i%4 == 3, heard: &heard}
		u.accept(u.harvest(w.lot, 900_000_000))
		workers = append(workers, w)
	}
	for range on.fewer(6) {
		u := g.user()
		var wait sync.WaitGroup
		for _, w := range workers {
			wait.Go(func() { w.run(u) })
		}
		answers := heard.Load()
		within(t, "the gateway is under load", func() bool { return heard.Load() > answers+8 })
		time.Sleep(time.Duration(50+random.IntN(500)) * time.Millisecond) // the moment of the kill
		g.kill()
		wait.Wait()
		g = start(t, g.place)
	}
	u = g.user(client.WithAttempts(5))
	answered, jobs, lost := 0, 0, 0
	for _, w := range workers {
		for _, s := range w.sent {
			switch {
			case s.job != "":
				jobs++
				checkJob(t, u, s)
			case s.receipts != nil:
				answered++
				checkAnswered(t, u, s)
			default:
				lost++
				sendAgain(t, u, s)
			}
		}
	}
	t.Logf("%d requests were answered, %d taken as jobs, %d not answered", answered, jobs, lost)
	if answered < 20 || jobs < 5 || lost < 8 {
		t.Error("the load was too small to tell anything")
	}
	for _, w := range workers {
		checkSold(t, g, w)
	}
	checkFollows(t, g)
}

// checkAnswered: each record is there, and sent again is a duplicate with the
// receipt of the first time.
func checkAnswered(t *testing.T, u *ledgerUser, s *sent) {
	t.Helper()
	ctx, cancel := soon()
	defer cancel()
	again, err := u.Submit(ctx, s.records...)
	if err != nil {
		t.Fatal(err)
	}
	for i, first := range s.receipts {
		if first.Outcome != record.Accepted {
			t.Errorf("%s was %s %s", first.Ref, first.Outcome, first.Reason)
		}
		got, err := u.Record(ctx, first.ID)
		if err != nil {
			t.Errorf("%s was answered and is gone: %v", first.Ref, err)
			continue
		}
		if got.Place.Block != first.Block || got.Place.Tx != first.Tx || got.Place.Index != first.Index {
			t.Errorf("%s stands at %+v, the answer said %d %s %d", first.Ref, got.Place, first.Block, first.Tx, first.Index)
		}
		if a := again[i]; a.Outcome != record.IsDuplicate || a.Tx != first.Tx || a.Index != first.Index || a.Block != first.Block {
			t.Errorf("%s again: %s in block %d, tx %s; first in %d, %s", first.Ref, a.Outcome, a.Block, a.Tx, first.Block, first.Tx)
		}
	}
}

// sendAgain: what got no answer can be sent again, whatever became of it.
func sendAgain(t *testing.T, u *ledgerUser, s *sent) {
	t.Helper()
	ctx, cancel := soon()
	defer cancel()
	again, err := u.Submit(ctx, s.records...)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range again {
		if a.Outcome == record.Rejected {
			t.Errorf("%s sent again: %s %s", a.Ref, a.Reason, a.Detail)
		}
	}
}

// checkJob: a job that was taken is decided, though the gateway was killed.
func checkJob(t *testing.T, u *ledgerUser, s *sent) {
	t.Helper()
	ctx, cancel := soon()
	defer cancel()
	j, err := u.WaitJob(ctx, s.job)
	if err != nil {
		t.Errorf("job %s: %v", s.job, err)
		return
	}
	if len(j.Results) != len(s.records) {
		t.Errorf("job %s: %d results for %d records", s.job, len(j.Results), len(s.records))
	}
	for i, r := range j.Results {
		if r.Outcome == record.Rejected || r.ID != s.records[i].Envelope.ID() {
			t.Errorf("job %s, record %d: %+v", s.job, i, r)
		}
		if got, err := u.Record(ctx, r.ID); err != nil || got.Place.Tx != r.Tx || got.Place.Block != r.Block {
			t.Errorf("job %s, record %d stands at %+v, %v; the job says %d, %s", s.job, i, got, err, r.Block, r.Tx)
		}
	}
}

// checkSold: every sale took effect once.
func checkSold(t *testing.T, g *gateway, w *worker) {
	t.Helper()
	var lot lotAnswer
	g.get("/v1/lots/"+w.lot, &lot)
	for _, p := range lot.Parts {
		want := map[string]int64{shop: int64(w.next) * 1000, coop: 900_000_000 - int64(w.next)*1000}[p.Party]
		if p.Owned != want {
			t.Errorf("%s: %s owns %d g after %d sales, want %d", w.lot, p.Party, p.Owned, w.next, want)
		}
	}
	if len(lot.Parts) != 2 {
		t.Errorf("%s: %+v", w.lot, lot.Parts)
	}
}

// checkFollows: the index has read what the ledger holds.
func checkFollows(t *testing.T, g *gateway) {
	t.Helper()
	within(t, "the index has read every block", func() bool {
		var h struct{ Height, Index uint64 }
		g.get("/readyz", &h)
		return h.Height > 0 && h.Height == h.Index
	})
}
