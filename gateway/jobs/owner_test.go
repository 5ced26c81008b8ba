package jobs

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// An owner finds its own jobs in pages, the newest first, also after a
// restart, until their results are deleted.
func TestOwnersFindTheirJobs(t *testing.T) {
	ctx, path, l := context.Background(), filepath.Join(t.TempDir(), "jobs.db"), newFake()
	g := start(t, path, l, Options{}, ledger.PackerOptions{})
	var ids []string
	for _, name := range []string{"一月.csv", "二月.csv", "三月.csv"} {
		j, err := g.queue.AddFor(ctx, Owner{USCC: "A", Name: name}, records(t, name, 2))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, j.ID)
		if j := await(t, g.queue, j.ID); j.Owner != "A" || j.Name != name || j.Done != 2 {
			t.Errorf("%+v", j)
		}
	}
	if _, err := g.queue.AddFor(ctx, Owner{USCC: "B", Name: "other"}, records(t, "other", 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := g.queue.Add(ctx, records(t, "nobody", 1)); err != nil {
		t.Fatal(err)
	}
	g.stop(t)
	g = start(t, path, l, Options{}, ledger.PackerOptions{})
	defer g.stop(t)
	want := func(uscc string, before int64, names ...string) int64 {
		t.Helper()
		p, err := g.queue.Of(ctx, uscc, before, 2)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, j := range p.Jobs {
			got = append(got, j.Name)
			if len(j.Results) > 0 {
				t.Errorf("a list has results: %+v", j)
			}
		}
		if len(got) != len(names) {
			t.Fatalf("%s has %q, want %q", uscc, got, names)
		}
		for i := range names {
			if got[i] != names[i] {
				t.Errorf("%s has %q, want %q", uscc, got, names)
			}
		}
		return p.Next
	}
	next := want("A", 0, "三月.csv", "二月.csv")
	if next == 0 || want("A", next, "一月.csv") != 0 {
		t.Errorf("the next page begins at %d", next)
	}
	want("B", 0, "other")
	want("", 0)
	want("C", 0)
	for _, id := range ids {
		await(t, g.queue, id)
	}
	if _, err := g.store.prune(ctx, time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	want("A", 0)
	var left int
	if err := g.store.db.QueryRow(`SELECT count(*) FROM owners WHERE uscc = 'A'`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d owners of deleted jobs are left, %v", left, err)
	}
}
