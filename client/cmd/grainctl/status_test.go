package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

func TestStatusWaitsForAGatewayThatStarts(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"height":7,"head":"","root":{"uscc":"` + coop + `","name":"根","division":"000000","threshold":1,"keys":[]}}`))
	}))
	defer server.Close()
	if _, _, err := grainctl(t, "--gateway", server.URL, "status"); err == nil {
		t.Error("without --wait a gateway that is not ready is an error")
	}
	out, _, err := grainctl(t, "--gateway", server.URL, "status", "--wait", "1m")
	if err != nil || !strings.Contains(out, "height 7") || !strings.Contains(out, coop) {
		t.Errorf("%q, %v", out, err)
	}
}
