package runbooks

import (
	"strings"
	"testing"

	"github.com/grainledger/grainledger/e2e/programs"
)

// The chaincode is put in place of the one that runs, under records that come
// in. State and root stay: naming the same root again writes nothing, another
// one is refused.
func TestChaincodeIsUpgraded(t *testing.T) {
	s := on(t)
	before := s.remember()
	s.meanwhile(func() {
		s.testNetwork("upgrade", "grain")
		s.testNetwork("upgrade", "credit")
	})
	if out := s.testNetwork("status"); !strings.Contains(out, "grain_2") {
		t.Errorf("status:\n%s", out)
	}
	s.still(before, "an upgrade")

	s.stop(t)
	other := *s.gateway
	other.out = new(programs.Output)
	other.launch(t, "--root", s.otherRoot())
	within(t, "a gateway with another root ends", other.ended)
	if other.cmd.ProcessState.Success() || !strings.Contains(other.out.String(), "already_initialised") {
		t.Errorf("it ended so: %v\n%s", other.cmd.ProcessState, other.out)
	}
	s.start(t, "--root", s.rootFile())
	s.still(before, "a gateway that named the root again")
	s.serves("after the upgrade")
}
