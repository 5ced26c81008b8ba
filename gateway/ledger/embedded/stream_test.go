package embedded

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/grainledger/grainledger/gateway/ledger"
)

func TestBlocksFollowsNewCommits(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	mustSubmit(t, l, run("put k 0"))
	mustSubmit(t, l, run("put k 1"))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	seen := uint64(1)
	for b, err := range l.Blocks(ctx, seen) {
		if err != nil {
			t.Fatalf("Blocks: %v", err)
		}
		if got := string(b.Txs[0].Writes[0].Value); b.Number != seen || got != fmt.Sprint(seen) {
			t.Errorf("block %d with %s, want %d", b.Number, got, seen)
		}
		if seen++; seen == 6 {
			cancel()
			continue
		}
		go func() { mustSubmit(t, l, run(fmt.Sprint("put k ", seen))) }()
	}
	if seen != 6 {
		t.Errorf("ended at block %d", seen)
	}
}

func TestBlocksWaitsForABlockThatIsFarAhead(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	go func() {
		for i := range 4 {
			mustSubmit(t, l, run(fmt.Sprint("put k ", i)))
		}
	}()
	for b, err := range l.Blocks(context.Background(), 3) {
		if err != nil || b.Number != 3 {
			t.Errorf("block %d, %v", b.Number, err)
		}
		break
	}
}

func TestBlocksEndsWithClose(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	mustSubmit(t, l, run("put k 1"))
	var last error
	for _, err := range l.Blocks(context.Background(), 0) {
		if last = err; err == nil {
			go l.Close()
		}
	}
	if !errors.Is(last, ledger.ErrClosed) {
		t.Errorf("ended with %v, want ErrClosed", last)
	}
	mustClose(t, l)
	for _, err := range l.Blocks(context.Background(), 0) {
		if !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
}

func TestClosedLedgerSaysSo(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	mustClose(t, l)
	ctx := context.Background()
	_, submit := l.Submit(ctx, run())
	_, evaluate := l.Evaluate(ctx, run())
	_, health := l.Health(ctx)
	for name, err := range map[string]error{"Submit": submit, "Evaluate": evaluate, "Health": health,
		"Snapshot": l.Snapshot(ctx, t.TempDir())} {
		if !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed", name, err)
		}
	}
}

func TestBlockCarriesTheWholeTransaction(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	c := mustSubmit(t, l, withTransient(run("put b 2", "put a 1", "del c", "pput s", "get a", "event accepted payload"), "s", "x"))
	b := blocksOf(t, l)[0]
	tx := b.Txs[0]
	if tx.ID != c.TxID || tx.Code != ledger.Valid || tx.Contract != ledger.GrainContract || tx.Function != "run" || len(tx.Args) != 6 ||
		string(tx.Response) != "-" || string(tx.Event) != "payload" || len(tx.Private) != 1 {
		t.Errorf("transaction %+v", tx)
	}
	want := []ledger.Write{{Contract: ledger.GrainContract, Key: "a", Value: []byte("1")},
		{Contract: ledger.GrainContract, Key: "b", Value: []byte("2")},
		{Contract: ledger.GrainContract, Key: "c", Delete: true},
	}
	if fmt.Sprint(tx.Writes) != fmt.Sprint(want) {
		t.Errorf("writes %v, want %v", tx.Writes, want)
	}
	if w := tx.Private[0]; w.Contract != ledger.GrainContract || string(w.KeyHash) != string(ledger.KeyHash("s")) {
		t.Errorf("private write %+v", w)
	}
}

func TestHistory(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, testOptions())
	var want []string
	note := func(value string, c ledger.Commit) {
		want = append([]string{fmt.Sprintf("%s %d %s", value, c.Block, c.TxID)}, want...)
	}
	note("1", mustSubmit(t, l, run("put k 1", "put other x")))
	note("2", mustSubmit(t, l, run("put k 2")))
	mustSubmit(t, l, run("put other y"))
	note("", mustSubmit(t, l, run("del k")))
	note("3", mustSubmit(t, l, run("put j 1", "put k 3")))
	for range 2 {
		var got []string
		for v, err := range l.History("k") {
			if err != nil {
				t.Fatal(err)
			}
			if v.Delete != (v.Value == nil) || v.Time.IsZero() {
				t.Errorf("version %+v", v)
			}
			got = append(got, fmt.Sprintf("%s %d %s", v.Value, v.Block, v.TxID))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("history %v, want %v", got, want)
		}
		for v, err := range l.History("never") {
			t.Errorf("history of an absent key: %+v %v", v, err)
		}
		mustClose(t, l)
		l = mustOpen(t, dir, testOptions())
	}
}
