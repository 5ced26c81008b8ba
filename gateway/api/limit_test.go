package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func post(h http.Handler, body io.Reader, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/v1/records", body)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestBodyIsBounded(t *testing.T) {
	h := start(t, newWorld(), func(o *Options) { o.MaxBody = 1000 }).Engine()
	for name, body := range map[string]io.Reader{
		"with its length":    strings.NewReader(strings.Repeat(" ", 1001)),
		"without its length": io.MultiReader(strings.NewReader(strings.Repeat(" ", 1001))),
	} {
		if w := post(h, body); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

func TestBodiesTogetherAreBounded(t *testing.T) {
	a := start(t, newWorld(), func(o *Options) { o.MaxBody, o.BodyBudget = 1000, 1500 })
	if !a.budget.take(1000) {
		t.Fatal("the budget is used up at once")
	}
	if w := post(a.Engine(), strings.NewReader(strings.Repeat(" ", 600))); w.Code != http.StatusServiceUnavailable {
		t.Errorf("over the budget: %d", w.Code)
	}
	a.budget.give(1000)
	if w := post(a.Engine(), strings.NewReader(strings.Repeat(" ", 600))); w.Code != http.StatusBadRequest {
		t.Errorf("within the budget: %d", w.Code)
	}
	if used := a.budget.used.Load(); used != 0 {
		t.Errorf("%d bytes were not given back", used)
	}
}

// TestRequestsAreBounded holds one request open and sends another.
func TestRequestsAreBounded(t *testing.T) {
	w := newWorld()
	h := start(t, w, func(o *Options) { o.MaxRequests, o.ReadWait = 1, time.Minute }).Engine()
	w.set("ledger", "")
	if got := post(h, strings.NewReader(sell("a"))); got.Code != http.StatusOK {
		t.Fatal(got.Code)
	}
	w.set("index", "behind")
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil { // the other request may have the slot when this one comes
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/lots/L1", nil)
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
	}()
	for range 12_000 { // until the first one holds the slot
		r := httptest.NewRecorder()
		h.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/v1/jobs/x", nil))
		if r.Code == http.StatusServiceUnavailable {
			if r.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			health := httptest.NewRecorder()
			h.ServeHTTP(health, httptest.NewRequest(http.MethodGet, "/healthz", nil))
			if health.Code != http.StatusOK {
				t.Errorf("a busy gateway's health: %d", health.Code)
			}
			cancel()
			<-ended
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	t.Error("the second request was never refused")
}

// TestSlowClient sends half a body and waits.
func TestSlowClient(t *testing.T) {
	server := NewServer(start(t, newWorld(), nil).Engine(), time.Second, slog.New(slog.DiscardHandler))
	server.ReadTimeout = 100 * time.Millisecond
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	defer server.Close()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "POST /v1/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 408 ")) {
		t.Errorf("%q, %v", answer, err)
	}
}

func TestPanicIsLoggedAndHidden(t *testing.T) {
	w := newWorld()
	var log bytes.Buffer
	h := start(t, w, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) }).Engine()
	w.set("index", "panic")
	r := httptest.NewRecorder()
	h.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/v1/lots/L1", nil))
	if r.Code != http.StatusInternalServerError || strings.Contains(r.Body.String(), "panics") {
		t.Errorf("%d %s", r.Code, r.Body)
	}
	if !strings.Contains(log.String(), "a handler panics") {
		t.Errorf("log: %s", &log)
	}
}

func TestHeaders(t *testing.T) {
	h := start(t, newWorld(), func(o *Options) { o.TLS = true }).Engine()
	r := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodGet, "/healthz", nil)
	request.Header.Set("X-Request-Id", "bad id\n")
	request.Header.Set("Origin", "https://elsewhere.example")
	h.ServeHTTP(r, request)
	for name, want := range map[string]string{
		"X-Content-Type-Options":      "nosniff",
		"X-Frame-Options":             "DENY",
		"Strict-Transport-Security":   "max-age=31536000",
		"Access-Control-Allow-Origin": "",
	} {
		if got := r.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if id := r.Header().Get("X-Request-Id"); !plain(id) || len(id) != 16 {
		t.Errorf("request id %q", id)
	}
}

// TestNothingSealedIsLogged submits a secret and looks for it.
func TestNothingSealedIsLogged(t *testing.T) {
	var log bytes.Buffer
	h := start(t, newWorld(), func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}).Engine()
	body := strings.Replace(sell("a"), `{"payloadType"`, `{"sealed":["c2VjcmV0LXByaWNl"],"payloadType"`, 1)
	w := post(h, strings.NewReader(body), "Authorization", "Bearer secret-token")
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, secret := range []string{"secret-price", "c2VjcmV0LXByaWNl", "secret-token"} {
		if strings.Contains(log.String(), secret) || strings.Contains(w.Body.String(), secret) {
			t.Errorf("%q leaks", secret)
		}
	}
}

func TestMetricsCount(t *testing.T) {
	h := start(t, newWorld(), nil).Engine()
	post(h, strings.NewReader("["+sell("a")+","+sell("a")+","+sell("not_owner")+",1]"))
	r := httptest.NewRecorder()
	h.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, line := range []string{
		`grainledger_records_total{outcome="accepted",reason=""} 1`,
		`grainledger_records_total{outcome="duplicate",reason=""} 1`,
		`grainledger_records_total{outcome="rejected",reason="not_owner"} 1`,
		`grainledger_records_total{outcome="rejected",reason="malformed"} 1`,
		`grainledger_http_request_seconds_count{method="POST",route="/v1/records",status="200"} 1`,
		`grainledger_packer_inflight_transactions 0`,
		`grainledger_ledger_height_blocks 2`,
		`grainledger_index_lag_blocks 0`,
		`grainledger_index_entries{kind="lots"} 2`,
	} {
		if !strings.Contains(r.Body.String(), line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
}

func TestPreferHeader(t *testing.T) {
	for value, want := range map[string]bool{
		"respond-async": true, "wait=10, respond-async": true, "Respond-Async; foo=bar": true,
		"": false, "respond-asynchronously": false, "return=minimal": false,
	} {
		if got := prefersAsync(http.Header{"Prefer": {value}}); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}
