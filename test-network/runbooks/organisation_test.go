package runbooks

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/e2e/programs"
)

// A mill joins with a peer and a gateway of its own, which shows what the
// depot's shows; then it leaves, and the others go on.
func TestOrganisationJoinsAndLeaves(t *testing.T) {
	s := on(t)
	before := s.remember()
	s.meanwhile(func() {
		s.testNetwork("add-org", "mill", "--msp", "MillMSP", "--title", "米厂")
	})
	if out := s.testNetwork("status"); !strings.Contains(out, "peer0.mill") {
		t.Errorf("status:\n%s", out)
	}
	s.still(before, "an organisation that joined") // at its peer, too
	s.serves("with the mill")

	mill := &gateway{data: filepath.Join(t.TempDir(), "mill"), profile: s.net().ProfileFile(s.org("mill")), listen: "127.0.0.1:0", out: new(programs.Output)}
	t.Cleanup(func() { mill.kill() })
	mill.start(t, "--root", s.rootFile())
	of := *s
	of.gateway = mill
	for path, was := range before.answers {
		if got := of.get(path); !strings.HasPrefix(path, "/01/") && got != was {
			t.Errorf("the mill's gateway answers to %s\n%s\nthe depot's\n%s", path, got, was)
			break
		}
	}
	mill.stop(t)

	s.meanwhile(func() { s.testNetwork("remove-org", "mill") })
	if out := s.testNetwork("status"); strings.Contains(out, "mill") {
		t.Errorf("status:\n%s", out)
	}
	s.still(before, "an organisation that left")
	s.serves("without the mill")
	late := *mill
	late.out = new(programs.Output)
	late.launch(t, "--ledger-wait", "1s")
	t.Cleanup(func() { late.kill() })
	within(t, "the mill's gateway is turned away", func() bool {
		return late.ended() || strings.Contains(late.out.String(), "not accepted") || strings.Contains(late.out.String(), "no peer answers")
	})
}
