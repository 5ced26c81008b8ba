package e2e

import (
	"fmt"
	"net/http"
	"testing"
)

// Whoever has an answer sees its effect at once, in the API and on the pages.
func TestAnswersAreSeenAtOnce(t *testing.T) { eachLedger(t, answersAreSeenAtOnce) }

func answersAreSeenAtOnce(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	u := g.user()
	u.settle()
	for i := range on.fewer(30) {
		lot := fmt.Sprintf("H-FRESH-%d", i)
		u.accept(u.harvest(lot, 1_000_000))
		for _, path := range []string{"/lots/" + lot, "/v1/lots/" + lot, "/v1/lots/" + lot + "/origins"} {
			if status, _ := g.fetch(path); status != http.StatusOK {
				t.Fatalf("GET %s right after the record was accepted: %d", path, status)
			}
		}
	}
}
