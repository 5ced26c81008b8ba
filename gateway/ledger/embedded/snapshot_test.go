package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestSnapshotAndRestoreUnderLoad(t *testing.T) {
	base, opt := t.TempDir(), testOptions()
	opt.SegmentBytes = 4000
	l := mustOpen(t, filepath.Join(base, "live"), opt)
	for i := range 20 {
		mustSubmit(t, l, withTransient(run(fmt.Sprintf("put k%d %d", i, i), "pput s"), "s", fmt.Sprint("secret-", i)))
	}
	stop, wg := make(chan struct{}), sync.WaitGroup{}
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				key := fmt.Sprint("load", i)
				mustSubmit(t, l, withTransient(run("put "+key+" x", "pput "+key), key, "secret of "+key+"."))
				mustSubmit(t, l, run("ppurge "+key))
			}
		}
	})
	snap := filepath.Join(base, "snap")
	err := l.Snapshot(context.Background(), snap)
	close(stop)
	wg.Wait()
	if err != nil {
		t.Fatalf("Snapshot: %v", err)
	}
	if err := l.Snapshot(context.Background(), snap); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("Snapshot onto another: %v, want ErrNotEmpty", err)
	}
	mustSubmit(t, l, run("put after snapshot", "ppurge s"))

	data := filepath.Join(base, "restored")
	if err := Restore(context.Background(), snap, data, opt); err != nil {
		t.Fatalf("Restore: %v", err)
	}
	r := mustOpen(t, data, opt)
	checkPurged(t, r, snap)
	live := blocksOf(t, l)
	for i, b := range blocksOf(t, r) {
		if string(b.Hash) != string(live[i].Hash) {
			t.Errorf("block %d differs", i)
		}
	}
	if got := get(t, r, "pget s") + get(t, r, "get k7") + get(t, r, "get after"); got != "secret-197-" {
		t.Errorf("restored state %s", got)
	}
	mustSubmit(t, r, run("put goes on"))
	leftovers, _ := filepath.Glob(filepath.Join(base, "*.partial-*"))
	if len(leftovers) > 0 {
		t.Errorf("left behind: %v", leftovers)
	}
}

// checkPurged: what the chain of l purges is not in the files of dir.
func checkPurged(t *testing.T, l *Ledger, dir string) {
	t.Helper()
	for _, b := range blocksOf(t, l) {
		for _, arg := range b.Txs[0].Args { // a block has hashes of private keys alone
			key, purge := strings.CutPrefix(string(arg), "ppurge ")
			if purge && inFiles(t, dir, "secret of "+key+".") {
				t.Errorf("the snapshot holds the purged value of %s", key)
			}
		}
	}
}

func TestPurgedValueIsNotInALaterSnapshot(t *testing.T) {
	base, opt := t.TempDir(), testOptions()
	l := mustOpen(t, filepath.Join(base, "live"), opt)
	mustSubmit(t, l, withTransient(run("pput s"), "s", "gone-for-good"))
	mustSubmit(t, l, run("ppurge s"))
	if err := l.Snapshot(context.Background(), filepath.Join(base, "snap")); err != nil {
		t.Fatal(err)
	}
	if inFiles(t, base, "gone-for-good") {
		t.Error("the snapshot holds a purged value")
	}
}

func TestRestoreRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		do    func(t *testing.T, snap, data string, block1 int)
		block uint64 // if it is a *TamperError
		want  error
	}{
		{"a damaged block", func(t *testing.T, snap, _ string, block1 int) { spoil(t, blockFile(snap, 0), block1+100) }, 1, nil},
		{"a damaged private value", func(t *testing.T, snap, _ string, _ int) {
			spoil(t, filepath.Join(snap, privateName, segmentName(0)), -1)
		}, 2, nil},
		{"no snapshot at all", func(t *testing.T, snap, _ string, _ int) { os.RemoveAll(snap) }, 0, os.ErrNotExist},
		{"a target with files", func(t *testing.T, _, data string, _ int) {
			os.Mkdir(data, 0o750)
			mustWrite(t, filepath.Join(data, "file"), nil)
		}, 0, ErrNotEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			base, opt := t.TempDir(), testOptions()
			l := mustOpen(t, filepath.Join(base, "live"), opt)
			for i := range 3 {
				mustSubmit(t, l, withTransient(run("put k v", "pput s"), "s", fmt.Sprint("secret", i)))
			}
			snap, data := filepath.Join(base, "snap"), filepath.Join(base, "data")
			if err := l.Snapshot(context.Background(), snap); err != nil {
				t.Fatal(err)
			}
			c.do(t, snap, data, int(l.starts[1].offset()))
			err := Restore(context.Background(), snap, data, opt)
			var tamper *TamperError
			if c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			} else if c.want == nil && (!errors.As(err, &tamper) || tamper.Block != c.block) {
				t.Errorf("error %v, want block %d named", err, c.block)
			}
			if _, err := os.Stat(filepath.Join(data, headName)); err == nil {
				t.Error("a refused restore left a ledger")
			}
		})
	}
}

// spoil changes the byte at offset, counted from the end if negative.
func spoil(t *testing.T, path string, offset int) {
	t.Helper()
	p := mustRead(t, path)
	if offset < 0 {
		offset += len(p)
	}
	p[offset] ^= 0xff
	mustWrite(t, path, p)
}
