package e2e

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/e2e/programs"
)

// A client that knows nothing of this code, built on the SDK that was
// archived, brings records to the channel. It is a module of its own: its
// protobuf names would clash with ours. No other test uses the definition
// grain, which is the one that it knows.
func TestClientOfArchivedSoftware(t *testing.T) {
	n := onRaft.network(t)
	// Kept outside of the test, since the root stays for as long as the network.
	at := place{data: filepath.Join(built, "interop"), ledger: fabricFlags(n.profile(t, "grain"))}
	g := start(t, at) // a development gateway gives the ledger its root
	root, err := client.OpenKeyring(g.keys(), nil).Root()
	if err != nil {
		t.Fatal(err)
	}
	g.stop()
	cmd := exec.Command("go", "test", "-count=1", "-v", "./...")
	cmd.Dir = filepath.Join("..", "interop")
	cmd.Env = append(programs.Environment(), "GRAINLEDGER_NETWORK="+n.Dir(),
		"GRAINLEDGER_ROOT_KEY="+filepath.Join(g.keys(), root+".pem"))
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestOldClient")) {
		t.Errorf("%v\n%s", err, out)
	}
}
