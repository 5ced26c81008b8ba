package faults

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/network"
	"github.com/grainledger/grainledger/record"
)

// ours is the organisation that runs the gateway.
const ours = "depot"

// scene is a gateway of ours on a network, with a ledger of its own.
type scene struct {
	t          *testing.T
	net        *sharedNetwork
	definition string
	profile    *network.Profile
	gateway    *gateway
	loads      []*load
	extra      []*sent // beside the loads
	probes     int
}

// newScene starts a gateway on a network of that kind. Changes are made to
// its profile before.
func newScene(t *testing.T, kind string, changes ...func(*scene)) *scene {
	t.Helper()
	net := onNetwork(t, kind)
	return newSceneOf(t, net, net.define(t, ""), changes...)
}

func newSceneOf(t *testing.T, net *sharedNetwork, definition string, changes ...func(*scene)) *scene {
	t.Helper()
	s := prepare(t, net, definition, changes...)
	s.gateway.start()
	s.must(s.gateway.signers().registry()...)
	return s
}

// prepare does all but start the gateway.
func prepare(t *testing.T, net *sharedNetwork, definition string, changes ...func(*scene)) *scene {
	t.Helper()
	s := &scene{t: t, net: net, definition: definition}
	s.profile = net.Profile(s.org(ours))
	s.profile.Contracts = map[string]string{ledger.GrainContract: definition}
	s.profile.Collections = nil
	for _, change := range changes {
		change(s)
	}
	raw, err := s.profile.Encode()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "profile.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	s.gateway = newGateway(t, file)
	return s
}

func (s *scene) org(name string) network.Organisation {
	s.t.Helper()
	o, err := s.net.Consortium().Organisation(name)
	if err != nil {
		s.t.Fatal(err)
	}
	return *o
}

func (s *scene) peer(org string) network.Node {
	return network.Node{Kind: network.Peer, Org: s.org(org)}
}

// do is something of the network that must work.
func (s *scene) do(what func(context.Context) error) {
	s.t.Helper()
	ctx, cancel := soon()
	defer cancel()
	if err := what(ctx); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) kill(node network.Node) {
	s.t.Helper()
	s.do(func(ctx context.Context) error { return s.net.KillNode(ctx, node) })
}

func (s *scene) start(node network.Node) {
	s.t.Helper()
	s.do(func(ctx context.Context) error { return s.net.StartNode(ctx, node) })
}

func (s *scene) leader() (leader network.Node) {
	s.t.Helper()
	within(s.t, "an orderer leads", func() bool {
		var err error
		leader, err = s.net.Leader(context.Background())
		return err == nil
	})
	return leader
}

// client is one that tries nothing twice: what is counted is what the gateway
// answered.
func (s *scene) client() *client.Client {
	s.t.Helper()
	c, err := client.New(s.gateway.url(), client.WithAttempts(1))
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// must submits records that must be accepted at once.
func (s *scene) must(records ...client.Submission) {
	s.t.Helper()
	ctx, cancel := soon()
	defer cancel()
	receipts, err := s.client().Submit(ctx, records...)
	if err != nil {
		s.t.Fatal(err)
	}
	s.extra = append(s.extra, &sent{records: records, receipts: receipts, tries: 1})
	for _, r := range receipts {
		if r.Outcome != record.Accepted {
			s.t.Fatalf("%s %s: %s %s: %s", r.Type, r.Ref, r.Outcome, r.Reason, r.Detail)
		}
	}
}

// serves wants a new record to be committed and shown before long, by nothing
// but sending it until it is answered.
func (s *scene) serves(when string) {
	s.t.Helper()
	began := time.Now()
	s.probes++
	one := &submitter{name: "probe", by: s.gateway.signers(), to: s.client(), t: s.t}
	one.send([]client.Submission{one.by.harvest(fmt.Sprintf("probe-%d", s.probes))})
	s.extra = append(s.extra, one.sent...)
	if one.answered.Load() == 0 {
		s.t.Fatalf("%s: no record is committed", when)
	}
	within(s.t, when+": the record is shown", func() bool {
		ctx, cancel := soon()
		defer cancel()
		_, err := one.to.Record(ctx, one.sent[0].receipts[0].ID)
		return err == nil
	})
	s.t.Logf("%s: a record was committed and shown after %d tries, %s", when, one.sent[0].tries, time.Since(began).Round(time.Millisecond))
}

// underLoad does something while records come in, and wants all submitters to
// get on afterwards.
func (s *scene) underLoad(name string, fault func(l *load)) {
	s.t.Helper()
	l := s.startLoad(name)
	ended := false
	defer func() { // where the fault ends the test
		if !ended {
			close(l.stop)
			l.wait.Wait()
		}
	}()
	fault(l)
	l.goesOn(2)
	ended = true
	l.end()
}
