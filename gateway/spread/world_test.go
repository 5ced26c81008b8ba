package spread

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/ledger/embedded"
	"github.com/grainledger/grainledger/record"
)

const patience = 60 * time.Second

var (
	rootUSCC = uscc("11000000MA0000000")
	coop     = uscc("93320582MA0000002")
	depot    = uscc("91320582MA0000004")
	bin      = depot + "001000100101"
)

func uscc(body string) string {
	c, ok := record.USCCCheckCharacter(body)
	if !ok {
		panic(body)
	}
	return body + string(c)
}

// world is an embedded ledger with the real rules, and its index.
type world struct {
	*testing.T
	ledger *embedded.Ledger
	index  *index.Index
	keys   map[string]*record.PrivateKey
	refs   int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	rules, err := contract.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, keys: map[string]*record.PrivateKey{}}
	dir := t.TempDir()
	if w.ledger, err = embedded.Open(filepath.Join(dir, "ledger"), embedded.Options{Invoke: rules.Invoke, Key: w.key("node").SM2(), Log: quiet}); err != nil {
		t.Fatal(err)
	}
	if w.index, err = index.Open(t.Context(), filepath.Join(dir, "index.db"), quiet); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.index.Follow(ctx, w.ledger) // ends with ctx
	}()
	t.Cleanup(func() {
		stop()
		<-done
		if err := w.index.Close(); err != nil {
			t.Error(err)
		}
		if err := w.ledger.Close(); err != nil {
			t.Error(err)
		}
	})
	w.begin()
	return w
}

var quiet = slog.New(slog.DiscardHandler)

func (w *world) begin() {
	w.Helper()
	root, err := json.Marshal(&record.Root{USCC: rootUSCC, Name: "根", Division: "000000", Threshold: 1, Keys: []string{w.key(rootUSCC).Public().Point()}})
	if err != nil {
		w.Fatal(err)
	}
	if _, err := w.ledger.Submit(w.Context(), ledger.Tx{Function: record.FnInit, Args: [][]byte{root}}); err != nil {
		w.Fatal(err)
	}
	for _, e := range []struct{ uscc, kind string }{{coop, record.KindFarmCoop}, {depot, record.KindStorage}} {
		w.accept(&record.Enterprise{Header: w.head(rootUSCC), USCC: e.uscc, Name: "单位", Kind: e.kind, Division: "320582"},
			&record.Key{Header: w.head(rootUSCC), Action: record.KeyRegister, Subject: e.uscc, PublicKey: w.key(e.uscc).Public().Point()})
	}
	w.accept(&record.Facility{Header: w.head(rootUSCC), Code: bin, Name: "货位", USCC: depot, Kind: record.FacilityBin})
}

func (w *world) key(party string) *record.PrivateKey {
	w.Helper()
	if w.keys[party] == nil {
		k, err := record.GenerateKey()
		if err != nil {
			w.Fatal(err)
		}
		w.keys[party] = k
	}
	return w.keys[party]
}

func (w *world) head(party string) record.Header {
	w.refs++
	return record.Header{Issuer: party, Ref: fmt.Sprintf("R-%d", w.refs), OccurredAt: "2025-10-09T07:00:00+08:00"}
}

// accept submits records in one transaction and answers the last one's id.
func (w *world) accept(payloads ...record.Payload) string {
	w.Helper()
	var signed []record.Envelope
	var envelopes [][]byte
	for _, p := range payloads {
		e := w.sign(p)
		signed = append(signed, e)
		raw, err := e.Encode()
		if err != nil {
			w.Fatal(err)
		}
		envelopes = append(envelopes, raw)
	}
	batch, err := record.EncodeBatch(envelopes)
	if err != nil {
		w.Fatal(err)
	}
	for {
		c, err := w.ledger.Submit(w.Context(), ledger.Tx{Function: record.FnSubmit, Args: [][]byte{batch}})
		if errors.Is(err, ledger.ErrConflict) { // a spreader was faster: the same again
			continue
		}
		if err != nil {
			w.Fatal(err)
		}
		verdicts, err := record.DecodeVerdicts(c.TxID, c.Response, len(payloads), func(i int) (record.Verdict, error) {
			return signed[i].Named(payloads[i].Head()), nil
		})
		if err != nil {
			w.Fatal(err)
		}
		for i, v := range verdicts {
			if v.Outcome != record.Accepted {
				w.Fatalf("%s: %s %s %s", payloads[i].Type(), v.Reason, v.Field, v.Detail)
			}
		}
		return verdicts[len(verdicts)-1].ID
	}
}

func (w *world) sign(p record.Payload) record.Envelope {
	w.Helper()
	e, err := record.Sign(p, w.key(p.Head().Issuer))
	if err != nil {
		w.Fatal(err)
	}
	return e
}

// catchUp waits until the index has read all that the ledger has.
func (w *world) catchUp() {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	defer cancel()
	h, err := w.ledger.Health(ctx)
	if err == nil {
		err = w.index.WaitFor(ctx, h.Height)
	}
	if err != nil {
		w.Fatal(err)
	}
}

// late is how many marks have still to pass an edge.
func (w *world) late() int64 {
	w.Helper()
	w.catchUp()
	n, err := w.index.CountLate(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return n
}

// finished waits until nothing is late.
func (w *world) finished() {
	w.Helper()
	for end := time.Now().Add(patience); w.late() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.Fatalf("%d marks are still late", w.late())
		}
	}
}

// spreading runs spreaders until stop is called.
func (w *world) spreading(n int, on Ledger) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{}, n)
	for range n {
		go func() {
			New(on, w.index, quiet).Run(ctx)
			done <- struct{}{}
		}()
	}
	return func() {
		cancel()
		for range n {
			<-done
		}
	}
}

// wantReached compares what a cause has marked with all that was made of lots.
func (w *world) wantReached(cause string, lots ...string) {
	w.Helper()
	want, got := map[string]bool{}, map[string]bool{}
	for _, lot := range lots {
		for cursor := ""; ; {
			t, err := w.index.Trace(w.Context(), lot, index.Down, cursor, index.MaxLimit)
			if err != nil {
				w.Fatal(err)
			}
			for _, n := range t.Nodes {
				want[n.ID] = true
			}
			if cursor = t.Next; cursor == "" {
				break
			}
		}
	}
	for cursor := ""; ; {
		p, err := w.index.Reached(w.Context(), cause, cursor, index.MaxLimit)
		if err != nil {
			w.Fatal(err)
		}
		for _, n := range p.Nodes {
			got[n.ID] = true
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	for n := range want {
		if !got[n] {
			w.Errorf("%s was made of %v and is not marked", n, lots)
		}
	}
	for n := range got {
		if !want[n] {
			w.Errorf("%s was not made of %v and is marked", n, lots)
		}
	}
}
