package runbooks

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grainledger/grainledger/e2e/programs"
)

// The blocks are archived by the real program, which is killed again and again
// on the way. Nothing sealed is in the archive.
func TestBlocksAreArchived(t *testing.T) {
	s := on(t)
	to := filepath.Join(t.TempDir(), "archive")
	args := []string{"archive", "--to", to, "--ledger", "fabric", "--fabric-profile", s.profile, "--file-bytes", "100000"}
	kills := 0
	for wait := 20 * time.Millisecond; kills < 8; wait += 15 * time.Millisecond {
		cmd := exec.Command(program("gateway"), args...)
		cmd.Env = programs.Environment()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(wait) // the moment of the kill
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		kills++
	}
	r := execute(t, "", "gateway", args...)
	r.has(t, "archive", 0, "kind fabric", "newest block", "sum")
	s.serves("after the archive was made")
	execute(t, "", "gateway", args...).has(t, "archive again", 0, "added blocks")
	whole := execute(t, "", "gateway", "archive", "--verify", to)
	whole.has(t, "verify", 0, "kind fabric")
	execute(t, "", "gateway", args...).has(t, "archive of nothing new", 0, "nothing is new", whole.stdout)
	for _, plate := range s.column("ship", 8) {
		if holds(t, to, plate) {
			t.Errorf("the archive holds the number plate %s", plate)
		}
	}
	if !holds(t, to, coop) {
		t.Error("the archive does not even hold the records") // or the search finds nothing
	}
	files, _ := filepath.Glob(filepath.Join(to, "*.arc"))
	t.Logf("%d kills, %d files: %s", kills, len(files), strings.ReplaceAll(whole.stdout, "\n", ", "))
}
