package embedded

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// early is a ledger with two sealed values, and a snapshot of it.
func early(t *testing.T) (l *Ledger, dir, snap string, opt Options) {
	t.Helper()
	base := t.TempDir()
	opt = testOptions()
	opt.SegmentBytes = 600
	dir, snap = filepath.Join(base, "live"), filepath.Join(base, "snap")
	l = mustOpen(t, dir, opt)
	mustSubmit(t, l, withTransient(run("pput gone"), "gone", "penalty-4711"))
	mustSubmit(t, l, withTransient(run("pput stays"), "stays", "price-0815"))
	if err := l.Snapshot(context.Background(), snap); err != nil {
		t.Fatal(err)
	}
	return l, dir, snap, opt
}

func TestPurgesSinceTheSnapshotAreAppliedAgain(t *testing.T) {
	for name, journal := range map[string]string{"directory": "", "file": purgesName} {
		t.Run(name, func(t *testing.T) {
			l, dir, snap, opt := early(t)
			mustSubmit(t, l, run("put k v"))
			mustSubmit(t, l, run("ppurge gone"))
			mustSubmit(t, l, withTransient(run("pput new"), "new", "x"))
			mustSubmit(t, l, run("ppurge new")) // the snapshot never had it
			data := filepath.Join(t.TempDir(), "data")
			if err := Restore(context.Background(), snap, data, opt, filepath.Join(dir, journal)); err != nil {
				t.Fatal(err)
			}
			if inFiles(t, data, "penalty-4711") {
				t.Error("bytes of a purged value came back")
			}
			r := mustOpen(t, data, opt)
			if got := get(t, r, "pget gone") + get(t, r, "pget stays"); got != "-price-0815" {
				t.Errorf("after the restore: %s", got)
			}
			blocks := blocksOf(t, r)
			if last := blocks[len(blocks)-1]; len(blocks) != 3 || last.Txs[0].Function != RestorePurge || !last.Txs[0].Private[0].Purge {
				t.Errorf("%d blocks; the stream does not tell of the purge: %+v", len(blocks), last)
			}
			// What was restored can be copied and restored as any other.
			again := filepath.Join(t.TempDir(), "again")
			if err := r.Snapshot(context.Background(), again); err != nil {
				t.Error(err)
			}
			// And its journal still knows all, for a snapshot of between.
			if got := journalLines(t, data); got < 3 {
				t.Errorf("its journal has %d purges", got)
			}
			mustSubmit(t, r, run("put goes on"))
		})
	}
}

func TestARestoreWithoutJournalBringsValuesBack(t *testing.T) {
	l, _, snap, opt := early(t)
	mustSubmit(t, l, run("ppurge gone"))
	data := filepath.Join(t.TempDir(), "data")
	if err := Restore(context.Background(), snap, data, opt); err != nil {
		t.Fatal(err)
	}
	if got := get(t, mustOpen(t, data, opt), "pget gone"); got != "penalty-4711" {
		t.Errorf("%s", got) // if this changes, the manual has to
	}
}

func TestAPurgeBeforeTheSnapshotDoesNotStrikeALaterValue(t *testing.T) {
	base, opt := t.TempDir(), testOptions()
	l := mustOpen(t, filepath.Join(base, "live"), opt)
	mustSubmit(t, l, withTransient(run("pput s"), "s", "first"))
	mustSubmit(t, l, run("ppurge s"))
	mustSubmit(t, l, withTransient(run("pput s"), "s", "second"))
	snap, data := filepath.Join(base, "snap"), filepath.Join(base, "data")
	if err := l.Snapshot(context.Background(), snap); err != nil {
		t.Fatal(err)
	}
	if err := Restore(context.Background(), snap, data, opt, filepath.Join(base, "live")); err != nil {
		t.Fatal(err)
	}
	if got := get(t, mustOpen(t, data, opt), "pget s"); got != "second" {
		t.Errorf("value %s", got)
	}
}

func TestJournalOfPurgesHoldsNothingSecretAndAllPurges(t *testing.T) {
	l, dir, _, opt := early(t)
	mustSubmit(t, l, run("ppurge gone"))
	path := filepath.Join(dir, purgesName)
	whole := mustRead(t, path)
	for _, secret := range []string{"penalty", "gone"} {
		if strings.Contains(string(whole), secret) {
			t.Errorf("the journal holds %q:\n%s", secret, whole)
		}
	}
	mustClose(t, l)
	for name, spoiled := range map[string]string{
		"lost":             "",
		"torn":             string(whole[:len(whole)-9]),
		"a line is zeroed": string(whole[:len(whole)-9]) + "\x00\x00\n",
		"no title":         strings.TrimPrefix(string(whole), purgesTitle),
	} {
		mustWrite(t, path, []byte(spoiled))
		mustClose(t, mustOpen(t, dir, opt))
		if got := string(mustRead(t, path)); got != string(whole) {
			t.Errorf("%s: after a start it is\n%s", name, got)
		}
	}
}

func TestRestoreRefusesJournals(t *testing.T) {
	l, dir, snap, opt := early(t)
	mustSubmit(t, l, run("ppurge gone"))
	other, otherDir, _, _ := early(t)
	mustSubmit(t, other, run("ppurge gone"))
	bad := filepath.Join(t.TempDir(), "bad")
	mustWrite(t, bad, append(mustRead(t, filepath.Join(dir, purgesName)), "12 zz \"sealed\"\n"...))
	for path, want := range map[string]string{
		otherDir: "another ledger", bad: "line 3", filepath.Join(dir, "none"): "no such file",
	} {
		data := filepath.Join(t.TempDir(), "data")
		err := Restore(context.Background(), snap, data, opt, path)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		if _, err := os.Stat(data); err == nil {
			t.Error("a refused restore left a ledger")
		}
	}
}

func journalLines(t *testing.T, dir string) int {
	t.Helper()
	_, all, err := parsePurges(mustRead(t, filepath.Join(dir, purgesName)))
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}
