package main

import (
	"bytes"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// commandLine executes the gateway's command line.
func commandLine(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := command()
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(io.Discard)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// begun is a data directory with a ledger of one block.
func begun(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	c := new(config)
	c.flags(pflag.NewFlagSet("gateway", pflag.ContinueOnError))
	c.data, c.dev = dir, true
	n, err := open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := n.close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSnapshotAndRestore(t *testing.T) {
	data, copied, fresh := begun(t), filepath.Join(t.TempDir(), "copy"), t.TempDir()
	if out, err := commandLine(t, "snapshot", "--data", data, "--to", copied); err != nil || !strings.Contains(out, "verified") {
		t.Fatalf("%q, %v", out, err)
	}
	if _, err := commandLine(t, "restore", "--data", fresh, "--from", copied); err == nil || !strings.Contains(err.Error(), "key") {
		t.Errorf("restored without the node's key: %v", err)
	}
	key, err := os.ReadFile(filepath.Join(data, "keys", "node.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(fresh, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(fresh, "keys", "node.pem"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := commandLine(t, "restore", "--data", fresh, "--from", copied); err != nil {
		t.Fatal(err)
	}
	if _, err := commandLine(t, "restore", "--data", fresh, "--from", copied); err == nil {
		t.Error("restored over a ledger that is there")
	}
	const blocks = "ledger/blocks/00000000.seg"
	a, errA := os.ReadFile(filepath.Join(data, blocks))
	b, errB := os.ReadFile(filepath.Join(fresh, blocks))
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("the blocks differ: %v %v", errA, errB)
	}
	c := new(config)
	c.flags(pflag.NewFlagSet("gateway", pflag.ContinueOnError))
	c.data = fresh // neither --dev nor --root: the root is in the ledger
	n, err := open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := n.close(); err != nil {
		t.Error(err)
	}
}

// The runbook: the journal of purges is kept apart, the disk is lost, and the
// newest snapshot is from before a purge.
func TestRestoreAppliesPurgesSinceTheSnapshot(t *testing.T) {
	data, apart := begun(t), t.TempDir()
	private(t, data, "put", "penalty-4711")
	if _, err := commandLine(t, "snapshot", "--data", data, "--to", filepath.Join(apart, "copy")); err != nil {
		t.Fatal(err)
	}
	private(t, data, "purge", "")
	for _, keep := range []string{"ledger/purges", "keys/node.pem"} {
		raw, err := os.ReadFile(filepath.Join(data, keep))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(apart, filepath.Base(keep)), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(data); err != nil { // the disk is lost
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(data, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(apart, "node.pem"), filepath.Join(data, "keys", "node.pem")); err != nil {
		t.Fatal(err)
	}
	if _, err := commandLine(t, "restore", "--data", data, "--from", filepath.Join(apart, "copy"),
		"--purged-since", filepath.Join(apart, "purges")); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte("penalty-4711")) {
			t.Errorf("%s holds the purged value", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c := new(config)
	c.flags(pflag.NewFlagSet("gateway", pflag.ContinueOnError))
	c.data = data
	n, err := open(t.Context(), c, slog.New(slog.DiscardHandler)) // the index takes the purge from the chain
	if err != nil {
		t.Fatal(err)
	}
	if err := n.close(); err != nil {
		t.Error(err)
	}
}

func TestSnapshotNeedsATarget(t *testing.T) {
	if _, err := commandLine(t, "snapshot", "--data", t.TempDir()); err == nil || !strings.Contains(err.Error(), "--to") {
		t.Errorf("%v", err)
	}
}

// The manual has a line for every flag of the backup commands.
func TestEveryBackupFlagIsDocumented(t *testing.T) {
	manual, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, cmd := range backupCommands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if row := "| `--" + f.Name + "` | `" + envName(f.Name) + "` |"; !strings.Contains(string(manual), row) {
				t.Errorf("docs/operations.md has no row %q", row)
			}
		})
	}
}

func TestALedgerWithoutItsKeyIsNotOpened(t *testing.T) {
	data := begun(t)
	if err := os.Remove(filepath.Join(data, "keys", "node.pem")); err != nil {
		t.Fatal(err)
	}
	c := new(config)
	c.flags(pflag.NewFlagSet("gateway", pflag.ContinueOnError))
	c.data, c.dev = data, true
	if _, err := open(t.Context(), c, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "node.pem is missing") {
		t.Errorf("%v", err)
	}
}
