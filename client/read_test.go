package client

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/grainledger/grainledger/record"
)

func TestReads(t *testing.T) {
	answers := map[string]string{
		"/v1/ledger":           `{"height":9,"root":{"uscc":"R","name":"n","division":"000000","threshold":1,"keys":["04"]},"new":true}`,
		"/v1/lots/L-1":         `{"lot":"L-1","kind":"harvest","grams":5,"ownedGrams":4,"parts":[{"party":"P","owned":4,"held":4}]}`,
		"/v1/lots/L-1/origins": `{"origins":[{"lot":"H","share":0.25,"grams":1}]}`,
		"/v1/bins/B":           `{"code":"B","mixture":[{"lot":"P","share":0.5}]}`,
		"/v1/enterprises/E":    `{"uscc":"E","keys":[{"id":"k","publicKey":"04","revoked":true}]}`,
		"/v1/records/abc":      `{"id":"abc","type":"sell","envelope":"e30=","place":{"block":3}}`,
		"/v1/lots/a%2Fb":       `{"lot":"a/b"}`,
		"/v1/causes/C":         `{"id":"C","kind":"recall","level":1,"spreading":true,"marked":7}`,
		"/v1/causes/C/nodes":   `{"cause":"C","nodes":[{"id":"L-1"},{"id":"B:1.0","bin":"B"}],"next":"more"}`,
		"/v1/jobs/J":           `{"id":"J","status":"committed","results":[{"verdict":"accepted","block":4}]}`,
	}
	c, _ := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.URL.EscapedPath()]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		io.WriteString(w, body)
	})
	ctx := t.Context()
	if l, err := c.Ledger(ctx); err != nil || l.Height != 9 || l.Root.USCC != "R" {
		t.Error(l, err)
	}
	if l, err := c.Lot(ctx, "L-1"); err != nil || l.Kind != record.TypeHarvest || l.OwnedGrams != 4 || l.Parts[0].Party != "P" {
		t.Error(l, err)
	}
	if l, err := c.Lot(ctx, "a/b"); err != nil || l.Lot != "a/b" {
		t.Error(l, err)
	}
	if o, err := c.Origins(ctx, "L-1"); err != nil || len(o) != 1 || o[0].Share != 0.25 {
		t.Error(o, err)
	}
	if b, err := c.Bin(ctx, "B"); err != nil || len(b.Mixture) != 1 || b.Mixture[0].Share != 0.5 {
		t.Error(b, err)
	}
	if e, err := c.Enterprise(ctx, "E"); err != nil || !e.Keys[0].Revoked {
		t.Error(e, err)
	}
	if r, err := c.Record(ctx, "abc"); err != nil || string(r.Envelope) != "{}" || r.Place.Block != 3 {
		t.Error(r, err)
	}
	if j, err := c.Job(ctx, "J"); err != nil || j.Results[0].Block != 4 {
		t.Error(j, err)
	}
	if k, err := c.Cause(ctx, "C"); err != nil || k.Kind != record.MarkRecall || !k.Spreading || k.Marked != 7 {
		t.Error(k, err)
	}
	if p, err := c.ReachedPage(ctx, "C", "", 2); err != nil || len(p.Nodes) != 2 || p.Nodes[1].Bin != "B" || p.Next != "more" {
		t.Error(p, err)
	}
	if _, err := c.Lot(ctx, "X"); !IsNotFound(err) {
		t.Error(err)
	}
	for _, id := range []string{"", ".", ".."} {
		var e *Error
		if _, err := c.Lot(ctx, id); !errors.As(err, &e) || e.Step != StepPrepare {
			t.Errorf("id %q: %v", id, err)
		}
	}
}

func TestOriginsReadsEveryPage(t *testing.T) {
	c, _ := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		next := map[string]string{"": "a", "a": "b", "b": ""}
		cursor := r.URL.Query().Get("cursor")
		fmt.Fprintf(w, `{"origins":[{"lot":"H%s"}],"next":%q}`, cursor, next[cursor])
	})
	if o, err := c.Origins(t.Context(), "L"); err != nil || len(o) != 3 || o[2].Lot != "Hb" {
		t.Error(o, err)
	}
	c, _ = gateway(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"origins":[],"next":"a"}`) })
	if o, err := c.Origins(t.Context(), "L"); err == nil {
		t.Error("a list without an end:", o)
	}
}

func TestTraceReadsEveryPage(t *testing.T) {
	c, _ := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		next := map[string]string{"": "a", "a": "b", "b": ""}
		cursor := r.URL.Query().Get("cursor")
		fmt.Fprintf(w, `{"nodes":[{"id":"n%s","depth":1}],"edges":[{"parent":"p","child":"c","grams":1}],"next":%q}`, cursor, next[cursor])
	})
	tr, err := c.Trace(t.Context(), "L", Down)
	if err != nil || len(tr.Nodes) != 3 || len(tr.Edges) != 3 || tr.Nodes[2].ID != "nb" {
		t.Error(tr, err)
	}
}

func TestTraceThatDoesNotEnd(t *testing.T) {
	c, _ := gateway(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"next":"x"}`) })
	if _, err := c.Trace(t.Context(), "L", Up); err == nil {
		t.Error("read for ever")
	}
}

func TestJob(t *testing.T) {
	asked := 0
	c, waits := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			if r.Header.Get("Prefer") != "respond-async" {
				t.Error("no Prefer")
			}
			w.Header().Set("Location", "/v1/jobs/J7")
			w.WriteHeader(http.StatusAccepted)
			return
		}
		if asked++; asked < 3 {
			io.WriteString(w, `{"id":"J7","status":"received"}`)
			return
		}
		io.WriteString(w, `{"id":"J7","status":"committed","results":[{"verdict":"accepted"}]}`)
	})
	j, err := c.SubmitAsync(t.Context(), harvests(t, 1)...)
	if err != nil || j.ID != "J7" || j.Status != JobReceived {
		t.Fatal(j, err)
	}
	if j, err = c.WaitJob(t.Context(), j.ID); err != nil || j.Status != JobCommitted || len(*waits) != 2 {
		t.Error(j, err, *waits)
	}
	if _, err := c.SubmitAsync(t.Context(), harvests(t, MaxBatchRecords+1)...); record.CodeOf(err) != record.TooLarge {
		t.Error(err)
	}
}

func TestJobWithoutALocation(t *testing.T) {
	c, _ := gateway(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	var e *Error
	if _, err := c.SubmitAsync(t.Context(), harvests(t, 1)...); !errors.As(err, &e) || e.Step != StepAnswer {
		t.Error(err)
	}
}
