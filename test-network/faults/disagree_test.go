package faults

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/e2e/programs"
	"github.com/grainledger/grainledger/network"
	"github.com/grainledger/grainledger/record"
)

// edit is a change of one source file.
type edit struct{ file, from, to string }

// Two rules that nobody agreed upon: another limit of what a field can yield,
// and with it another mark for what is beyond.
var (
	otherLimit = edit{"chaincode/lot/seed/yield.json", `"1500"`, `"700"`}
	otherMark  = edit{"chaincode/lot/harvest.go", "c.Flag(record.FlagYield)", "c.Flag(record.FlagOverQuota)"}
)

// otherChaincode builds the chaincode of this tree with some edits.
func otherChaincode(t *testing.T, edits ...edit) string {
	t.Helper()
	if err := build(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	for _, e := range edits {
		source, err := filepath.Abs(filepath.Join(tree, filepath.FromSlash(e.file)))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(raw), e.from) != 1 {
			t.Fatalf("%s does not have %q once", e.file, e.from)
		}
		copied := filepath.Join(dir, filepath.Base(source))
		put(t, copied, []byte(strings.Replace(string(raw), e.from, e.to, 1)))
		replace[source] = copied
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "overlay.json"), overlay)
	out := filepath.Join(dir, "chaincode")
	if err := programs.GoBuild(tree, "-overlay", filepath.Join(dir, "overlay.json"), "-o", out, "./chaincode"); err != nil {
		t.Fatal(err)
	}
	return out
}

func put(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// newSceneApart has chaincode services of its own, which a test may change.
func newSceneApart(t *testing.T) *scene {
	t.Helper()
	net := onNetwork(t, network.Raft)
	return newSceneOf(t, net, net.define(t, program("chaincode")))
}

func (s *scene) runs(org, program string) {
	s.t.Helper()
	s.do(func(ctx context.Context) error { return s.net.RunService(ctx, s.org(org), s.definition, program) })
}

// What a majority computes is decided, whichever single organisation runs
// another rule: one that is asked later, or ours, whose peer is asked first.
func TestOneOrganisationRunsAnotherRule(t *testing.T) {
	s := newSceneApart(t)
	other := otherChaincode(t, otherLimit)
	s.underLoad("a", func(l *load) {
		s.runs("ministry", other)
		for n := range 3 {
			s.sendUnusual(fmt.Sprintf("ministry-%d", n))
		}
		l.goesOn(1)
		s.runs("ministry", program("chaincode"))
		s.runs(ours, other)
		n := 0
		within(t, "our peer is found to stand alone", func() bool {
			n++
			s.sendUnusual(fmt.Sprintf("ours-%d", n))
			return s.gateway.out.count("others agree where its endorsers do not", s.profile.Peers[0].Address) > 0
		})
		l.goesOn(1)
		s.runs(ours, program("chaincode"))
		s.sendUnusual("all")
	})
	s.check()
}

// sendUnusual sends a harvest that only the other rule would mark.
func (s *scene) sendUnusual(lot string) {
	s.t.Helper()
	one := &submitter{name: "unusual", by: s.gateway.signers(), to: s.client(), t: s.t}
	one.send([]client.Submission{one.by.unusual(lot)})
	s.extra = append(s.extra, one.sent...)
	for _, r := range one.sent[0].receipts {
		if r.Outcome == record.Rejected || len(r.Flags) > 0 {
			s.t.Errorf("%s: %s %v, which is not what the majority computes", lot, r.Outcome, r.Flags)
		}
	}
}

// Where no two organisations come to the same result, the record is given back
// with words that say so, until somebody has put it right. Others go on.
func TestNoTwoOrganisationsAgree(t *testing.T) {
	s := newSceneApart(t)
	by, to := s.gateway.signers(), s.client()
	sync, job := &sent{records: []client.Submission{by.unusual("sync")}}, &sent{records: []client.Submission{by.unusual("job")}}
	s.extra = append(s.extra, sync, job)
	s.underLoad("a", func(l *load) {
		s.runs("regulator", otherChaincode(t, otherLimit))
		s.runs("ministry", otherChaincode(t, otherLimit, otherMark))
		ctx, cancel := soon()
		defer cancel()
		_, err := to.Submit(ctx, sync.records...)
		wantDisagreement(t, err)
		taken, err := to.SubmitAsync(ctx, job.records...)
		if err != nil {
			t.Fatal(err)
		}
		job.job = taken.ID
		s.serves("while no two agree on another record")
		l.goesOn(3)
		s.isLoud()
		if j, err := to.Job(ctx, job.job); err != nil || j.Status != client.JobReceived {
			t.Errorf("the job is %+v, %v", j, err)
		}
		s.runs("regulator", program("chaincode"))
		s.runs("ministry", program("chaincode"))
		one := &submitter{name: "again", to: to, t: t}
		one.insist(sync, func(ctx context.Context) (err error) {
			sync.receipts, err = to.Submit(ctx, sync.records...)
			return err
		})
		one.await(job)
	})
	s.check()
}

func wantDisagreement(t *testing.T, err error) {
	t.Helper()
	var refused *client.Error
	if !errors.As(err, &refused) || refused.Status != http.StatusServiceUnavailable ||
		!strings.Contains(refused.Title, "came to different results") || refused.RetryAfter == 0 {
		t.Errorf("the answer is %v", err)
	}
}

// isLoud wants the operator to be told who differs, and not with every try.
func (s *scene) isLoud() {
	s.t.Helper()
	told := s.gateway.out.count("level=ERROR", "came to different results", "RegulatorMSP", "MinistryMSP")
	tries := s.gateway.out.count("endorsers go on to disagree")
	s.t.Logf("told %d times of %d transactions on which the endorsers disagreed", told, tries)
	if told != 1 {
		s.t.Errorf("the operator is told %d times", told)
	}
	if tries > 12 {
		s.t.Errorf("%d transactions were tried: it goes on and on", tries)
	}
}
