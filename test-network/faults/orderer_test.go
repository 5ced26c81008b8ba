package faults

import (
	"testing"

	"github.com/grainledger/grainledger/network"
)

// Two of three orderers elect a new leader and go on.
func TestKilledRaftLeader(t *testing.T) {
	s := newScene(t, network.Raft)
	s.underLoad("a", func(l *load) {
		leader := s.leader()
		s.kill(leader)
		s.serves("without " + leader.Name() + ", which led")
		l.goesOn(2)
		s.start(leader)
		l.goesOn(2)
	})
	s.check()
}

// Three of four orderers suffice, and choose another leader.
func TestKilledBFTOrderers(t *testing.T) {
	long(t)
	s := newScene(t, network.BFT)
	s.underLoad("a", func(l *load) {
		leader := s.leader()
		for _, node := range s.net.Nodes() {
			if node.Kind == network.Orderer && node.Name() != leader.Name() {
				s.kill(node)
				s.serves("without " + node.Name() + ", which follows")
				l.goesOn(2)
				s.start(node)
				break
			}
		}
		l.goesOn(2)
		leader = s.leader()
		s.kill(leader)
		s.serves("without " + leader.Name() + ", which led")
		l.goesOn(2)
		s.start(leader)
		l.goesOn(2)
	})
	s.check()
}
