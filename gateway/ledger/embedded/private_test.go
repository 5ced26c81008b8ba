package embedded

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm3"
)

// inFiles tells whether any file under dir holds the text.
func inFiles(t *testing.T, dir, text string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		p, err := os.ReadFile(path)
		found = found || bytes.Contains(p, []byte(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPrivateDataLife(t *testing.T) {
	dir, opt := t.TempDir(), testOptions()
	l := mustOpen(t, dir, opt)
	reopen := func() { mustClose(t, l); l = mustOpen(t, dir, opt) }

	if got := get(t, l, "pget s"); got != "-" {
		t.Fatalf("absent: %s", got)
	}
	mustSubmit(t, l, withTransient(run("pput s"), "s", "first-price-4711"))
	mustSubmit(t, l, withTransient(run("pput s"), "s", "second-price-0815"))
	mustSubmit(t, l, withTransient(run("pput other"), "other", "kept-price-99"))
	for range 2 {
		if got := get(t, l, "pget s"); got != "second-price-0815" {
			t.Errorf("value %s", got)
		}
		reopen()
	}
	for _, b := range blocksOf(t, l) {
		for _, w := range b.Txs[0].Private {
			if w.Collection != "sealed" || len(w.Hash) != 32 || w.Purge {
				t.Errorf("block %d: %+v", b.Number, w)
			}
		}
	}
	if inFiles(t, filepath.Join(dir, blocksName), "price") {
		t.Error("a private value stands in a block")
	}
	want := sm3.Sum([]byte("second-price-0815"))
	if got := blocksOf(t, l)[1].Txs[0].Private[0].Hash; !bytes.Equal(got, want[:]) {
		t.Errorf("hash %x, want %x", got, want)
	}

	mustSubmit(t, l, run("ppurge s"))
	for range 2 {
		if got := get(t, l, "pget s"); got != "-" {
			t.Errorf("purged value reads %s", got)
		}
		if inFiles(t, dir, "first-price-4711") || inFiles(t, dir, "second-price-0815") {
			t.Error("bytes of a purged value are still in the directory")
		}
		if got := get(t, l, "pget other"); got != "kept-price-99" {
			t.Errorf("another key reads %s", got)
		}
		reopen()
	}
	if w := blocksOf(t, l)[3].Txs[0].Private[0]; !w.Purge || w.Hash != nil {
		t.Errorf("purge in the block: %+v", w)
	}
	mustSubmit(t, l, withTransient(run("pput s"), "s", "third"))
	reopen()
	if got := get(t, l, "pget s"); got != "third" {
		t.Errorf("after a new put: %s", got)
	}
}

func TestPutAndPurgeInOneBlock(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, testOptions())
	codes := together(t, l, withTransient(run("pput s"), "s", "short-lived"), run("ppurge s"))
	if codes != "VV" || get(t, l, "pget s") != "-" || inFiles(t, dir, "short-lived") {
		t.Errorf("codes %s, value %s", codes, get(t, l, "pget s"))
	}
}

func TestPurgeIsCompletedAtTheNextStart(t *testing.T) {
	dir, opt := t.TempDir(), testOptions()
	l := mustOpen(t, dir, opt)
	mustSubmit(t, l, withTransient(run("pput s"), "s", "penalty-of-4711"))
	path := filepath.Join(dir, privateName, segmentName(0))
	before := mustRead(t, path)
	mustSubmit(t, l, run("ppurge s"))
	mustClose(t, l)
	mustWrite(t, path, before) // as if the process had ended before the overwrite
	l = mustOpen(t, dir, opt)
	if inFiles(t, dir, "penalty-of-4711") || get(t, l, "pget s") != "-" {
		t.Error("the purge was not completed")
	}
}

func TestValueWithoutBlockIsDropped(t *testing.T) {
	dir, opt := t.TempDir(), testOptions()
	l := mustOpen(t, dir, opt)
	mustSubmit(t, l, withTransient(run("pput s"), "s", "kept-value"))
	mustClose(t, l)
	path := filepath.Join(dir, privateName, segmentName(0))
	mustWrite(t, path, append(mustRead(t, path), "value of a lost block"...))
	l = mustOpen(t, dir, opt)
	if inFiles(t, dir, "value of a lost block") {
		t.Error("a value whose block never came is still in the directory")
	}
	if got := get(t, l, "pget s"); got != "kept-value" {
		t.Errorf("value %s", got)
	}
}

func TestAlteredPrivateValueIsNotReturned(t *testing.T) {
	dir, opt := t.TempDir(), testOptions()
	l := mustOpen(t, dir, opt)
	mustSubmit(t, l, run("put k v"))
	mustSubmit(t, l, withTransient(run("pput s"), "s", "weight-1000"))
	path := filepath.Join(dir, privateName, segmentName(0))
	mustWrite(t, path, bytes.Replace(mustRead(t, path), []byte("weight-1000"), []byte("weight-9000"), 1))
	_, err := l.Evaluate(context.Background(), run("pget s"))
	var tamper *TamperError
	if !errors.As(err, &tamper) || tamper.Block != 1 {
		t.Errorf("error %v, want block 1 named", err)
	}
}

func TestPrivateNamesAreChecked(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	s := &stub{store: l.store, room: 1 << 20}
	for name, err := range map[string]error{
		"no collection":   s.PutPrivateData("", "k", []byte("v")),
		"no key":          s.PutPrivateData("c", "", []byte("v")),
		"no value":        s.PutPrivateData("c", "k", nil),
		"U+0000":          s.PutPrivateData("a\x00b", "k", []byte("v")),
		"long key":        s.PutPrivateData("c", strings.Repeat("k", 70_000), []byte("v")),
		"purge of no key": s.PurgePrivateData("c", ""),
		"public no key":   s.PutState("", nil),
		"event no name":   s.SetEvent("", nil),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
