package keys

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/grainledger/grainledger/record"
)

func TestDevRootIsMadeOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	first, err := DevRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !record.ValidUSCC(first.USCC) || first.USCC[:17] != devRootBody {
		t.Errorf("USCC %s", first.USCC)
	}
	if err := record.CheckRoot(&first); err != nil {
		t.Error(err)
	}
	seal, err := os.ReadFile(filepath.Join(dir, first.USCC+".seal"))
	if err != nil || len(seal) != 65 {
		t.Errorf("seal of %d bytes, %v", len(seal), err)
	}
	second, err := DevRoot(dir)
	if err != nil || second.Keys[0] != first.Keys[0] {
		t.Errorf("another key the second time, %v", err)
	}
	if again, _ := os.ReadFile(filepath.Join(dir, first.USCC+".seal")); string(again) != string(seal) {
		t.Error("the sealing key was made anew")
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 3 {
		t.Errorf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
}

func TestKeyRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node.pem")
	k, made, err := LoadOrCreate(path)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	again, made, err := LoadOrCreate(path)
	if err != nil || made || again.Public().ID() != k.Public().ID() {
		t.Errorf("read %v, %v", made, err)
	}
	sig, err := again.Sign([]byte("m"))
	if err != nil || !k.Public().Verify([]byte("m"), sig) {
		t.Errorf("signature does not verify, %v", err)
	}
}

func TestBrokenFilesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	for _, content := range []string{"", "no PEM", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := LoadOrCreate(path); err == nil {
			t.Errorf("%q was taken for a key", content)
		}
		if _, err := ReadRoot(path); err == nil {
			t.Errorf("%q was taken for a root", content)
		}
	}
}
