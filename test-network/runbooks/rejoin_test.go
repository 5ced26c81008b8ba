package runbooks

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The gateway's own peer loses its disk. It comes back with the state, and with
// the sealed parts, which no snapshot holds. Blocks from before the snapshot it
// has not: an index is still built, from another peer.
func TestPeerRejoinsFromASnapshot(t *testing.T) {
	s := on(t)
	before := s.remember()
	s.meanwhile(func() {
		s.testNetwork("rejoin", "peer0.depot", "peer0.regulator")
	})
	s.testNetwork("status")
	s.serves("with the peer that rejoined")
	s.still(before, "a rejoin")
	s.lacksBlocks("depot")
	s.sealedAgain("depot")

	s.stop(t)
	if err := removeIndex(s.data); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	s.still(before, "an index built anew")
	s.serves("with an index built anew")
}

// lacksBlocks makes sure that the test is about a peer without old blocks.
func (s *scene) lacksBlocks(org string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 2*time.Second)
	defer cancel()
	for b, err := range s.ledgerOf(org, true).Blocks(ctx, 0) {
		if err == nil {
			s.Errorf("the peer of %s has block %d: this is no test of a peer without", org, b.Number)
		}
		return
	}
}

func removeIndex(data string) error {
	all, err := filepath.Glob(filepath.Join(data, "index.db*"))
	for _, path := range all {
		err = os.Remove(path)
	}
	return err
}

// sealedAgain waits until the plates of the season's lorries, which stand in
// sealed parts alone, are on a peer's disk. They are not on that of a peer whose
// organisation may not have them.
func (s *scene) sealedAgain(org string) {
	s.Helper()
	plates := s.column("ship", 8)
	within(s.T, "the sealed parts are back at "+org, func() bool { return s.platesAt(org, plates) == len(plates) })
	if n := s.platesAt("ministry", plates); n > 0 {
		s.Errorf("%d number plates are on the disk of the ministry", n)
	}
	s.Logf("all %d number plates are on the disk of %s", len(plates), org)
}

func (s *scene) platesAt(org string, plates []string) (found int) {
	dir := filepath.Join(s.dir, "orgs", org, "peer0", "data")
	for _, plate := range plates {
		if holds(s.T, dir, plate) {
			found++
		}
	}
	return found
}

// holds tells whether a file under dir has the text.
func holds(t *testing.T, dir, text string) bool {
	t.Helper()
	found := false
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !found {
			raw, _ := os.ReadFile(path) // what vanishes meanwhile holds nothing
			found = bytes.Contains(raw, []byte(text))
		}
		return nil
	})
	return found
}
