package e2e

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grainledger/grainledger/e2e/made"
)

// A gateway that is killed again and again under an import changes nothing of
// what the import says in the end.
func TestImportOutlivesTheGateway(t *testing.T) {
	o := made.Options{Seed: 9, Rows: 500, Depots: 3, Bins: 3, Mills: 2, Faults: 25}
	s := made.New(o)
	dir := t.TempDir()
	if err := s.Write(dir, o.Chinese); err != nil {
		t.Fatal(err)
	}
	g := start(t, onEmbedded.newPlace(t))
	listen := strings.TrimPrefix(g.url, "http://")
	report := filepath.Join(t.TempDir(), "report.csv")
	ended := make(chan result, 1)
	// One row at a time: a batch whose answer was lost is sent again whole, and
	// a row that it refused is then decided in the state that its later rows
	// left, so that the reason may differ.
	go func() {
		ended <- run(t, "", "import", dir, "--gateway", g.url, "--keys", g.keys(), "--report", report,
			"--batch", "1", "--attempts", "60", "--quiet")
	}()
	random := rand.New(rand.NewPCG(9, 9))
	var r result
	kills := 0
	for running := true; running; {
		select {
		case r = <-ended:
			running = false
		case <-time.After(time.Duration(100+random.IntN(400)) * time.Millisecond): // the moment of the kill
			if kills < 6 {
				kills++
				g.kill()
				g = start(t, g.place, "--listen", listen)
			}
		}
	}
	r.has(t, "import", 0)
	t.Logf("the gateway was killed %d times", kills)
	if kills < 2 {
		t.Error("the import was over too soon to tell anything")
	}
	sameVerdicts(t, readReport(t, report), expected(s))
	checkLots(t, g, s)
	checkBins(t, g, s)
	checkFollows(t, g)
}
