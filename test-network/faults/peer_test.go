package faults

import (
	"testing"

	"github.com/grainledger/grainledger/network"
)

// The gateway speaks to its own organisation's peer. Without it, it goes on
// through another's, and comes back when it can.
func TestKilledPreferredPeer(t *testing.T) {
	s := newScene(t, network.Raft)
	own := s.profile.Peers[0].Address
	s.underLoad("a", func(l *load) {
		s.kill(s.peer(ours))
		s.serves("without our peer")
		l.goesOn(2)
		s.start(s.peer(ours))
		within(t, "the gateway goes back to its own peer", func() bool {
			return s.gateway.out.count("a peer answers again", own) > 0
		})
		l.goesOn(2)
	})
	if s.gateway.out.count("a peer does not answer", own) == 0 {
		t.Error("the log does not tell that the peer was away")
	}
	s.check()
}

// A peer that the gateway does not speak to is missed by the peer that gathers
// endorsements.
func TestKilledOtherPeer(t *testing.T) {
	s := newScene(t, network.Raft)
	s.underLoad("a", func(l *load) {
		s.kill(s.peer("ministry"))
		s.serves("without the ministry's peer")
		l.goesOn(2)
		s.start(s.peer("ministry"))
		l.goesOn(2)
	})
	s.check()
}
