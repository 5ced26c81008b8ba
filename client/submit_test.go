package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/grainledger/grainledger/record"
)

// harvests signs n harvest records.
func harvests(t testing.TB, n int) []Submission {
	t.Helper()
	key, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	all := make([]Submission, n)
	for i := range all {
		all[i], err = Sign(&record.Harvest{
			Header:  record.Header{Issuer: "9332058226100911H2", Ref: fmt.Sprintf("SH-%d", i), OccurredAt: "2025-10-09T07:00:00+08:00"},
			Lot:     fmt.Sprintf("H-%d", i),
			Variety: "1132002", HarvestYear: 2025, Origin: "320582", Grams: 1000,
		}, key)
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// gateway serves a handler to a client that does not really wait.
func gateway(t *testing.T, h http.HandlerFunc, opts ...Option) (*Client, *[]time.Duration) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := New(s.URL+"/", opts...)
	if err != nil {
		t.Fatal(err)
	}
	var waits []time.Duration
	c.sleep = func(ctx context.Context, d time.Duration) error {
		waits = append(waits, d)
		return ctx.Err()
	}
	return c, &waits
}

// acceptAll answers a POST of records.
func acceptAll(w http.ResponseWriter, r *http.Request) int {
	body, _ := io.ReadAll(r.Body)
	records, err := ParseSubmissions(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return 0
	}
	results := make([]Receipt, len(records))
	for i, s := range records {
		results[i] = Receipt{Verdict: record.Verdict{ID: s.Envelope.ID(), Outcome: record.Accepted}, Block: 7, Status: "committed"}
	}
	json.NewEncoder(w).Encode(map[string]any{"results": results})
	return len(records)
}

func TestSubmitSplitsAndKeepsOrder(t *testing.T) {
	var sizes []int
	c, _ := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/v1/records" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s %s", r.Method, r.URL.Path, r.Header.Get("Content-Type"))
		}
		sizes = append(sizes, acceptAll(w, r))
	})
	records := harvests(t, MaxBatchRecords+3)
	receipts, err := c.Submit(t.Context(), records...)
	if err != nil || len(receipts) != len(records) {
		t.Fatalf("%d receipts, %v", len(receipts), err)
	}
	for i, r := range receipts {
		if r.ID != records[i].Envelope.ID() || r.Block != 7 || r.Status != "committed" || r.Attempts != 1 || r.Err() != nil {
			t.Fatalf("receipt %d is %+v", i, r)
		}
	}
	if fmt.Sprint(sizes) != "[500 3]" {
		t.Errorf("requests of %v records", sizes)
	}
}

func TestSubmitSplitsByBytes(t *testing.T) {
	records := harvests(t, 3)
	for i := range records { // two do not fit one request
		records[i].Sealed = [][]byte{make([]byte, MaxBatchBytes*3/8)}
	}
	requests, err := split(records)
	if err != nil || len(requests) != 3 {
		t.Fatalf("%d requests, %v", len(requests), err)
	}
	for _, r := range requests {
		if len(r.body) > MaxBatchBytes || !json.Valid(r.body) {
			t.Errorf("%d bytes, valid %t", len(r.body), json.Valid(r.body))
		}
	}
	records[1].Sealed = [][]byte{make([]byte, MaxBatchBytes)}
	if _, err := split(records); record.CodeOf(err) != record.TooLarge {
		t.Error(err)
	}
}

func TestSubmitNothing(t *testing.T) {
	c, _ := gateway(t, func(http.ResponseWriter, *http.Request) { t.Error("asked") })
	if receipts, err := c.Submit(t.Context()); err != nil || len(receipts) != 0 {
		t.Error(receipts, err)
	}
}

func TestRejectedIsAnAnswer(t *testing.T) {
	records := harvests(t, 1)
	c, _ := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"results":[{"id":%q,"verdict":"rejected","code":8001,"reason":"insufficient_quantity","detail":"short","later":1}]}`,
			records[0].Envelope.ID())
	})
	receipts, err := c.Submit(t.Context(), records...)
	if err != nil {
		t.Fatal(err)
	}
	if !errors.Is(receipts[0].Err(), &record.Error{Code: record.InsufficientQuantity}) {
		t.Error(receipts[0].Err())
	}
}

func TestSubmitIsTriedAgain(t *testing.T) {
	for name, first := range map[string]http.HandlerFunc{
		"busy": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		"unavailable": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"proxy":       func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusBadGateway) },
		"cut off":     func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"half an answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"results":[`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			c, waits := gateway(t, func(w http.ResponseWriter, r *http.Request) {
				if n++; n == 1 {
					first(w, r)
					return
				}
				acceptAll(w, r)
			})
			receipts, err := c.Submit(t.Context(), harvests(t, 1)...)
			if err != nil || receipts[0].Attempts != 2 || len(*waits) != 1 {
				t.Fatal(receipts, err, *waits)
			}
			if name == "busy" && (*waits)[0] < 3*time.Second {
				t.Errorf("came back after %s", (*waits)[0])
			}
		})
	}
}

func TestSubmitGivesUp(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		tries  int
		code   record.Code
		step   Step
	}{
		"refused":        {400, `{"title":"bad request","detail":"GL1001 malformed: payload: is empty"}`, 1, record.Malformed, StepRefused},
		"number":         {409, `{"title":"no","code":9003,"reason":"clock_skew","detail":"clock"}`, 1, record.ClockSkew, StepRefused},
		"always busy":    {503, ``, 3, 0, StepRefused},
		"own failure":    {500, `{"title":"internal"}`, 1, 0, StepRefused},
		"no JSON":        {200, `<html>`, 1, 0, StepAnswer},
		"too few":        {200, `{"results":[]}`, 1, 0, StepAnswer},
		"another record": {200, `{"results":[{"id":"abc","verdict":"accepted"}]}`, 1, 0, StepAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			tries := 0
			cl, _ := gateway(t, func(w http.ResponseWriter, _ *http.Request) {
				tries++
				w.WriteHeader(c.status)
				io.WriteString(w, c.body)
			}, WithAttempts(3))
			_, err := cl.Submit(t.Context(), harvests(t, 1)...)
			var e *Error
			if !errors.As(err, &e) || e.Step != c.step || e.Code != c.code || e.Status != c.status || tries != c.tries {
				t.Fatalf("%d tries, %+v", tries, err)
			}
			if c.code != 0 && !errors.Is(err, &record.Error{Code: c.code}) {
				t.Errorf("%v does not carry %s", err, c.code)
			}
		})
	}
}

func TestReceiptsOfWhatWasAnswered(t *testing.T) {
	n := 0
	c, _ := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n > 1 {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		acceptAll(w, r)
	})
	receipts, err := c.Submit(t.Context(), harvests(t, MaxBatchRecords+1)...)
	if err == nil || len(receipts) != MaxBatchRecords {
		t.Errorf("%d receipts, %v", len(receipts), err)
	}
}

func TestLongAnswerIsNotRead(t *testing.T) {
	c, _ := gateway(t, func(w http.ResponseWriter, _ *http.Request) {
		io.Copy(w, io.LimitReader(zeros{}, MaxAnswerBytes+10))
	})
	_, err := c.Ledger(t.Context())
	var e *Error
	if !errors.As(err, &e) || e.Step != StepAnswer || !strings.Contains(err.Error(), "longer than") {
		t.Error(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestTimeoutOfOneAttempt(t *testing.T) {
	n := 0
	c, _ := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 1 {
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
			return
		}
		acceptAll(w, r)
	}, WithTimeout(200*time.Millisecond))
	if _, err := c.Submit(t.Context(), harvests(t, 1)...); err != nil || n != 2 {
		t.Errorf("%d tries, %v", n, err)
	}
}

func TestCancelledCallIsNotTriedAgain(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	c, _ := gateway(t, func(http.ResponseWriter, *http.Request) {
		n++
		cancel()
		panic(http.ErrAbortHandler)
	})
	_, err := c.Submit(ctx, harvests(t, 1)...)
	if err == nil || n != 1 {
		t.Errorf("%d tries, %v", n, err)
	}
}
