package ledgertest

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

func wholeTransaction(w *world) {
	e := w.another()
	arg := w.batch(e)
	c := w.submit(record.FnSubmit, arg)
	tx := w.find(c)
	if tx.Code != ledger.Valid || tx.Contract != ledger.GrainContract || tx.Function != record.FnSubmit || tx.Time.IsZero() {
		w.Errorf("transaction %+v", tx)
	}
	if len(tx.Args) != 1 || !bytes.Equal(tx.Args[0], arg) || !bytes.Equal(tx.Response, c.Response) {
		w.Errorf("%s answered %s; it was sent %s and answered %s", tx.Args, tx.Response, arg, c.Response)
	}
	var event record.Event
	if err := json.Unmarshal(tx.Event, &event); err != nil || len(event.Records) != 1 || event.Records[0].ID != e.ID() {
		w.Errorf("event %s, %v", tx.Event, err)
	}
	var keys []string
	for _, write := range tx.Writes {
		keys = append(keys, write.Key)
		if write.Contract != ledger.GrainContract || write.Delete || len(write.Value) == 0 {
			w.Errorf("write %+v", write)
		}
	}
	if !slices.IsSorted(keys) || !slices.ContainsFunc(keys, func(k string) bool { return strings.HasPrefix(k, "rec/") }) {
		w.Errorf("writes at %q", keys)
	}
}

func status(w *world) {
	c := w.accept(w.another())
	got, code, err := w.ledger.Status(w.soon(), c.TxID)
	if err != nil || code != ledger.Valid || got.TxID != c.TxID || got.Block != c.Block || got.Response != nil {
		w.Errorf("status of an answered transaction: %+v %s, %v", got, code, err)
	}
	for _, id := range []string{strings.Repeat("0", 64), "no id"} {
		if _, _, err := w.ledger.Status(w.soon(), id); !errors.Is(err, ledger.ErrNotFound) {
			w.Errorf("status of %q: %v", id, err)
		}
	}
}

// refusal: the words reach the caller as the contract said them, whoever
// endorsed.
func refusal(w *world) {
	for words, arg := range map[string][]byte{
		"GL9004 bad_call: the argument is not a root":                        []byte("nonsense"),
		"GL9001 already_initialised: the root of this ledger is " + rootUSCC: w.rootOf(uscc("11000000MA0000001")),
	} {
		_, submit := w.ledger.Submit(w.soon(), call(record.FnInit, arg))
		_, evaluate := w.ledger.Evaluate(w.soon(), call(record.FnInit, arg))
		for name, err := range map[string]error{"Submit": submit, "Evaluate": evaluate} {
			var refused *ledger.ContractError
			if !errors.As(err, &refused) || refused.Message != words {
				w.Errorf("%s: %v, want %s", name, err, words)
			}
		}
	}
	if root := w.state(record.RootKey); !strings.Contains(root, rootUSCC) {
		w.Errorf("the root is now %s", root)
	}
}

func evaluating(w *world) {
	e := w.another()
	out, err := w.ledger.Evaluate(w.soon(), call(record.FnSubmit, w.batch(e)))
	if err != nil || w.verdict(w.batch(e), out).Outcome != record.Accepted {
		w.Fatalf("%s, %v", out, err)
	}
	// A transaction that commits afterwards would bring it along.
	c := w.accept(w.another())
	for _, write := range w.find(c).Writes {
		if strings.Contains(string(write.Value), e.ID()) {
			w.Errorf("it was written at %s", write.Key)
		}
	}
	if v := w.verdict(w.batch(e), w.submit(record.FnSubmit, w.batch(e)).Response); v.Outcome != record.Accepted {
		w.Errorf("submitted after it was evaluated: %+v", v)
	}
}

// writersOfOneKey: the same record many times at once. It is accepted by one
// transaction; the others saw its effect or wrote nothing.
func writersOfOneKey(w *world) {
	const writers = 8
	arg := w.batch(w.another())
	commits, errs := make([]ledger.Commit, writers), make([]error, writers)
	var wait sync.WaitGroup
	ctx := w.soon()
	for i := range writers {
		wait.Go(func() { commits[i], errs[i] = w.ledger.Submit(ctx, call(record.FnSubmit, arg)) })
	}
	wait.Wait()
	accepted := 0
	for i, c := range commits {
		switch {
		case errs[i] == nil && w.verdict(arg, c.Response).Outcome == record.Accepted:
			accepted++
		case errs[i] == nil && w.verdict(arg, c.Response).Outcome == record.IsDuplicate:
		case errors.Is(errs[i], ledger.ErrConflict):
			w.lost(c)
		default:
			w.Errorf("writer %d: %s, %v", i, c.Response, errs[i])
		}
	}
	if accepted != 1 {
		w.Errorf("%d transactions accepted one record", accepted)
	}
}

// lost: a transaction that lost to another stands in a block without effect.
func (w *world) lost(c ledger.Commit) {
	w.Helper()
	got, code, err := w.ledger.Status(w.soon(), c.TxID)
	if err != nil || got.Block != c.Block || (code != ledger.MVCCReadConflict && code != ledger.PhantomReadConflict) {
		w.Errorf("status of a conflict in block %d: %+v %s, %v", c.Block, got, code, err)
	}
	if tx := w.find(c); tx.Code != code || len(tx.Writes)+len(tx.Private) > 0 {
		w.Errorf("a conflict in the stream: %+v", tx)
	}
}
