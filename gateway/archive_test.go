package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/ledger/embedded"
	"github.com/grainledger/grainledger/record"
)

func TestArchiveOfAnEmbeddedLedger(t *testing.T) {
	data, to := begun(t), filepath.Join(t.TempDir(), "archive")
	out, err := commandLine(t, "archive", "--data", data, "--to", to)
	if err != nil || !strings.Contains(out, "added blocks 0 to 0") {
		t.Fatalf("%q, %v", out, err)
	}
	again, err := commandLine(t, "archive", "--data", data, "--to", to)
	if err != nil || !strings.Contains(again, "nothing is new") || !strings.HasSuffix(out, again[strings.Index(again, "\n")+1:]) {
		t.Errorf("again: %q, %v", again, err)
	}
	if told, err := commandLine(t, "archive", "--verify", to); err != nil || !strings.HasSuffix(out, told) {
		t.Errorf("verify: %q, %v", told, err)
	}
	file := filepath.Join(to, "blocks-000000000000.arc")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := commandLine(t, "archive", "--verify", to); err == nil || !strings.Contains(err.Error(), "block 0") {
		t.Errorf("of a damaged one: %v", err)
	}
}

func TestArchiveNeedsToKnowWhat(t *testing.T) {
	for want, args := range map[string][]string{
		"either --to or --verify": {},
		"neither embedded nor":    {"--to", "x", "--ledger", "paper"},
		"needs --fabric-profile":  {"--to", "x", "--ledger", "fabric"},
		"more than zero":          {"--to", "x", "--file-bytes", "0"},
		"node's key":              {"--to", "x", "--data", t.TempDir()},
	} {
		if _, err := commandLine(t, append([]string{"archive"}, args...)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// An archive may be given away: what is sealed is not in it.
func TestArchiveHoldsNoPrivateData(t *testing.T) {
	data := begun(t)
	private(t, data, "put", "price-4711")
	to := t.TempDir()
	if out, err := commandLine(t, "archive", "--data", data, "--to", to); err != nil || !strings.Contains(out, "added blocks 0 to 1") {
		t.Fatalf("%q, %v", out, err)
	}
	raw, err := os.ReadFile(filepath.Join(to, "blocks-000000000000.arc"))
	if err != nil || bytes.Contains(raw, []byte("price-4711")) {
		t.Errorf("the archive holds a private value (%v)", err)
	}
}

// private puts a private value into the ledger of a data directory, or purges
// it: the contract has no call that purges yet.
func private(t *testing.T, data, what, value string) {
	t.Helper()
	opt, err := backupOptions(data, "error")
	if err != nil {
		t.Fatal(err)
	}
	opt.Invoke = func(stub contract.Stub, function string, _ [][]byte) ([]byte, error) {
		if function == "purge" {
			return nil, stub.PurgePrivateData(record.SealedCollection, "k")
		}
		return nil, stub.PutPrivateData(record.SealedCollection, "k", []byte(value))
	}
	l, err := embedded.Open(filepath.Join(data, "ledger"), opt)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Submit(t.Context(), ledger.Tx{Function: what}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// The manual has a line for every flag of the archive command.
func TestEveryArchiveFlagIsDocumented(t *testing.T) {
	manual, err := os.ReadFile("../docs/gateway.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(manual), "## The archive")
	archiveCommand().Flags().VisitAll(func(f *pflag.Flag) {
		if row := "| `--" + f.Name + "` | `" + envName(f.Name) + "` |"; !strings.Contains(section, row) {
			t.Errorf("docs/gateway.md has no row %q", row)
		}
	})
}
