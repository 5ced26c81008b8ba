package embedded

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/gateway/ledger"
)

const killDirVariable = "GRAINLEDGER_TEST_KILL_DIR"

// TestKilledInMidLoad kills a process with SIGKILL several times while it
// commits. Whatever it answered must be there, and the values that it purged
// must not.
func TestKilledInMidLoad(t *testing.T) {
	if dir := os.Getenv(killDirVariable); dir != "" {
		loadUntilKilled(t, dir)
		return
	}
	dir, opt := t.TempDir(), testOptions()
	keyBytes := fmt.Sprintf("%064x", testKey().D)
	var answered []string
	for round := range 5 {
		answered = append(answered, killAfter(t, dir, keyBytes, 40+37*round)...)
		l := mustOpen(t, dir, opt)
		private := ""
		for n := range l.values.count() {
			private += string(mustRead(t, filepath.Join(dir, privateName, segmentName(n))))
		}
		for _, line := range answered {
			id, key, _ := strings.Cut(line, " ")
			if _, code, err := l.Status(t.Context(), id); err != nil || code != ledger.Valid {
				t.Errorf("round %d: answered transaction %s is missing", round, id)
			}
			if got := get(t, l, "get "+key); got != key {
				t.Errorf("round %d: %s = %s", round, key, got)
			}
			if strings.Contains(private, "secret of "+key+".") {
				t.Errorf("round %d: bytes of a purged value are still there: %s", round, key)
			}
		}
		stateOf(t, l)
		mustClose(t, l)
	}
}

// killAfter starts a process that loads the ledger, kills it after n answers,
// and returns all answers that it gave.
func killAfter(t *testing.T, dir, key string, n int) (answers []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledInMidLoad$")
	cmd.Env = append(os.Environ(), killDirVariable+"="+dir, killDirVariable+"_KEY="+key)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line, ok := strings.CutPrefix(lines.Text(), "answered ")
		if !ok {
			t.Errorf("the process says: %s", lines.Text())
			continue
		}
		if answers = append(answers, line); len(answers) == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd.Wait()
	if len(answers) < n {
		t.Fatalf("the process ended after %d answers", len(answers))
	}
	return answers
}

// loadUntilKilled runs in the process that is killed.
func loadUntilKilled(t *testing.T, dir string) {
	opt := testOptions()
	opt.Key = keyFromHex(t, os.Getenv(killDirVariable+"_KEY"))
	opt.SegmentBytes = 20_000
	l, err := Open(dir, opt)
	if err != nil {
		fmt.Println("Open:", err)
		os.Exit(1)
	}
	answers := make(chan string)
	for worker := range 4 {
		go func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("%d-%d-%d", os.Getpid(), worker, i)
				c, err := l.Submit(context.Background(), withTransient(run("put "+key+" "+key, "pput "+key), key, "secret of "+key+"."))
				if err == nil {
					c, err = l.Submit(context.Background(), run("put "+key+" "+key, "ppurge "+key))
				}
				if err != nil {
					answers <- "failed: " + err.Error()
					continue
				}
				answers <- "answered " + c.TxID + " " + key
			}
		}()
	}
	for a := range answers {
		os.Stdout.WriteString(a + "\n")
	}
}

// TestHeadCoversEveryAnswer: the files of a process that ends at once after an
// answer tell that the answered block must be there.
func TestHeadCoversEveryAnswer(t *testing.T) {
	dir, opt := t.TempDir(), testOptions()
	l := mustOpen(t, dir, opt)
	for i := range 4 {
		c := mustSubmit(t, l, run(fmt.Sprint("put k ", i)))
		left := filepath.Join(t.TempDir(), "left")
		if err := os.CopyFS(left, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(blockFile(left, 0), l.starts[c.Block].offset()); err != nil {
			t.Fatal(err)
		}
		wantTamper(t, left, opt, c.Block, "answered block removed")
	}
}
