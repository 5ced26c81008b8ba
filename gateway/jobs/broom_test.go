package jobs

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// A sealed part that was dropped leaves the directory, its log included,
// while the store stays open.
func TestDroppedPartsLeaveTheDisk(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenStore(t.Context(), filepath.Join(dir, "jobs.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	secret := []byte("price 278000 fen a tonne")
	seal := ledger.Seal{Record: "r", Name: "n", Issuer: "i", Ref: "1", Part: secret}
	if err := s.Keep(t.Context(), time.Now(), []ledger.Seal{seal}); err != nil {
		t.Fatal(err)
	}
	if !holds(t, dir, secret) {
		t.Fatal("the part was not kept")
	}
	if err := s.Drop(t.Context(), seal); err != nil {
		t.Fatal(err)
	}
	for range 1200 {
		if !holds(t, dir, secret) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("the part is still on disk")
}

func holds(t *testing.T, dir string, secret []byte) bool {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, secret) {
			return true
		}
	}
	return false
}
