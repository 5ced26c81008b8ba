package jobs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// fakeLedger answers "accepted" to any envelope the first time, and
// "duplicate" later. It keeps state across restarts of the queue.
type fakeLedger struct {
	ledger.Ledger
	mu    sync.Mutex
	err   error // what Submit answers instead
	calls int   // of Submit
	seen  map[string]bool
	order []string
	block uint64
}

func (f *fakeLedger) Submit(_ context.Context, tx ledger.Tx) (ledger.Commit, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.err != nil {
		return ledger.Commit{}, f.err
	}
	batch, err := record.DecodeBatch(tx.Args[0])
	if err != nil {
		return ledger.Commit{}, err
	}
	f.block++
	verdicts := make([]record.Verdict, len(batch))
	for i, raw := range batch {
		env, err := record.DecodeEnvelope(raw)
		if err != nil {
			return ledger.Commit{}, err
		}
		verdicts[i] = record.Verdict{ID: env.ID(), Outcome: record.Accepted}
		if f.seen[env.ID()] {
			verdicts[i].Outcome = record.IsDuplicate
			continue
		}
		f.seen[env.ID()] = true
		f.order = append(f.order, env.ID())
	}
	response, err := record.EncodeVerdicts("", verdicts)
	return ledger.Commit{TxID: "t", Block: f.block, Response: response}, err
}

func (f *fakeLedger) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

// awaitCalls waits until so many transactions came.
func (f *fakeLedger) awaitCalls(t *testing.T, n int) {
	t.Helper()
	eventually(t, "transactions came", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.calls >= n
	})
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 12_000 {
		if is() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("not within 60 s: %s", what)
}

func (f *fakeLedger) decided() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.order...)
}

// gateway is what a process makes of the file.
type gateway struct {
	store  *Store
	packer *ledger.Packer
	queue  *Queue
}

func start(t *testing.T, path string, l ledger.Ledger, opt Options, packing ledger.PackerOptions) *gateway {
	t.Helper()
	store, err := OpenStore(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	packing.Attempts = 1
	packer, err := ledger.NewPacker(l, packing)
	if err != nil {
		t.Fatal(err)
	}
	q, err := Start(context.Background(), store, packer, opt)
	if err != nil {
		t.Fatal(err)
	}
	return &gateway{store, packer, q}
}

func (g *gateway) stop(t *testing.T) {
	t.Helper()
	if err := g.packer.Close(context.Background()); err != nil {
		t.Error(err)
	}
	g.queue.Close()
	if err := g.store.Close(); err != nil {
		t.Error(err)
	}
}

// records makes n submissions whose form is right.
func records(t *testing.T, prefix string, n int) []ledger.Submission {
	t.Helper()
	key, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	subs := make([]ledger.Submission, n)
	for i := range subs {
		env, err := record.Sign(&record.Harvest{
			Header: record.Header{Issuer: uscc(t, 1), Ref: fmt.Sprintf("%s%d", prefix, i), OccurredAt: "2025-10-01T08:00:00+08:00"},
			Lot:    "L1", Variety: "1110000", HarvestYear: 2025, Origin: "410000", Grams: 1,
		}, key)
		if err != nil {
			t.Fatal(err)
		}
		if subs[i].Envelope, err = env.Encode(); err != nil {
			t.Fatal(err)
		}
	}
	return subs
}

func uscc(t *testing.T, n int) string {
	t.Helper()
	body := fmt.Sprintf("91410000MA%07d", n)
	c, ok := record.USCCCheckCharacter(body)
	if !ok {
		t.Fatal(body)
	}
	return body + string(c)
}

func newFake() *fakeLedger { return &fakeLedger{seen: map[string]bool{}} }

func await(t *testing.T, q *Queue, id string) Job {
	t.Helper()
	for range 12_000 {
		j, err := q.Get(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		if j.Status == ledger.StatusCommitted {
			return j
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the job was not decided within 60 s")
	return Job{}
}

func TestJobIsDecided(t *testing.T) {
	g := start(t, filepath.Join(t.TempDir(), "jobs.db"), newFake(), Options{}, ledger.PackerOptions{})
	defer g.stop(t)
	j, err := g.queue.Add(context.Background(), append(records(t, "a", 3), ledger.Submission{Envelope: []byte("{}")}))
	if err != nil || j.Status != ledger.StatusReceived || j.Records != 4 {
		t.Fatalf("%+v, %v", j, err)
	}
	done := await(t, g.queue, j.ID)
	if len(done.Results) != 4 || done.Results[2].Outcome != record.Accepted || done.Results[2].Block == 0 {
		t.Errorf("results %+v", done.Results)
	}
	if done.Results[3].Outcome != record.Rejected {
		t.Errorf("the broken one: %+v", done.Results[3])
	}
	if _, err := g.queue.Get(context.Background(), "nothing"); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown job: %v", err)
	}
}

// TestJobsSurviveARestart: the ledger is away, the process ends, and the next
// one decides the jobs in their order.
func TestJobsSurviveARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jobs.db")
	f := newFake()
	f.fail(ledger.ErrUnavailable)
	g := start(t, path, f, Options{}, ledger.PackerOptions{})
	var ids []string
	for i := range 5 {
		j, err := g.queue.Add(context.Background(), records(t, fmt.Sprintf("job%d-", i), 2))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, j.ID)
	}
	g.stop(t)
	f.fail(nil)
	g = start(t, path, f, Options{}, ledger.PackerOptions{})
	defer g.stop(t)
	var want []string
	for _, id := range ids {
		for _, r := range await(t, g.queue, id).Results {
			want = append(want, r.ID)
		}
	}
	if got := f.decided(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("decided in another order:\n%v\n%v", got, want)
	}
	eventually(t, "no job is open", func() bool { return g.queue.Open() == 0 })
}

func TestUndecidedJobIsSentAgain(t *testing.T) {
	f := newFake()
	f.fail(ledger.ErrUnknown)
	g := start(t, filepath.Join(t.TempDir(), "jobs.db"), f, Options{}, ledger.PackerOptions{})
	defer g.stop(t)
	j, err := g.queue.Add(context.Background(), records(t, "a", 1))
	if err != nil {
		t.Fatal(err)
	}
	f.awaitCalls(t, 1) // which is answered ErrUnknown
	f.fail(nil)
	if r := await(t, g.queue, j.ID).Results[0]; r.Outcome != record.Accepted {
		t.Errorf("result %+v", r)
	}
}

// A record may be refused for want of one before it that was not decided. Both
// are sent again, and what is said then counts.
func TestWhatIsKeptOfAnUndecidedJob(t *testing.T) {
	const none, yes, dup, no = "", record.Accepted, record.IsDuplicate, record.Rejected
	for _, c := range []struct {
		name   string
		rounds [][]record.Outcome
		want   []record.Outcome
	}{
		{"decided at once", [][]record.Outcome{{yes, no, dup}}, []record.Outcome{yes, no, dup}},
		{"refused behind an undecided one", [][]record.Outcome{{none, no}}, []record.Outcome{none, none}},
		{"accepted when sent again", [][]record.Outcome{{none, no}, {yes, yes}}, []record.Outcome{yes, yes}},
		{"refused before an undecided one", [][]record.Outcome{{no, none}}, []record.Outcome{no, none}},
		{"refused, then accepted", [][]record.Outcome{{no, none}, {yes, none}}, []record.Outcome{yes, none}},
		{"an acceptance stands", [][]record.Outcome{{yes, none}, {dup, yes}}, []record.Outcome{yes, yes}},
		{"accepted behind an undecided one", [][]record.Outcome{{none, yes}, {yes, dup}}, []record.Outcome{yes, yes}},
	} {
		results := make([]ledger.Receipt, len(c.want))
		for _, round := range c.rounds {
			receipts := make([]ledger.Receipt, len(round))
			for i, o := range round {
				receipts[i].Outcome = o
			}
			keep(results, receipts)
		}
		for i, want := range c.want {
			if results[i].Outcome != want {
				t.Errorf("%s: record %d is %q, want %q", c.name, i, results[i].Outcome, want)
			}
		}
	}
}

// TestBusyPackerKeepsOrder: jobs that find no room wait in the file.
func TestBusyPackerKeepsOrder(t *testing.T) {
	f := newFake()
	g := start(t, filepath.Join(t.TempDir(), "jobs.db"), f, Options{}, ledger.PackerOptions{QueueRecords: 3})
	defer g.stop(t)
	var last string
	for i := range 8 {
		j, err := g.queue.Add(context.Background(), records(t, fmt.Sprintf("job%d-", i), 2))
		if err != nil {
			t.Fatal(err)
		}
		last = j.ID
	}
	await(t, g.queue, last)
	if n := len(f.decided()); n != 16 {
		t.Errorf("%d of 16 records were decided before the last job", n)
	}
}

func TestQueueIsBounded(t *testing.T) {
	f := newFake()
	f.fail(ledger.ErrUnavailable)
	g := start(t, filepath.Join(t.TempDir(), "jobs.db"), f, Options{MaxJobs: 1}, ledger.PackerOptions{})
	defer g.stop(t)
	if _, err := g.queue.Add(context.Background(), records(t, "a", 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := g.queue.Add(context.Background(), records(t, "b", 1)); !errors.Is(err, ErrFull) {
		t.Errorf("over the bound: %v", err)
	}
}

func TestOldResultsAreDeleted(t *testing.T) {
	g := start(t, filepath.Join(t.TempDir(), "jobs.db"), newFake(), Options{}, ledger.PackerOptions{})
	defer g.stop(t)
	j, err := g.queue.Add(context.Background(), records(t, "a", 1))
	if err != nil {
		t.Fatal(err)
	}
	await(t, g.queue, j.ID)
	if n, err := g.store.prune(context.Background(), time.Now().Add(-time.Minute)); err != nil || n != 0 {
		t.Errorf("a young result went: %d, %v", n, err)
	}
	if n, err := g.store.prune(context.Background(), time.Now().Add(time.Minute)); err != nil || n != 1 {
		t.Errorf("an old result stayed: %d, %v", n, err)
	}
}

func TestSealsAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jobs.db")
	ctx, now := context.Background(), time.Now()
	s, err := OpenStore(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	seal := ledger.Seal{Record: "r1", Issuer: "i", Ref: "f", Name: "n", Part: []byte("part")}
	for range 2 { // the second time changes nothing
		if err := s.Keep(ctx, now.Add(time.Minute), []ledger.Seal{seal}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = OpenStore(ctx, path); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if due, err := s.Due(ctx, now, 10); err != nil || len(due) != 0 {
		t.Errorf("due too early: %v, %v", due, err)
	}
	if err := s.PutOff(ctx, seal, now.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	due, err := s.Due(ctx, now.Add(3*time.Minute), 10)
	if err != nil || len(due) != 1 || due[0].Tries != 1 || string(due[0].Part) != "part" || due[0].Kept.IsZero() {
		t.Errorf("due %+v, %v", due, err)
	}
	if err := s.Drop(ctx, seal); err != nil {
		t.Fatal(err)
	}
	if due, _ := s.Due(ctx, now.Add(time.Hour), 10); len(due) != 0 {
		t.Errorf("dropped and due: %v", due)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
