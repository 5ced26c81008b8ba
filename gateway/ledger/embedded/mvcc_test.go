package embedded

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// together simulates all txs against the same state and puts them into one
// block in their order. It returns V and C per transaction.
func together(t *testing.T, l *Ledger, txs ...ledger.Tx) string {
	t.Helper()
	var batch []*pending
	for _, tx := range txs {
		sim, err := l.simulate(tx)
		if err != nil {
			t.Fatalf("simulate %s: %v", tx.Args, err)
		}
		batch = append(batch, &pending{sim: sim, done: make(chan result, 1)})
	}
	l.commitBatch(batch)
	var codes strings.Builder
	for _, p := range batch {
		r := <-p.done
		switch {
		case r.err == nil:
			codes.WriteString("V")
		case errors.Is(r.err, ledger.ErrConflict):
			codes.WriteString("C")
		default:
			t.Fatalf("commit: %v", r.err)
		}
	}
	return codes.String()
}

func TestConflictsInOneBlock(t *testing.T) {
	sealed := func(tx ledger.Tx) ledger.Tx { return withTransient(tx, "s", "secret") }
	for _, c := range []struct {
		name  string
		setup []ledger.Tx
		txs   []ledger.Tx
		want  string
	}{
		{"two read and write the same key", nil,
			[]ledger.Tx{run("add k a"), run("add k b")}, "VC"},
		{"a conflicting transaction does not harm the third", nil,
			[]ledger.Tx{run("add k a"), run("add k b", "put z 1"), run("get z", "put y 1")}, "VCV"},
		{"blind writes do not conflict", nil,
			[]ledger.Tx{run("put k a"), run("put k b"), run("put k c")}, "VVV"},
		{"write after another's read", nil,
			[]ledger.Tx{run("get k", "put x 1"), run("put k 2")}, "VV"},
		{"read after another's write", nil,
			[]ledger.Tx{run("put k 2"), run("get k", "put x 1")}, "VC"},
		{"absent key read, then created by another", nil,
			[]ledger.Tx{run("put k 1"), run("get k")}, "VC"},
		{"present key read, then deleted by another", []ledger.Tx{run("put k 1")},
			[]ledger.Tx{run("del k"), run("add k 2")}, "VC"},
		{"absent key read, then deleted by another: a write all the same", nil,
			[]ledger.Tx{run("del k"), run("add k 2")}, "VC"},
		{"readers do not conflict", []ledger.Tx{run("put k 1")},
			[]ledger.Tx{run("get k", "put a 1"), run("get k", "put b 1")}, "VV"},
		{"different keys", nil,
			[]ledger.Tx{run("add a 1"), run("add b 1")}, "VV"},
		{"private read after another's put", nil,
			[]ledger.Tx{sealed(run("pput s")), run("pget s", "put k 1")}, "VC"},
		{"private read after another's purge", []ledger.Tx{sealed(run("pput s"))},
			[]ledger.Tx{run("ppurge s"), run("pget s", "put k 1")}, "VC"},
		{"private blind puts", nil,
			[]ledger.Tx{sealed(run("pput s")), sealed(run("pput s"))}, "VV"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			l := mustOpen(t, dir, testOptions())
			for _, tx := range c.setup {
				mustSubmit(t, l, tx)
			}
			if got := together(t, l, c.txs...); got != c.want {
				t.Errorf("codes %s, want %s", got, c.want)
			}
			before := stateOf(t, l)
			mustClose(t, l)
			if after := stateOf(t, mustOpen(t, dir, testOptions())); after != before {
				t.Errorf("state after reopen\n%s\nwant\n%s", after, before)
			}
		})
	}
}

func TestConflictAcrossBlocks(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	mustSubmit(t, l, run("put k 1"))
	stale, err := l.simulate(run("add k x", "put other 1"))
	if err != nil {
		t.Fatal(err)
	}
	mustSubmit(t, l, run("put k 2"))
	p := &pending{sim: stale, done: make(chan result, 1)}
	l.commitBatch([]*pending{p})
	r := <-p.done
	if !errors.Is(r.err, ledger.ErrConflict) {
		t.Fatalf("error %v, want ErrConflict", r.err)
	}
	if got := get(t, l, "get k") + get(t, l, "get other"); got != "2-" {
		t.Errorf("state %s, want 2-", got)
	}
	c, code, err := l.Status(t.Context(), r.commit.TxID)
	if err != nil || code != ledger.MVCCReadConflict || c.Block != r.commit.Block || c.TxID != r.commit.TxID {
		t.Errorf("Status = %+v %s, %v", c, code, err)
	}
	b := blocksOf(t, l)[c.Block]
	if tx := b.Txs[0]; tx.Code != ledger.MVCCReadConflict || tx.Writes != nil || tx.Response != nil || len(tx.Args) != 2 {
		t.Errorf("invalid transaction in the block: %+v", tx)
	}
}

func TestAbsentIsOneVersion(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	sim, err := l.simulate(run("add k x"))
	if err != nil {
		t.Fatal(err)
	}
	mustSubmit(t, l, run("put k 1"))
	mustSubmit(t, l, run("del k"))
	p := &pending{sim: sim, done: make(chan result, 1)}
	l.commitBatch([]*pending{p})
	if r := <-p.done; r.err != nil {
		t.Errorf("a key that is absent again: %v", r.err)
	}
}

func TestSimulationSeesOneMoment(t *testing.T) {
	var l *Ledger
	other := make(chan func(), 1)
	opt := testOptions()
	inner := opt.Invoke
	opt.Invoke = func(stub contract.Stub, f string, args [][]byte) ([]byte, error) {
		if f != "pause" {
			return inner(stub, f, args)
		}
		a, err := stub.GetMultipleStates("a")
		if err != nil {
			return nil, err
		}
		(<-other)()
		b, err := stub.GetMultipleStates("b", "new")
		return append(append(a[0], b[0]...), shown(b[1:])...), err
	}
	l = mustOpen(t, t.TempDir(), opt)
	mustSubmit(t, l, run("put a 1", "put b 1"))
	other <- func() { mustSubmit(t, l, run("put a 2", "put b 2", "put new 2")) }
	got, err := l.Evaluate(context.Background(), ledger.Tx{Function: "pause"})
	if err != nil || string(got) != "11-" {
		t.Errorf("Evaluate = %s, %v; want 11-", got, err)
	}
}

func TestOwnWritesAreHidden(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	mustSubmit(t, l, run("put k old"))
	c := mustSubmit(t, l, withTransient(run("put k new", "get k", "put n 1", "get n", "pput s", "pget s", "del k", "get k"), "s", "x"))
	if got := string(c.Response); got != "old,-,-,old" {
		t.Errorf("response %s, want old,-,-,old", got)
	}
	if got := get(t, l, "get k"); got != "-" {
		t.Errorf("k = %s after its delete", got)
	}
}

func TestContractFailuresWriteNothing(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	_, err := l.Submit(context.Background(), ledger.Tx{Function: "refuse"})
	var refusal *ledger.ContractError
	if !errors.As(err, &refusal) || refusal.Message != "GL7 insufficient_quantity: no grain" {
		t.Errorf("refusal: %v", err)
	}
	if _, err := l.Submit(context.Background(), ledger.Tx{Function: "panic"}); !errors.Is(err, ledger.ErrPanic) {
		t.Errorf("panic: %v", err)
	}
	h, err := l.Health(context.Background())
	if err != nil || h.Height != 0 {
		t.Errorf("Health = %+v, %v; want height 0", h, err)
	}
}

// TestOneContractIsHere: a transaction names the grain contract or none, and
// whom else it asks to endorse means nothing.
func TestOneContractIsHere(t *testing.T) {
	l := mustOpen(t, t.TempDir(), testOptions())
	for _, test := range []struct {
		name string
		tx   ledger.Tx
		want record.Code
	}{
		{"none named", ledger.Tx{Function: "run"}, 0},
		{"grain", ledger.Tx{Contract: ledger.GrainContract, Function: "run"}, 0},
		{"grain, of a collection", ledger.Tx{Function: "run", Collection: record.SealedCollection}, 0},
		{"credit", ledger.Tx{Contract: ledger.CreditContract, Function: "run"}, record.BadCall},
		{"another", ledger.Tx{Contract: "nonsense", Function: "run"}, record.BadCall},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, submit := l.Submit(t.Context(), test.tx)
			_, evaluate := l.Evaluate(t.Context(), test.tx)
			for _, err := range []error{submit, evaluate} {
				var refusal *ledger.ContractError
				if test.want == 0 {
					if err != nil {
						t.Error(err)
					}
					continue
				}
				if !errors.As(err, &refusal) {
					t.Fatalf("%v is no refusal", err)
				}
				if e, ok := record.ParseError(refusal.Message); !ok || e.Code != test.want {
					t.Errorf("refused with %v", err)
				}
			}
		})
	}
}

func TestTransactionSizeLimit(t *testing.T) {
	opt := testOptions()
	opt.MaxTxBytes = 1000
	l := mustOpen(t, t.TempDir(), opt)
	big := strings.Repeat("x", 480)
	for name, tx := range map[string]ledger.Tx{
		"arguments": run("put k " + big + big + big),
		"writes":    run("put k "+big, "put l "+big),
		"transient": withTransient(run(), "k", big+big+big),
	} {
		if _, err := l.Submit(context.Background(), tx); !errors.Is(err, ledger.ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		}
	}
	mustSubmit(t, l, run("put k "+big))
}

// Blocks never run back in time. A transaction has the time that the clock
// shows, so that a block written under a clock that ran ahead does not date
// what comes after it.
func TestTimeOfBlocksAndTransactions(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	opt := testOptions()
	opt.Clock = func() time.Time { return now }
	dir := t.TempDir()
	l := mustOpen(t, dir, opt)
	mustSubmit(t, l, run("put k 1"))
	now = now.Add(-time.Hour)
	mustSubmit(t, l, run("put k 2"))
	for i, b := range blocksOf(t, l) {
		own := int64(1_700_000_000 - 3600*i)
		if b.Time.Unix() != 1_700_000_000 || b.Txs[0].Time.Unix() != own {
			t.Errorf("block %d at %s, transaction at %s", b.Number, b.Time, b.Txs[0].Time)
		}
	}
	mustClose(t, l)
	mustOpen(t, dir, opt)
}

func TestGroupCommit(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, testOptions())
	const callers, each = 16, 25
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for n := range each {
				key := string(rune('a'+i)) + string(rune('a'+n))
				c, err := l.Submit(context.Background(), run("add own-"+key+" 1", "put shared "+key))
				if err != nil {
					t.Errorf("Submit: %v", err)
					return
				}
				if _, code, err := l.Status(t.Context(), c.TxID); err != nil || code != ledger.Valid {
					t.Errorf("answered transaction has status %s, %v", code, err)
				}
			}
		})
	}
	wg.Wait()
	if s := l.Stats(); s.Transactions != callers*each || s.Keys != callers*each+1 {
		t.Errorf("Stats = %+v", s)
	}
	before := stateOf(t, l)
	mustClose(t, l)
	if after := stateOf(t, mustOpen(t, dir, testOptions())); after != before {
		t.Error("state differs after reopen")
	}
}

func TestBlocksAreCutBySize(t *testing.T) {
	opt := testOptions()
	opt.MaxBlockBytes, opt.SegmentBytes = 2000, 5000
	dir := t.TempDir()
	l := mustOpen(t, dir, opt)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() { mustSubmit(t, l, run("put "+string(rune('A'+i))+" "+strings.Repeat("v", 700))) })
	}
	wg.Wait()
	for _, b := range blocksOf(t, l) {
		if len(b.Txs) > 1 {
			t.Errorf("block %d has %d transactions, more than 2000 bytes", b.Number, len(b.Txs))
		}
	}
	if n := l.blocks.count(); n < 10 {
		t.Errorf("%d segments, want some", n)
	}
	before := stateOf(t, l)
	mustClose(t, l)
	if after := stateOf(t, mustOpen(t, dir, opt)); after != before {
		t.Error("state differs after reopen")
	}
}

// stateOf is the whole state by way of the block stream, each value checked
// against what a read gives.
func stateOf(t testing.TB, l *Ledger) string {
	t.Helper()
	state := map[string]string{}
	for _, b := range blocksOf(t, l) {
		for _, tx := range b.Txs {
			for _, w := range tx.Writes {
				state[w.Key] = shown([][]byte{w.Value})
			}
		}
	}
	var out strings.Builder
	for _, k := range slices.Sorted(maps.Keys(state)) {
		got := get(t, l, "get "+k)
		if got != state[k] {
			t.Errorf("key %s reads %q, the blocks say %q", k, got, state[k])
		}
		out.WriteString(k + "=" + got + "\n")
	}
	return out.String()
}

// blocksOf reads all blocks there are now and checks how they hang together.
func blocksOf(t testing.TB, l *Ledger) []ledger.Block {
	t.Helper()
	height, _ := l.newest()
	if height == 0 {
		return nil
	}
	var all []ledger.Block
	previous := make([]byte, 32)
	for b, err := range l.Blocks(context.Background(), 0) {
		if err != nil {
			t.Fatalf("Blocks: %v", err)
		}
		if b.Number != uint64(len(all)) || string(b.Previous) != string(previous) {
			t.Fatalf("block %d does not follow block %d", b.Number, len(all)-1)
		}
		previous = b.Hash
		if all = append(all, b); uint64(len(all)) == height {
			break
		}
	}
	return all
}
