package client

import (
	"net/http"
	"testing"
	"time"
)

func TestPausesGrowAndAreBounded(t *testing.T) {
	for n := 1; n < 100; n++ {
		full := min(firstPause<<min(n-1, 10), longestPause)
		for range 20 {
			if d := pause(n, 0); d < full/2 || d > full {
				t.Fatalf("pause %d is %s, want %s to %s", n, d, full/2, full)
			}
		}
	}
	if d := pause(1, 24*time.Hour); d > 2*longestAsked {
		t.Errorf("waits %s", d)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"": 0, "2": 2 * time.Second, "-1": 0, "soon": 0, "99999999": 24 * time.Hour,
		now.Add(5 * time.Second).Format(http.TimeFormat):  5 * time.Second,
		now.Add(-5 * time.Second).Format(http.TimeFormat): 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {v}}, now); got != want {
			t.Errorf("%q is %s, want %s", v, got, want)
		}
	}
}

func TestNewWantsAnAddress(t *testing.T) {
	for _, bad := range []string{"", "localhost:8080", "ftp://x", "http://", "http://x?y=1", "http://x/#z", "http://a b"} {
		if _, err := New(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if _, err := New("http://x", WithAttempts(0)); err == nil {
		t.Error("no attempts were taken")
	}
}
