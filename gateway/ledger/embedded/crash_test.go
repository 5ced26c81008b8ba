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

	"github.com/grainledger/grainledger/gateway/ledger"
)

var errCrash = errors.New("disk is gone")

// faultyDisk fails at a chosen write or sync, and at all after it. What was
// written and not synced may be lost then.
type faultyDisk struct {
	osDisk
	persist bool // the failing step took effect, and so did all before it

	mu    sync.Mutex
	left  int // steps before the failure; negative: never
	files []*faultyFile
}

type faultyFile struct {
	file
	disk   *faultyDisk
	path   string
	synced []byte // content at the newest sync
}

func (d *faultyDisk) open(path string) (file, error) {
	f, err := d.osDisk.open(path)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(path)
	ff := &faultyFile{file: f, disk: d, path: path, synced: content}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files = append(d.files, ff)
	return ff, err
}

// step runs do unless the disk has failed or fails now.
func (d *faultyDisk) step(do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left == 0 {
		return errCrash
	}
	if d.left--; d.left != 0 {
		return do()
	}
	if d.persist {
		do()
	} else {
		for _, f := range d.files {
			os.WriteFile(f.path, f.synced, 0o640)
		}
	}
	return errCrash
}

func (d *faultyDisk) failed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.left == 0
}

func (f *faultyFile) WriteAt(p []byte, off int64) (n int, err error) {
	err = f.disk.step(func() error { n, err = f.file.WriteAt(p, off); return err })
	return n, err
}

func (f *faultyFile) Truncate(size int64) error {
	return f.disk.step(func() error { return f.file.Truncate(size) })
}

func (f *faultyFile) Sync() error {
	return f.disk.step(func() (err error) { f.synced, err = os.ReadFile(f.path); return err })
}

func (d *faultyDisk) syncDir(string) error { return d.step(func() error { return nil }) }

// TestCrashAtEveryStep fails each write and sync of a small load in turn. What
// was answered must be there afterwards, in order and whole.
func TestCrashAtEveryStep(t *testing.T) {
	for _, persist := range []bool{false, true} {
		name := map[bool]string{false: "lost", true: "persisted but reported failed"}[persist]
		t.Run(name, func(t *testing.T) {
			for at := 1; ; at++ {
				if at > 1000 {
					t.Fatal("the load never ends")
				}
				if !crashAt(t, at, persist) {
					t.Logf("%d steps", at-1)
					return
				}
			}
		})
	}
}

const crashLoad = 6

// crashAt returns false if the load has fewer steps than at.
func crashAt(t *testing.T, at int, persist bool) bool {
	t.Helper()
	dir := t.TempDir()
	disk := &faultyDisk{left: at, persist: persist}
	opt := testOptions()
	opt.SegmentBytes, opt.disk = 600, disk
	answered := crashingLoad(t, dir, opt, disk)
	if !disk.failed() {
		return false
	}
	opt.disk = nil
	l, err := Open(dir, opt)
	if err != nil {
		t.Fatalf("step %d: Open after the crash: %v", at, err)
	}
	defer l.Close()
	list := get(t, l, "get list")
	all := "0 1 2 3 4 5 "
	if !strings.HasPrefix(all, strings.TrimPrefix(list, "-")) || len(strings.TrimPrefix(list, "-")) < 2*answered {
		t.Errorf("step %d: list is %q, answered were %d", at, list, answered)
	}
	height, _ := l.newest()
	if int(height) < answered || int(height) > answered+1 {
		t.Errorf("step %d: height %d, answered were %d", at, height, answered)
	}
	checkPrivate(t, l, dir, at, int(height))
	mustSubmit(t, l, run("put list again"))
	return true
}

// crashingLoad submits until the disk fails and returns how many transactions
// were answered.
func crashingLoad(t *testing.T, dir string, opt Options, disk *faultyDisk) (answered int) {
	t.Helper()
	l, err := Open(dir, opt)
	if err != nil {
		if !errors.Is(err, errCrash) {
			t.Fatalf("Open: %v", err)
		}
		return 0
	}
	defer l.Close()
	for i := range crashLoad {
		tx := withTransient(run(fmt.Sprintf("add list %d ", i), fmt.Sprintf("pput s%d", i)), fmt.Sprintf("s%d", i), fmt.Sprintf("secret-%d", i))
		if i > 0 {
			tx.Args = append(tx.Args, fmt.Appendf(nil, "ppurge s%d", i-1))
		}
		_, err := l.Submit(context.Background(), tx)
		if err == nil {
			answered++
			continue
		}
		if !errors.Is(err, ledger.ErrUnavailable) || !errors.Is(err, errCrash) {
			t.Fatalf("Submit on a failed disk: %v", err)
		}
		if _, err := l.Submit(context.Background(), run("put x 1")); !errors.Is(err, ledger.ErrUnavailable) {
			t.Errorf("Submit after the failure: %v", err)
		}
		if _, err := l.Health(context.Background()); !errors.Is(err, ledger.ErrUnavailable) {
			t.Errorf("Health after the failure: %v", err)
		}
		return answered
	}
	if disk.failed() {
		t.Error("the disk failed and nobody noticed")
	}
	return answered
}

// checkPrivate: of the private values only that of the newest block is there.
func checkPrivate(t *testing.T, l *Ledger, dir string, step, height int) {
	t.Helper()
	for i := range crashLoad {
		want, secret := "-", fmt.Sprintf("secret-%d", i)
		if i == height-1 {
			want = secret
		}
		if got := get(t, l, fmt.Sprintf("pget s%d", i)); got != want {
			t.Errorf("step %d: private s%d = %s, want %s", step, i, got, want)
		}
		if want == "-" && inFiles(t, filepath.Join(dir, privateName), secret) {
			t.Errorf("step %d: bytes of s%d are still there", step, i)
		}
	}
}

// TestFailedSyncLeavesTheOutcomeUnknown: the block may be there after a
// restart, and the answer says so.
func TestFailedSyncLeavesTheOutcomeUnknown(t *testing.T) {
	disk := &faultyDisk{left: -1, persist: true}
	dir, opt := t.TempDir(), testOptions()
	opt.disk = disk
	l := mustOpen(t, dir, opt)
	mustSubmit(t, l, run("put k 1"))
	disk.mu.Lock()
	disk.left = 2 // write, then sync
	disk.mu.Unlock()
	c, err := l.Submit(context.Background(), run("put k 2"))
	if !errors.Is(err, ledger.ErrUnknown) || c.TxID == "" {
		t.Fatalf("error %v, want ErrUnknown and an id", err)
	}
	if got := get(t, l, "get k"); got != "1" {
		t.Errorf("k = %s before the restart, want 1", got)
	}
	l.Close()
	opt.disk = nil
	l = mustOpen(t, dir, opt)
	if _, code, err := l.Status(t.Context(), c.TxID); err != nil || code != ledger.Valid || get(t, l, "get k") != "2" {
		t.Errorf("after the restart: %s, %v, k = %s", code, err, get(t, l, "get k"))
	}
}
