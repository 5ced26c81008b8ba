package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// TestOneBadRecordIsRefusedAlone: what cannot be read inside one record does
// not keep the others of its request out.
func TestOneBadRecordIsRefusedAlone(t *testing.T) {
	h := start(t, newWorld(), nil).Engine()
	n := 0
	for name, bad := range map[string]string{
		"a repeated member":             `{"payload": "", "payload": ""}`,
		"a repeated member further in":  `{"signatures": [{"sig": "", "sig": ""}]}`,
		"sealed parts twice":            strings.Replace(sell("twice"), "{", `{"sealed":[],"sealed":[],`, 1),
		"a value that is not UTF-8":     "{\"payload\": \"\xff\"}",
		"a name that is not UTF-8":      "{\"\xff\": 1}",
		"a part that is not UTF-8":      strings.Replace(sell("part"), "{", "{\"sealed\":[\"\xff\"],", 1),
		"a part with a repeated member": strings.Replace(sell("member"), "{", `{"sealed":{"a":1,"a":2},`, 1),
	} {
		n++
		w := post(h, strings.NewReader(" ["+sell(fmt.Sprint("good", n))+","+bad+"]"))
		var got results
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK || len(got.Results) != 2 {
			t.Errorf("%s: %d %s, %v", name, w.Code, w.Body, err)
			continue
		}
		if got.Results[0].Outcome != record.Accepted || got.Results[1].Outcome != record.Rejected {
			t.Errorf("%s: %s", name, w.Body)
		}
		if w := post(h, strings.NewReader(bad)); w.Code < 400 || w.Code >= 500 {
			t.Errorf("%s alone: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestBodiesThatAreNoSubmissions(t *testing.T) {
	h := start(t, newWorld(), nil).Engine()
	for _, body := range []string{"", " ", "{", "{},{}", "{}]", "[{}", "[{},]", "[]{}", "null", `"text"`, "{}{}"} {
		if w := post(h, strings.NewReader(body)); w.Code != http.StatusBadRequest {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	}
}

func TestPeerOf(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7":              "192.0.2.7",
		"::ffff:192.0.2.7":       "192.0.2.7",
		"2001:db8:1:2:3:4:5:6":   "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1%e": "2001:db8:1:2::/64",
		"":                       "",
	} {
		if got := peerOf(address); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
}

// TestPeersAreBounded: an address gets its share of the queue and no more,
// whatever issuers its records name.
func TestPeersAreBounded(t *testing.T) {
	w := newWorld()
	packer, err := ledger.NewPacker(fakeChain{w}, ledger.PackerOptions{PeerRecords: 15, AttemptTimeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	h := start(t, w, func(o *Options) { o.Submitter = packer }).Engine()
	send := func(peer string, n int) *httptest.ResponseRecorder {
		all := make([]string, n)
		for i := range all {
			all[i] = sell(fmt.Sprint("r", i))
		}
		r := httptest.NewRequest(http.MethodPost, "/v1/records", strings.NewReader("["+strings.Join(all, ",")+"]"))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = peer
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		return answer
	}
	if got := send("192.0.2.7:1", 16); got.Code != http.StatusTooManyRequests || !strings.Contains(got.Body.String(), "too_many_from_address") {
		t.Errorf("over the share: %d %s", got.Code, got.Body)
	}
	if got := send("192.0.2.7:1", 15); got.Code != http.StatusOK {
		t.Errorf("within the share: %d %s", got.Code, got.Body)
	}
	w.set("ledger", "stuck")
	if got := send("192.0.2.7:1", 10); got.Code != http.StatusGatewayTimeout {
		t.Errorf("a stuck ledger: %d %s", got.Code, got.Body)
	}
	if got := send("192.0.2.7:2", 6); got.Code != http.StatusTooManyRequests {
		t.Errorf("while others of the address wait: %d %s", got.Code, got.Body)
	}
	if got := send("192.0.2.8:1", 6); got.Code != http.StatusGatewayTimeout {
		t.Errorf("another address: %d %s", got.Code, got.Body)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_ = packer.Close(gone) // what is stuck is given back
}

// TestReadsWaitAfterARestart: what an earlier process answered is not missing
// while the index of this one catches up.
func TestReadsWaitAfterARestart(t *testing.T) {
	w := newWorld()
	w.set("index", "behind")
	h := start(t, w, nil).Engine()
	status := func() int {
		r := httptest.NewRecorder()
		h.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/v1/lots/L2", nil))
		return r.Code
	}
	if got := status(); got != http.StatusServiceUnavailable {
		t.Errorf("while the index is behind: %d", got)
	}
	w.set("index", "")
	if got := status(); got != http.StatusNotFound {
		t.Errorf("when it is not: %d", got)
	}
}

// TestLagOfZero: no block may be missing then.
func TestLagOfZero(t *testing.T) {
	w := newWorld()
	w.set("index", "behind")
	for lag, want := range map[uint64]int{0: http.StatusServiceUnavailable, 1: http.StatusOK} {
		r := httptest.NewRecorder()
		h := start(t, w, func(o *Options) { o.MaxLag = lag }).Engine()
		h.ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		if r.Code != want {
			t.Errorf("lag %d: %d", lag, r.Code)
		}
	}
}
