package e2e

import (
	"net/http"
	"testing"
)

// Whoever may GET may ask for the HEAD alone, as watchers of services do.
func TestHead(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t))
	u := g.user()
	u.settle()
	for _, path := range []string{"/healthz", "/readyz", "/v1/ledger", "/v1/enterprises/" + coop, "/openapi.json", "/"} {
		resp, err := http.Head(g.url + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("HEAD %s: %d", path, resp.StatusCode)
		}
	}
}
