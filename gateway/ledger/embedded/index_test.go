package embedded

import (
	"fmt"
	"hash/fnv"
	"testing"

	"pgregory.net/rapid"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// weakHash has 4 values, so that most keys collide.
func weakHash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64() % 4
}

func TestCollidingKeysStayApart(t *testing.T) {
	dir, opt := t.TempDir(), testOptions()
	opt.hash = weakHash
	l := mustOpen(t, dir, opt)
	for round := range 3 {
		for k := range 12 {
			mustSubmit(t, l, withTransient(run(fmt.Sprintf("put k%d %d.%d", k, k, round), fmt.Sprintf("pput s%d", k)),
				fmt.Sprintf("s%d", k), fmt.Sprintf("%d.%d", k, round)))
		}
	}
	mustSubmit(t, l, run("ppurge s5"))
	for range 2 {
		for k := range 12 {
			want := fmt.Sprintf("%d.2", k)
			if got := get(t, l, fmt.Sprintf("get k%d", k)); got != want {
				t.Errorf("k%d = %s, want %s", k, got, want)
			}
			if k == 5 {
				want = "-"
			}
			if got := get(t, l, fmt.Sprintf("pget s%d", k)); got != want {
				t.Errorf("private s%d = %s, want %s", k, got, want)
			}
		}
		for _, absent := range []string{"get nothing", "get k99", "pget s99"} {
			if got := get(t, l, absent); got != "-" {
				t.Errorf("%s = %s", absent, got)
			}
		}
		n := 0
		for v, err := range l.History("k7") {
			if want := fmt.Sprintf("7.%d", 2-n); err != nil || string(v.Value) != want {
				t.Errorf("history of k7: %s %v, want %s", v.Value, err, want)
			}
			n++
		}
		mustClose(t, l)
		l = mustOpen(t, dir, opt)
	}
	if codes := together(t, l, run("add k100 a"), run("add k101 b"), run("add k100 c")); codes != "VVC" {
		t.Errorf("codes %s, want VVC", codes)
	}
}

// TestLedgerAgreesWithAModel runs random blocks of random transactions against
// plain maps with Fabric's rules, with and without collisions, and reopens now
// and then.
func TestLedgerAgreesWithAModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, opt := t.TempDir(), testOptions()
		opt.SegmentBytes = rapid.Int64Range(500, 5000).Draw(rt, "segment")
		if rapid.Bool().Draw(rt, "collide") {
			opt.hash = weakHash
		}
		l := mustOpen(t, dir, opt)
		defer func() { l.Close() }()
		model := map[string]string{}
		for range rapid.IntRange(1, 8).Draw(rt, "blocks") {
			runModelBlock(t, rt, l, model)
			if rapid.Bool().Draw(rt, "reopen") {
				mustClose(t, l)
				l = mustOpen(t, dir, opt)
			}
		}
		for k := range 6 {
			key := fmt.Sprint("k", k)
			want := model[key]
			if want == "" {
				want = "-"
			}
			if got := get(t, l, "get "+key); got != want {
				rt.Errorf("%s = %s, want %s", key, got, want)
			}
		}
	})
}

func runModelBlock(t *testing.T, rt *rapid.T, l *Ledger, model map[string]string) {
	n := rapid.IntRange(1, 4).Draw(rt, "txs")
	var want string
	var steps [][]string
	changed := map[string]bool{}
	next := map[string]string{}
	for i := range n {
		var tx []string
		reads, writes := map[string]bool{}, map[string]string{}
		for range rapid.IntRange(1, 4).Draw(rt, "steps") {
			key := fmt.Sprint("k", rapid.IntRange(0, 5).Draw(rt, "key"))
			switch verb := rapid.SampledFrom([]string{"get", "put", "add", "del"}).Draw(rt, "verb"); verb {
			case "get":
				tx, reads[key] = append(tx, "get "+key), true
			case "del":
				tx, writes[key] = append(tx, "del "+key), ""
			case "put":
				tx, writes[key] = append(tx, fmt.Sprintf("put %s p%d", key, i)), fmt.Sprintf("p%d", i)
			case "add":
				tx, reads[key], writes[key] = append(tx, fmt.Sprintf("add %s a%d", key, i)), true, model[key]+fmt.Sprintf("a%d", i)
			}
		}
		steps = append(steps, tx)
		valid := true
		for k := range reads {
			valid = valid && !changed[k]
		}
		if !valid {
			want += "C"
			continue
		}
		want += "V"
		for k, v := range writes {
			changed[k], next[k] = true, v
		}
	}
	txs := make([]ledger.Tx, 0, n)
	for _, s := range steps {
		txs = append(txs, run(s...))
	}
	if got := together(t, l, txs...); got != want {
		rt.Errorf("%v gave %s, want %s", steps, got, want)
	}
	for k, v := range next {
		model[k] = v
	}
}
