package faults

import (
	"context"
	"testing"

	"github.com/grainledger/grainledger/e2e/programs"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/ledger/fabric"
	"github.com/grainledger/grainledger/record"
)

// name is how the ledger knows a record.
type name struct{ issuer, ref string }

// place is where a record was accepted.
type place struct {
	block uint64
	tx    string
	index int
	id    string
}

// check holds what was answered against the blocks and against what the
// gateway shows.
func (s *scene) check() {
	s.t.Helper()
	accepted := s.walk()
	known := map[name]bool{}
	requests, tries, jobs := 0, 0, 0
	for _, x := range s.requests() {
		requests++
		tries += x.tries
		if x.job != "" {
			jobs++
		}
		x.check(s.t)
		s.checkPlaces(x, accepted, known)
		if s.t.Failed() {
			return // one is enough to read
		}
	}
	for n := range accepted {
		if !known[n] {
			s.t.Errorf("%s %s is in the ledger and was never sent", n.issuer, n.ref)
		}
	}
	s.checkWeights()
	s.t.Logf("%d records in %d requests (%d as jobs), each in the ledger once; %d tries", len(known), requests, jobs, tries)
}

func (s *scene) requests() []*sent {
	all := s.extra
	for _, l := range s.loads {
		all = append(all, l.requests()...)
	}
	return all
}

// walk reads all blocks as the gateway's ledger does, and finds where each
// record was accepted.
func (s *scene) walk() map[name]place {
	s.t.Helper()
	ctx, cancel := soon()
	defer cancel()
	profile := s.net.Profile(s.org(ours))
	profile.Contracts = map[string]string{ledger.GrainContract: s.definition}
	l, err := fabric.Open(ctx, profile, fabric.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it was read
	return accepted(ctx, s.t, l)
}

func accepted(ctx context.Context, t *testing.T, l ledger.Ledger) map[name]place {
	t.Helper()
	health, err := l.Health(ctx)
	if err != nil {
		t.Fatal(err)
	}
	found := map[name]place{}
	for b, err := range l.Blocks(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range b.Txs {
			collect(t, found, b.Number, tx)
		}
		if b.Number+1 >= health.Height {
			break
		}
	}
	return found
}

// collect adds what one transaction accepted; none may be there already.
func collect(t *testing.T, found map[name]place, block uint64, tx ledger.BlockTx) {
	t.Helper()
	if tx.Contract != ledger.GrainContract || tx.Code != ledger.Valid || tx.Function != record.FnSubmit {
		return
	}
	envelopes, err := record.OpenBatch(tx.Args[0])
	if err != nil {
		t.Fatalf("block %d, transaction %s: %v", block, tx.ID, err)
	}
	verdicts, err := record.ReadVerdicts(tx.ID, tx.Response, envelopes)
	if err != nil {
		t.Fatalf("block %d, transaction %s: %v", block, tx.ID, err)
	}
	for _, v := range verdicts {
		if v.Outcome != record.Accepted || v.Type == record.TypeCheckpoint { // which the gateway sends by itself
			continue
		}
		n := name{v.Issuer, v.Ref}
		if first, twice := found[n]; twice {
			t.Errorf("%s %s was accepted twice: %+v, and in block %d, transaction %s", n.issuer, n.ref, first, block, tx.ID)
		}
		found[n] = place{block, tx.ID, v.Index, v.ID}
	}
}

// checkPlaces wants each answered record in the ledger, where the answer says
// and where the gateway shows it.
func (s *scene) checkPlaces(x *sent, accepted map[name]place, known map[name]bool) {
	s.t.Helper()
	ctx, cancel := soon()
	defer cancel()
	c := s.client()
	for _, r := range x.receipts {
		n := name{r.Issuer, r.Ref}
		if known[n] {
			s.t.Errorf("%s was sent as two requests", r.Ref) // a mistake of the test
		}
		known[n] = true
		at, ok := accepted[n]
		if !ok {
			s.t.Errorf("%s was answered and is in no block", r.Ref)
			continue
		}
		if at.id != r.ID || at.tx != r.Tx || at.index != r.Index || r.Block != 0 && at.block != r.Block {
			s.t.Errorf("%s stands at %+v, the answer (%s) says %d %s %d", r.Ref, at, r.Outcome, r.Block, r.Tx, r.Index)
		}
		got, err := c.Record(ctx, r.ID)
		if err != nil {
			s.t.Errorf("%s was answered, and the gateway does not show it: %v", r.Ref, err)
			continue
		}
		if p := got.Place; p.Block != at.block || p.Tx != at.tx || p.Index != at.index {
			s.t.Errorf("%s stands at %+v, the gateway shows %+v", r.Ref, at, p)
		}
	}
}

// checkWeights wants every gram of what was harvested and bought where the
// records say that it is.
func (s *scene) checkWeights() {
	s.t.Helper()
	ctx, cancel := soon()
	defer cancel()
	c := s.client()
	stores := int64(0)
	for _, l := range s.loads {
		for _, x := range l.submitters {
			for n := range x.lots {
				lot := lotName(x.name, n+1)
				stores++
				for id, want := range map[string]int64{"H-" + lot: harvested - sold, "P-" + lot: bought - stored} {
					got, err := c.Lot(ctx, id)
					if err != nil {
						s.t.Errorf("lot %s: %v", id, err)
					} else if got.OwnedGrams != want {
						s.t.Errorf("lot %s: %d g are owned, want %d", id, got.OwnedGrams, want)
					}
				}
			}
		}
	}
	if stores == 0 {
		return
	}
	got, err := programs.BinGrams(s.gateway.data, hotBin)
	if err != nil {
		s.t.Fatal(err)
	}
	if got != stores*stored {
		s.t.Errorf("the bin holds %d g after %d deposits, want %d", got, stores, stores*stored)
	}
}
