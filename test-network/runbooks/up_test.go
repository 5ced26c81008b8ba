package runbooks

import (
	"context"
	"testing"

	"github.com/grainledger/grainledger/test-network/local"
)

// A second `up` changes nothing: no block, no process, no word. After a crash
// it starts what does not run, and leaves the rest.
func TestUpChangesNothingThatRuns(t *testing.T) {
	s := on(t)
	before := s.remember()
	status := s.testNetwork("status")
	if out := s.testNetwork("up"); out != "" {
		t.Errorf("a second up has something to tell:\n%s", out)
	}
	if now := s.testNetwork("status"); now != status {
		t.Errorf("a second up changed\n%s\nto\n%s", status, now)
	}

	s.do(func(ctx context.Context, n *local.Network) error {
		if err := n.KillNode(ctx, s.node("peer0.ministry")); err != nil {
			return err
		}
		return n.KillService(ctx, s.org("ministry"), "grain")
	})
	if out, err := s.tryNetwork("status"); err == nil {
		t.Errorf("status is content with a dead peer:\n%s", out)
	}
	s.testNetwork("up")
	s.testNetwork("status")
	s.still(before, "an up that mended")
	s.serves("after a peer and its chaincode were started again")
}
