package client

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/grainledger/grainledger/record"
)

const coop = "9332058226100911H2"

func TestKeyringKeepsWhatItMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "keys")
	r := OpenKeyring(dir, func(m string) { t.Error("warned:", m) })
	if _, err := r.Key(coop); !errors.Is(err, ErrNoKey) {
		t.Fatal(err)
	}
	k, made, err := r.EnsureKey(coop)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	again, made, err := r.EnsureKey(coop)
	if err != nil || made || again.Public().ID() != k.Public().ID() {
		t.Fatal(made, err)
	}
	seal, err := r.EnsureSealingKey(coop)
	if err != nil || len(seal) != 32 {
		t.Fatal(seal, err)
	}
	if second, err := r.EnsureSealingKey(coop); err != nil || !bytes.Equal(second, seal) {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%v, %v: want .pem and .seal and nothing left over", entries, err)
	}
	for _, e := range entries {
		if info, _ := e.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", e.Name(), info.Mode().Perm())
		}
	}
}

// Whoever is first makes the key; all use it.
func TestKeyringUnderRace(t *testing.T) {
	dir := t.TempDir()
	var wait sync.WaitGroup
	ids, seals := make([]string, 16), make([]string, 16)
	var madeBy sync.Map
	for i := range ids {
		wait.Go(func() {
			r := OpenKeyring(dir, nil)
			k, made, err := r.EnsureKey(coop)
			if err != nil {
				t.Error(err)
				return
			}
			if made {
				madeBy.Store(i, true)
			}
			ids[i] = k.Public().ID()
			seal, err := r.EnsureSealingKey(coop)
			if err != nil {
				t.Error(err)
			}
			seals[i] = string(seal)
		})
	}
	wait.Wait()
	n := 0
	madeBy.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d made the key", n)
	}
	for i := range ids {
		if ids[i] != ids[0] || seals[i] != seals[0] {
			t.Fatal("two keys for one enterprise")
		}
	}
}

func TestKeyringNeverOverwrites(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, coop+".pem")
	if err := os.WriteFile(path, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenKeyring(dir, nil).EnsureKey(coop); err == nil || !strings.Contains(err.Error(), "is not a private key") {
		t.Error(err)
	}
	if data, _ := os.ReadFile(path); string(data) != "not a key" {
		t.Errorf("overwritten with %q", data)
	}
	os.WriteFile(filepath.Join(dir, coop+".seal"), []byte("abc"), 0o600)
	if _, err := OpenKeyring(dir, nil).EnsureSealingKey(coop); err == nil || !strings.Contains(err.Error(), "is not a sealing key") {
		t.Error(err)
	}
}

func TestKeyringWarnsOfOpenKeys(t *testing.T) {
	dir := t.TempDir()
	var warnings []string
	r := OpenKeyring(dir, func(m string) { warnings = append(warnings, m) })
	if _, _, err := r.EnsureKey(coop); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, coop+".pem"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Key(coop); err != nil {
		t.Fatal(err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "chmod 600") {
		t.Error(warnings)
	}
}

func TestKeyringNamesAreNoPaths(t *testing.T) {
	r := OpenKeyring(t.TempDir(), nil)
	for _, name := range []string{"", "..", "../../x", "9332058226100911H9", coop + "/x"} {
		if _, _, err := r.EnsureKey(name); record.CodeOf(err) != record.BadUSCC {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestKeyringRoot(t *testing.T) {
	dir := t.TempDir()
	r := OpenKeyring(dir, nil)
	for text, want := range map[string]string{"": "", `{"uscc":"` + coop + `","more":1}`: coop} {
		if text != "" {
			os.WriteFile(filepath.Join(dir, "root.json"), []byte(text), 0o644)
		}
		if got, err := r.Root(); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
		os.Remove(filepath.Join(dir, "root.json"))
	}
	for _, text := range []string{"{", `{"uscc":"x"}`} {
		os.WriteFile(filepath.Join(dir, "root.json"), []byte(text), 0o644)
		if _, err := r.Root(); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}
