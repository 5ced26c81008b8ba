package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm3"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// A block of these tests is its number, the hash of the one before and a text.
func readTest(raw []byte) (ledger.RawBlock, error) {
	if len(raw) < 40 {
		return ledger.RawBlock{}, errors.New("too short for a block")
	}
	hash := sm3.Sum(raw)
	return ledger.RawBlock{Number: binary.BigEndian.Uint64(raw), Previous: raw[8:40], Hash: hash[:], Bytes: raw}, nil
}

func chain(n int, text string) (all []ledger.RawBlock) {
	before := make([]byte, sm3.Size)
	for i := range n {
		raw := binary.BigEndian.AppendUint64(nil, uint64(i))
		raw = append(append(raw, before...), fmt.Sprintf("%s %d", text, i)...)
		b, _ := readTest(raw)
		all, before = append(all, b), b.Hash
	}
	return all
}

const kind = "test"

func open(t *testing.T, dir string) *Archive {
	t.Helper()
	a, err := Open(dir, kind, readTest, 400, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// fill appends what is missing of a chain and closes.
func fill(t *testing.T, a *Archive, blocks []ledger.RawBlock) {
	t.Helper()
	for _, b := range blocks[a.Next():] {
		if err := a.Append(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

func verify(dir string) (Summary, error) { return Verify(dir, map[string]Reader{kind: readTest}) }

func TestArchiveIsFilesOfBoundedSize(t *testing.T) {
	dir, blocks := t.TempDir(), chain(20, "block")
	fill(t, open(t, dir), blocks)
	got, err := verify(dir)
	if err != nil || got.Blocks != 20 || got.Files < 3 || !bytes.Equal(got.Hash, blocks[19].Hash) || got.Kind != kind {
		t.Fatalf("%+v, %v", got, err)
	}
	all, _ := files(dir)
	for _, f := range all {
		if info, _ := os.Stat(f); info.Size() > 400 {
			t.Errorf("%s has %d bytes", f, info.Size())
		}
	}
}

// Whatever a killed writer has left, which is a beginning of what it would have
// written, the next one makes the same archive of it.
func TestArchiveGoesOnAfterAKillAtAnyMoment(t *testing.T) {
	blocks := chain(6, "block")
	whole := t.TempDir()
	fill(t, open(t, whole), blocks)
	want, err := verify(whole)
	if err != nil {
		t.Fatal(err)
	}
	all, _ := files(whole)
	for i, path := range all {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for cut := range content {
			dir := t.TempDir()
			for _, earlier := range all[:i] {
				copyTo(t, dir, earlier, -1)
			}
			copyTo(t, dir, path, cut)
			fill(t, open(t, dir), blocks)
			if got, err := verify(dir); err != nil || got.String() != want.String() {
				t.Fatalf("%s cut at %d: %+v, %v", filepath.Base(path), cut, got, err)
			}
		}
	}
}

func copyTo(t *testing.T, dir, path string, size int) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if size >= 0 {
		raw = raw[:size]
	}
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyNamesTheFirstBadBlock(t *testing.T) {
	blocks := chain(12, "block")
	damage := map[string]struct {
		do    func(dir string, all []string)
		block uint64
	}{
		"a byte of a block": {func(_ string, all []string) { spoil(all[1], headerSize+lengthSize+45) }, 3},
		"a sum":             {func(_ string, all []string) { spoil(all[0], headerSize+lengthSize+47+3) }, 0},
		"a length":          {func(_ string, all []string) { spoil(all[0], headerSize) }, 0},
		"a header":          {func(_ string, all []string) { spoil(all[1], 20) }, 3},
		"a file is missing": {func(_ string, all []string) { _ = os.Remove(all[1]) }, 3},
		"cut off":           {func(_ string, all []string) { _ = os.Truncate(all[3], 300) }, 11},
		"of another chain": {func(dir string, all []string) {
			_ = os.Remove(all[1])
			other := filepath.Join(dir, "other")
			a, _ := Open(other, kind, readTest, 400, slog.New(slog.DiscardHandler))
			for _, b := range chain(12, "blocK") {
				_ = a.Append(b)
			}
			_ = a.Close()
			_ = os.Rename(filepath.Join(other, fileName(3)), all[1])
		}, 3},
	}
	for name, d := range damage {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			fill(t, open(t, dir), blocks)
			all, _ := files(dir)
			if len(all) != 4 || filepath.Base(all[1]) != fileName(3) {
				t.Fatalf("files %v", all)
			}
			d.do(dir, all)
			_, err := verify(dir)
			bad := (*BlockError)(nil)
			if !errors.As(err, &bad) || bad.Block != d.block {
				t.Errorf("error %v, want block %d named", err, d.block)
			}
		})
	}
}

func spoil(path string, at int) {
	raw, _ := os.ReadFile(path)
	raw[at] ^= 0xff
	_ = os.WriteFile(path, raw, 0o600)
}

func TestArchiveTakesOnlyTheNextBlock(t *testing.T) {
	dir, blocks := t.TempDir(), chain(5, "block")
	a := open(t, dir)
	fill(t, a, blocks[:3])
	a = open(t, dir)
	for name, b := range map[string]ledger.RawBlock{
		"one that is there": blocks[2], "a later one": blocks[4], "of another chain": chain(4, "fork")[3], "none": {Number: 3, Bytes: []byte("x")},
	} {
		bad := (*BlockError)(nil)
		if err := a.Append(b); !errors.As(err, &bad) || bad.Block != 3 {
			t.Errorf("%s: %v", name, err)
		}
	}
	fill(t, a, blocks)
	if got, err := verify(dir); err != nil || got.Blocks != 5 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestArchiveHasOneWriterAndOneKind(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir)
	if _, err := Open(dir, kind, readTest, 400, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrLocked) {
		t.Errorf("a second writer: %v", err)
	}
	fill(t, a, chain(1, "block"))
	if _, err := Open(dir, "other", readTest, 400, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "kind") {
		t.Errorf("another kind: %v", err)
	}
	if _, err := verify(t.TempDir()); err == nil {
		t.Error("an empty directory is no archive")
	}
}
