package embedded

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// chainOf makes a small ledger in several segments, closes it, and returns its
// files and where each frame begins.
func chainOf(t *testing.T, blocks int) (dir string, opt Options, starts []location, end location) {
	t.Helper()
	dir, opt = t.TempDir(), testOptions()
	opt.SegmentBytes = 700
	l := mustOpen(t, dir, opt)
	for i := range blocks {
		mustSubmit(t, l, withTransient(run(fmt.Sprintf("add k%d v%d", i%3, i), "pput s"), "s", fmt.Sprint("secret", i)))
	}
	starts, end = slices.Clone(l.starts), l.blocks.end
	mustClose(t, l)
	return dir, opt, starts, end
}

func blockFile(dir string, n int) string {
	return filepath.Join(dir, blocksName, segmentName(n))
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	p, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustWrite(t *testing.T, path string, p []byte) {
	t.Helper()
	if err := os.WriteFile(path, p, 0o640); err != nil {
		t.Fatal(err)
	}
}

func wantTamper(t *testing.T, dir string, opt Options, block uint64, what string) {
	t.Helper()
	l, err := Open(dir, opt)
	if err == nil {
		l.Close()
		t.Errorf("%s: opened, want block %d named", what, block)
		return
	}
	var tamper *TamperError
	if !errors.As(err, &tamper) || tamper.Block != block {
		t.Errorf("%s: %v, want block %d named", what, err, block)
	}
}

func TestEveryFlippedByteIsDetected(t *testing.T) {
	dir, opt, starts, _ := chainOf(t, 4)
	entries, err := os.ReadDir(filepath.Join(dir, blocksName))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 2 {
		t.Fatal("chain has one segment, want more")
	}
	for n := range entries {
		path := blockFile(dir, n)
		good := mustRead(t, path)
		for i := range good {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << (i % 8)
			mustWrite(t, path, bad)
			wantTamper(t, dir, opt, blockAround(starts, at(n, int64(i))), fmt.Sprintf("%s byte %d", segmentName(n), i))
			if got := mustRead(t, path); !bytes.Equal(got, bad) {
				t.Fatalf("a refused start changed %s", path)
			}
		}
		mustWrite(t, path, good)
	}
	mustOpen(t, dir, opt)
}

// blockAround is the block that l lies in; a file header belongs to the block
// after it.
func blockAround(starts []location, l location) uint64 {
	if l.offset() < segmentHeaderSize {
		l = at(l.segment(), segmentHeaderSize)
	}
	i, exact := slices.BinarySearch(starts, l)
	if !exact {
		i--
	}
	return uint64(i)
}

func TestTornTail(t *testing.T) {
	dir, opt := t.TempDir(), testOptions()
	l := mustOpen(t, dir, opt)
	mustSubmit(t, l, run("put a 1"))
	mustSubmit(t, l, run("put a 2"))
	oldHead := mustRead(t, filepath.Join(dir, headName))
	last := mustSubmit(t, l, run("put a 3", "put filler "+strings.Repeat("f", 600)))
	start := int(l.starts[2].offset())
	mustClose(t, l)
	whole, newHead := mustRead(t, blockFile(dir, 0)), mustRead(t, filepath.Join(dir, headName))

	try := func(what string, file []byte, cut bool) {
		t.Helper()
		mustWrite(t, blockFile(dir, 0), file)
		mustWrite(t, filepath.Join(dir, headName), newHead)
		if cut {
			wantTamper(t, dir, opt, 2, what+", answered")
			mustWrite(t, blockFile(dir, 0), file)
		}
		mustWrite(t, filepath.Join(dir, headName), oldHead)
		l, err := Open(dir, opt)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		defer l.Close()
		want := "3"
		if cut {
			want = "2"
		}
		if got := get(t, l, "get a"); got != want {
			t.Errorf("%s: a = %s, want %s", what, got, want)
		}
		if _, _, err := l.Status(t.Context(), last.TxID); errors.Is(err, ledger.ErrNotFound) != cut {
			t.Errorf("%s: status of the last transaction: %v", what, err)
		}
		mustSubmit(t, l, run("put a next"))
		mustClose(t, l)
		mustClose(t, mustOpen(t, dir, opt))
	}
	try("nothing lost", whole, false)
	for n := start; n < len(whole); n++ {
		try(fmt.Sprintf("cut to %d of %d bytes", n-start, len(whole)-start), whole[:n], true)
	}
	try("zeros only", append(bytes.Clone(whole[:start]), make([]byte, 2048)...), true)
	for from := start; from < len(whole); from = from/512*512 + 512 {
		sector := bytes.Clone(whole)
		clear(sector[from:min(len(sector), from/512*512+512)])
		try(fmt.Sprintf("zero sector at %d", from), sector, true)
		rest := bytes.Clone(whole)
		clear(rest[from:])
		try(fmt.Sprintf("zeros from %d on", from), rest, true)
	}
}

func TestTornFileHeader(t *testing.T) {
	for n := range segmentHeaderSize {
		dir, opt, starts, _ := chainOf(t, 2)
		next := starts[1].segment() + 1
		mustWrite(t, blockFile(dir, next), []byte(blockMagic + "\x00\x00\x00\x00\x00\x00\x00\x00")[:n])
		l := mustOpen(t, dir, opt)
		mustSubmit(t, l, run("put a 1"))
		mustClose(t, l)
		mustClose(t, mustOpen(t, dir, opt))
	}
}

func TestDeliberateDamage(t *testing.T) {
	remove := func(t *testing.T, dir string, from location) {
		for n := 99; n > from.segment(); n-- {
			os.Remove(blockFile(dir, n))
		}
		if err := os.Truncate(blockFile(dir, from.segment()), from.offset()); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		block uint64
		do    func(t *testing.T, dir string, starts []location)
	}{
		{"last block removed", 5, func(t *testing.T, dir string, starts []location) { remove(t, dir, starts[5]) }},
		{"last three blocks removed", 3, func(t *testing.T, dir string, starts []location) { remove(t, dir, starts[3]) }},
		{"all blocks removed", 0, func(t *testing.T, dir string, starts []location) { remove(t, dir, starts[0]) }},
		{"block files removed", 0, func(t *testing.T, dir string, starts []location) {
			os.RemoveAll(filepath.Join(dir, blocksName))
		}},
		{"file in the middle removed", 2, func(t *testing.T, dir string, starts []location) {
			os.Remove(blockFile(dir, starts[2].segment()))
		}},
		{"length of the last frame altered so that it looks torn", 5, func(t *testing.T, dir string, starts []location) {
			forge(t, dir, starts[5], func(h *frameHeader) { h.body += 1000 })
		}},
		{"length of a middle frame altered", 2, func(t *testing.T, dir string, starts []location) {
			forge(t, dir, starts[2], func(h *frameHeader) { h.body -= 3 })
		}},
		{"boundary between body and signature moved", 2, func(t *testing.T, dir string, starts []location) {
			forge(t, dir, starts[2], func(h *frameHeader) { h.body--; h.signature++ })
		}},
		{"number altered", 4, func(t *testing.T, dir string, starts []location) {
			forge(t, dir, starts[4], func(h *frameHeader) { h.number++ })
		}},
		{"garbage appended", 6, func(t *testing.T, dir string, starts []location) {
			path := blockFile(dir, starts[5].segment())
			mustWrite(t, path, append(mustRead(t, path), bytes.Repeat([]byte("x"), 100)...))
		}},
		{"head removed", 0, func(t *testing.T, dir string, _ []location) { os.Remove(filepath.Join(dir, headName)) }},
		{"private file removed", 0, func(t *testing.T, dir string, _ []location) {
			os.RemoveAll(filepath.Join(dir, privateName))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, opt, starts, _ := chainOf(t, 6)
			c.do(t, dir, starts)
			wantTamper(t, dir, opt, c.block, c.name)
		})
	}
}

// forge alters a frame header and makes its checksum right.
func forge(t *testing.T, dir string, l location, change func(*frameHeader)) {
	t.Helper()
	path := blockFile(dir, l.segment())
	p := mustRead(t, path)
	h, err := parseFrameHeader(p[l.offset() : l.offset()+frameHeaderSize])
	if err != nil {
		t.Fatal(err)
	}
	change(&h)
	h.put(p[l.offset():])
	if crc32.Checksum(p[l.offset():l.offset()+20], castagnoli) != binary.BigEndian.Uint32(p[l.offset()+20:]) {
		t.Fatal("checksum is not right")
	}
	mustWrite(t, path, p)
}

func TestDamageBeforeAnAnsweredBlockIsNotTorn(t *testing.T) {
	dir, opt := t.TempDir(), testOptions()
	l := mustOpen(t, dir, opt)
	mustSubmit(t, l, run("put a 1"))
	oldHead := mustRead(t, filepath.Join(dir, headName))
	mustSubmit(t, l, run("put a 2", "put filler "+strings.Repeat("f", 1<<20)))
	mustSubmit(t, l, run("put a 3"))
	start := l.starts[1].offset()
	mustClose(t, l)
	p := mustRead(t, blockFile(dir, 0))
	clear(p[start : start+512])
	mustWrite(t, blockFile(dir, 0), p)
	mustWrite(t, filepath.Join(dir, headName), oldHead) // as after power loss
	wantTamper(t, dir, opt, 1, "zero sector before a later block")
}

func TestBlocksOfAnotherKeyAreRefused(t *testing.T) {
	dir, opt, _, _ := chainOf(t, 3)
	other := opt
	other.Key = otherKey(t)
	wantTamper(t, dir, other, 2, "another key")
	other.Trusted = append(other.Trusted, &opt.Key.PublicKey)
	l := mustOpen(t, dir, other)
	mustSubmit(t, l, run("put after rotation"))
	mustClose(t, l)
	mustClose(t, mustOpen(t, dir, other))
	wantTamper(t, dir, opt, 3, "without the new key")
}

func TestRebuildHead(t *testing.T) {
	dir, opt, starts, _ := chainOf(t, 3)
	if err := os.Remove(filepath.Join(dir, headName)); err != nil {
		t.Fatal(err)
	}
	wantTamper(t, dir, opt, 0, "no head")
	opt.RebuildHead = true
	l := mustOpen(t, dir, opt)
	if s := l.Stats(); s.Height != uint64(len(starts)) {
		t.Errorf("height %d", s.Height)
	}
	mustClose(t, l)
	opt.RebuildHead = false
	mustOpen(t, dir, opt)
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, testOptions())
	if _, err := Open(dir, testOptions()); !errors.Is(err, ErrLocked) {
		t.Errorf("second Open: %v, want ErrLocked", err)
	}
	mustClose(t, l)
	mustOpen(t, dir, testOptions())
}
