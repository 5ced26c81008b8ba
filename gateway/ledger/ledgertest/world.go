package ledgertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// patience bounds every wait. It is no measurement.
const patience = 30 * time.Second

// world is a ledger with a root and one storage enterprise.
type world struct {
	*testing.T
	ledger Ledger
	root   *record.PrivateKey
	depot  *record.PrivateKey
	refs   *int
}

var (
	rootUSCC  = uscc("11000000MA0000000")
	depotUSCC = uscc("91320582MA0000004")
)

func uscc(body string) string {
	c, ok := record.USCCCheckCharacter(body)
	if !ok {
		panic(body)
	}
	return body + string(c)
}

func newWorld(t *testing.T, l Ledger) *world {
	t.Helper()
	w := &world{T: t, ledger: l, root: newKey(t), depot: newKey(t), refs: new(int)}
	w.submit(record.FnInit, w.rootOf(rootUSCC))
	w.accept(w.enterprise(depotUSCC))
	w.accept(w.sign(w.root, &record.Key{Header: w.head(rootUSCC), Action: record.KeyRegister, Subject: depotUSCC,
		PublicKey: w.depot.Public().Point()}))
	return w
}

func newKey(t *testing.T) *record.PrivateKey {
	t.Helper()
	k, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// under is the world in a subtest.
func (w *world) under(t *testing.T) *world {
	sub := *w
	sub.T = t
	return &sub
}

func (w *world) soon() context.Context {
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	w.Cleanup(cancel)
	return ctx
}

// rootOf is the argument of Init for a root with the world's key.
func (w *world) rootOf(uscc string) []byte {
	w.Helper()
	return w.encode(&record.Root{USCC: uscc, Name: "根", Division: "000000", Threshold: 1, Keys: []string{w.root.Public().Point()}})
}

func (w *world) encode(v any) []byte {
	w.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		w.Fatal(err)
	}
	return raw
}

func (w *world) head(issuer string) record.Header {
	*w.refs++
	return record.Header{Issuer: issuer, Ref: fmt.Sprintf("R-%d", *w.refs), OccurredAt: "2025-10-09T07:00:00+08:00"}
}

// enterprise is a record that registers one.
func (w *world) enterprise(uscc string) record.Envelope {
	w.Helper()
	return w.sign(w.root, &record.Enterprise{Header: w.head(rootUSCC), USCC: uscc, Name: "单位", Kind: record.KindStorage, Division: "320582"})
}

// another is a record that registers an enterprise nobody has heard of.
func (w *world) another() record.Envelope {
	w.Helper()
	return w.enterprise(uscc(fmt.Sprintf("91320582MA1%06d", *w.refs)))
}

func (w *world) sign(key *record.PrivateKey, p record.Payload) record.Envelope {
	w.Helper()
	e, err := record.Sign(p, key)
	if err != nil {
		w.Fatal(err)
	}
	return e
}

// batch is the argument of Submit for records.
func (w *world) batch(records ...record.Envelope) []byte {
	w.Helper()
	var raw [][]byte
	for _, e := range records {
		b, err := e.Encode()
		if err != nil {
			w.Fatal(err)
		}
		raw = append(raw, b)
	}
	arg, err := record.EncodeBatch(raw)
	if err != nil {
		w.Fatal(err)
	}
	return arg
}

func call(function string, arg []byte) ledger.Tx {
	return ledger.Tx{Function: function, Args: [][]byte{arg}}
}

func (w *world) submit(function string, arg []byte) ledger.Commit {
	w.Helper()
	c, err := w.ledger.Submit(w.soon(), call(function, arg))
	if err != nil {
		w.Fatalf("%s: %v", function, err)
	}
	return c
}

// accept submits a record that must be accepted.
func (w *world) accept(e record.Envelope) ledger.Commit {
	w.Helper()
	arg := w.batch(e)
	c := w.submit(record.FnSubmit, arg)
	if v := w.verdict(arg, c.Response); v.Outcome != record.Accepted {
		w.Fatalf("%s: %+v", e.ID(), v)
	}
	return c
}

// verdict is the one on a batch of one record.
func (w *world) verdict(arg, response []byte) record.Verdict {
	w.Helper()
	envelopes, err := record.OpenBatch(arg)
	if err != nil {
		w.Fatal(err)
	}
	v, err := record.ReadVerdicts("", response, envelopes)
	if err != nil || len(v) != 1 {
		w.Fatalf("verdicts %s: %v", response, err)
	}
	return v[0]
}

// state is the value of a key; null where there is none.
func (w *world) state(key string) string {
	w.Helper()
	out, err := w.ledger.Evaluate(w.soon(), call(record.FnState, w.encode([]string{key})))
	if err != nil {
		w.Fatal(err)
	}
	var values []jsontext.Value
	if err := json.Unmarshal(out, &values); err != nil || len(values) != 1 {
		w.Fatalf("state %s: %v", out, err)
	}
	return string(values[0])
}
