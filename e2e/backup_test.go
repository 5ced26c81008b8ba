package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/grainledger/grainledger/e2e/programs"
)

// admin runs a command of the gateway program that is not serving.
func admin(t *testing.T, args ...string) result {
	t.Helper()
	cmd := exec.Command(program(t, "gateway"), args...)
	cmd.Env = programs.Environment()
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return result{code: cmd.ProcessState.ExitCode(), stdout: string(out)}
}

// A snapshot put into an empty place answers as the ledger did.
func TestSnapshotIsRestored(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t))
	g.importSeason(seasonA)
	before := g.snapshot()
	copied := filepath.Join(t.TempDir(), "copy")
	admin(t, "snapshot", "--data", g.data, "--to", copied).has(t, "snapshot of a running gateway", 1, "in use")
	g.stop()
	admin(t, "snapshot", "--data", g.data, "--to", copied).has(t, "snapshot", 0, "verified")
	admin(t, "snapshot", "--data", g.data, "--to", copied).has(t, "snapshot over another", 1, "not empty")

	to := onEmbedded.newPlace(t)
	if err := os.CopyFS(filepath.Join(to.data, "keys"), os.DirFS(g.keys())); err != nil {
		t.Fatal(err)
	}
	admin(t, "restore", "--data", to.data, "--from", copied).has(t, "restore", 0, "verified")
	restored := start(t, to)
	checkFollows(t, restored)
	sameAnswers(t, "a restore", restored.snapshot(), before)
}
