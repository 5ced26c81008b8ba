package faults

import (
	"testing"
	"time"

	"github.com/grainledger/grainledger/network"
)

// away is for how long a node cannot be reached.
const away = 30 * time.Second

// unreachable lets a node stand still under load: its connections stay open and
// nothing answers. The service has to go on before it is back.
func unreachable(t *testing.T, kind string, choose func(*scene) network.Node) {
	long(t)
	s := newScene(t, kind)
	s.underLoad("a", func(l *load) {
		node := choose(s)
		back := time.After(away)
		if err := s.net.PauseNode(node); err != nil {
			t.Fatal(err)
		}
		s.serves("while " + node.Name() + " stands still")
		l.goesOn(1)
		<-back
		if err := s.net.ResumeNode(node); err != nil {
			t.Fatal(err)
		}
		s.serves("with " + node.Name() + " again")
		l.goesOn(2)
	})
	s.check()
}

func TestPreferredPeerUnreachable(t *testing.T) {
	unreachable(t, network.Raft, func(s *scene) network.Node { return s.peer(ours) })
}

func TestOtherPeerUnreachable(t *testing.T) {
	unreachable(t, network.Raft, func(s *scene) network.Node { return s.peer("ministry") })
}

func TestRaftLeaderUnreachable(t *testing.T) {
	unreachable(t, network.Raft, (*scene).leader)
}

func TestBFTLeaderUnreachable(t *testing.T) {
	unreachable(t, network.BFT, (*scene).leader)
}
