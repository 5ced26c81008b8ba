package e2e

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/e2e/programs"
	"github.com/grainledger/grainledger/gateway/index/indextest"
)

// The same ledger under an index in PostgreSQL: pages and answers are those of
// SQLite, after a restart and after the index was dropped too, and a second
// gateway does not get at it.
func TestIndexInPostgres(t *testing.T) {
	server, err := indextest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	place := onEmbedded.newPlace(t)
	g := start(t, place)
	g.importSeason(seasonA)
	want := g.snapshot()
	g.stop()

	indexDB := []string{"--index-db", server.Fresh()}
	g = start(t, place, indexDB...)
	sameAnswers(t, "the index in PostgreSQL", g.snapshot(), want)
	refused := launch(t, onEmbedded.newPlace(t), indexDB...)
	if code := refused.wait(); code == 0 || !strings.Contains(refused.out.String(), "another gateway writes") {
		t.Errorf("the second gateway ended with %d:\n%s", code, refused.out)
	}
	g.stop()

	g = start(t, place, indexDB...)
	sameAnswers(t, "a restart", g.snapshot(), want)
	if strings.Contains(g.out.String(), "built again") {
		t.Errorf("the restart builds the index again:\n%s", g.out)
	}
	g.stop()

	drop := exec.Command(program(t, "gateway"), append([]string{"index", "drop", "--data", place.data}, indexDB...)...)
	drop.Env = programs.Environment()
	if out, err := drop.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	g = start(t, place, indexDB...)
	if got := g.height(); got == 0 {
		t.Error("no height")
	}
	sameAnswers(t, "the index built again", g.snapshot(), want)
}
