package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

const coop = "9332058226100911H2"

const harvest = `{"issuer":"9332058226100911H2","ref":"SH-1","occurredAt":"2025-10-09T07:00:00+08:00","lot":"H-1",
 "variety":"1132002","harvestYear":2025,"origin":"320582","grams":37395000}`

// signed makes a key and a signed record in a new directory.
func signed(t *testing.T) (keys, file string) {
	t.Helper()
	keys = t.TempDir()
	if _, _, err := grainctl(t, "keygen", coop, "--keys", keys); err != nil {
		t.Fatal(err)
	}
	payload, file := filepath.Join(keys, "payload.json"), filepath.Join(keys, "envelope.json")
	if err := os.WriteFile(payload, []byte(harvest), 0o644); err != nil {
		t.Fatal(err)
	}
	out, _, err := grainctl(t, "sign", "--type", "harvest", "--keys", keys, payload)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
		t.Fatal(err)
	}
	return keys, file
}

func TestKeygenKeepsAKey(t *testing.T) {
	keys := t.TempDir()
	first, _, err := grainctl(t, "keygen", coop, "--keys", keys)
	if err != nil {
		t.Fatal(err)
	}
	second, stderr, err := grainctl(t, "keygen", coop, "--keys", keys)
	if err != nil || second != first || !strings.Contains(stderr, "already") {
		t.Errorf("%q, %q, %v; want %q", second, stderr, err, first)
	}
	if _, _, err := grainctl(t, "keygen", "../"+coop[:15], "--keys", keys); record.CodeOf(err) != record.BadUSCC {
		t.Error(err)
	}
}

func TestSignChecksFirst(t *testing.T) {
	keys, _ := signed(t)
	for text, code := range map[string]record.Code{
		strings.Replace(harvest, `"grams":37395000`, `"grams":0`, 1):       record.BadQuantity,
		strings.Replace(harvest, `"grams":37395000`, `"grams":1.5`, 1):     record.Malformed,
		strings.Replace(harvest, `"lot"`, `"batch"`, 1):                    record.Malformed,
		strings.Replace(harvest, `"2025-10-09T07`, `"2225-10-09T07`, 1):    record.FutureTime,
		strings.Replace(harvest, `9332058226100911H2`, `9332058226100`, 1): record.BadUSCC,
	} {
		file := filepath.Join(t.TempDir(), "p.json")
		os.WriteFile(file, []byte(text), 0o644)
		if out, _, err := grainctl(t, "sign", "--type", "harvest", "--keys", keys, file); record.CodeOf(err) != code || out != "" {
			t.Errorf("%s: %v, want %s", text, err, code)
		}
	}
	if _, _, err := grainctl(t, "sign", "--keys", keys, "x.json"); err == nil || !strings.Contains(err.Error(), `"type" not set`) {
		t.Error(err)
	}
}

func TestVerify(t *testing.T) {
	keys, file := signed(t)
	out, _, err := grainctl(t, "verify", file, "--keys", keys)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"type         harvest", "valid, by key", "not checked  whether the key is registered", "result       signed by"} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
	stranger, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	out, _, err = grainctl(t, "verify", file, "--pub", stranger.Public().Point())
	if record.CodeOf(err) != record.BadSignature || !strings.Contains(out, "NOT VALID") {
		t.Error(err, out)
	}
	if _, _, err = grainctl(t, "verify", file); err == nil || !strings.Contains(err.Error(), "give --pub") {
		t.Error(err)
	}
}

func TestVerifyAsksTheGateway(t *testing.T) {
	keys, root := rootRing(t)
	f := newFake(t, root)
	importSample(t, f, keys)
	payload := filepath.Join(keys, "p.json")
	os.WriteFile(payload, []byte(harvest), 0o644)
	envelope, _, err := grainctl(t, "sign", "--type", "harvest", "--keys", keys, payload)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(keys, "e.json")
	os.WriteFile(file, []byte(envelope), 0o644)
	out, _, err := grainctl(t, "verify", file, "--gateway", f.URL)
	if err != nil || !strings.Contains(out, "the gateway knows no accepted record") {
		t.Error(err, out)
	}
	if out, _, err = grainctl(t, "submit", file, "--gateway", f.URL); err != nil || !strings.HasPrefix(out, "accepted ") {
		t.Error(err, out)
	}
	out, _, err = grainctl(t, "verify", file, "--gateway", f.URL)
	if err != nil || !strings.Contains(out, "accepted in block") {
		t.Error(err, out)
	}
	if out, _, err = grainctl(t, "submit", file, "--json", "--gateway", f.URL); err != nil || !strings.Contains(out, `"verdict":"duplicate"`) {
		t.Error(err, out)
	}
}

func TestSubmitOfARejectedRecord(t *testing.T) {
	_, root := rootRing(t)
	f := newFake(t, root)
	_, file := signed(t)
	out, _, err := grainctl(t, "submit", file, "--gateway", f.URL)
	if exitCode(t.Context(), err) != exitRejected || !strings.Contains(out, "GL2001 bad_signature") {
		t.Error(err, out)
	}
}

func TestTraceTree(t *testing.T) {
	lot := func(kind record.Type, issuer string) *record.LotState {
		return &record.LotState{Kind: kind, Issuer: issuer, OccurredAt: "2025-10-09T07:00:00+08:00"}
	}
	pages := map[string]client.Trace{
		"": {Next: "2", Nodes: []client.TraceNode{
			{ID: "R", Lot: lot("process", "mill")}, {ID: "W1", Lot: lot("withdraw", "depot")}, {ID: "W2", Lot: lot("withdraw", "depot")}},
			Edges: []client.TraceEdge{{Parent: "W1", Child: "R", Grams: 2_500_000}, {Parent: "W2", Child: "R", Grams: 1}}},
		"2": {Nodes: []client.TraceNode{{ID: "B:1.0", Bin: "B"}, {ID: "H", Lot: lot("harvest", "coop")}},
			Edges: []client.TraceEdge{{Parent: "B:1.0", Child: "W1", Grams: 2_500_000}, {Parent: "B:1.0", Child: "W2", Grams: 1},
				{Parent: "H", Child: "B:1.0", Grams: 3_000_000}}},
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/lots/R/trace" || r.URL.Query().Get("direction") != "up" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		answer(w, pages[r.URL.Query().Get("cursor")])
	}))
	defer s.Close()
	out, _, err := grainctl(t, "trace", "R", "--gateway", s.URL)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/trace.txt", out)
	if out, _, err = grainctl(t, "trace", "R", "--json", "--gateway", s.URL); err != nil || !strings.Contains(out, `"grams": 3000000`) {
		t.Error(err, out)
	}
	if _, _, err = grainctl(t, "trace", "X", "--gateway", s.URL); err == nil || !strings.Contains(err.Error(), `no lot "X"`) {
		t.Error(err)
	}
	if _, _, err = grainctl(t, "trace", "R", "--direction", "left", "--gateway", s.URL); err == nil {
		t.Error("a direction of left was taken")
	}
}

func TestTemplate(t *testing.T) {
	out, _, err := grainctl(t, "template", "harvest")
	if err != nil || out != "issuer,ref,occurred_at,lot,variety,harvest_year,origin,quantity_kg,area_mu\n" {
		t.Error(out, err)
	}
	if out, _, err = grainctl(t, "template", "store", "--chinese", "--bom"); err != nil || !strings.HasPrefix(out, "\ufeff单位代码,") {
		t.Error(out, err)
	}
	if _, _, err = grainctl(t, "template", "weather"); err == nil || !strings.Contains(err.Error(), "harvest") {
		t.Error(err)
	}
}

func TestVersion(t *testing.T) {
	if out, _, err := grainctl(t, "version"); err != nil || !strings.HasPrefix(out, "grainctl ") {
		t.Error(out, err)
	}
}

func TestKilograms(t *testing.T) {
	for g, want := range map[int64]string{0: "0", 1: "0.001", 1000: "1", 10000: "10", 12500: "12.5", -1500: "-1.5", 100_000_000: "100000"} {
		if got := kilograms(g); got != want {
			t.Errorf("%d g is %s kg, want %s", g, got, want)
		}
	}
}
