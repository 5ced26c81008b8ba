package faults

import (
	"context"
	"testing"

	"github.com/grainledger/grainledger/network"
)

// Any majority carries a record: while the chaincode of one organisation is
// away, our own or another's, the others' endorsements suffice.
func TestKilledChaincodeService(t *testing.T) {
	s := newScene(t, network.Raft)
	s.underLoad("a", func(l *load) {
		for _, name := range []string{"ministry", ours} {
			o := s.org(name)
			s.do(func(ctx context.Context) error { return s.net.KillService(ctx, o, s.definition) })
			s.serves("without the chaincode of " + name)
			l.goesOn(1)
			s.do(func(ctx context.Context) error { return s.net.StartService(ctx, o, s.definition) })
			s.serves("with the chaincode of " + name + " again")
			l.goesOn(1)
		}
	})
	s.check()
}
