package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const seasonA = "../testdata/season-a"

// truth is what the sample season says must come of it.
type truth struct {
	Retail []struct {
		Lot     string             `json:"lot"`
		GTIN    string             `json:"gtin"`
		Batch   string             `json:"batch"`
		Kg      float64            `json:"quantity_kg"`
		Origins map[string]float64 `json:"origins"`
	} `json:"retail"`
	Bins []struct {
		Code string  `json:"code"`
		Kg   float64 `json:"quantity_kg"`
	} `json:"bins"`
}

func readTruth(t *testing.T) truth {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(seasonA, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all truth
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Retail) == 0 || len(all.Bins) == 0 {
		t.Fatal("the sample season tells no truth")
	}
	return all
}

// expectedOfSeasonA is expected.csv with the rows of credit.csv: their rules
// are not in force yet, so that all of them are refused.
func expectedOfSeasonA(t *testing.T) []verdict {
	t.Helper()
	var all []verdict
	for _, v := range readReport(t, filepath.Join(seasonA, "expected.csv")) {
		if v.file != "credit.csv" {
			all = append(all, v)
		}
	}
	for i, line := range readLines(t, filepath.Join(seasonA, "credit.csv"))[1:] {
		ref := strings.Split(line, ",")[1]
		all = append(all, verdict{"credit.csv", rowNumber(i), ref, "rejected", "unsupported_type"})
	}
	return all
}

// The sample season, as it is on every ledger: what is said of it is true, a
// second import and a restart change nothing, and no ledger says anything else
// than another.
func TestSeasonA(t *testing.T) {
	answers := map[ledgerKind]map[string]string{}
	eachLedger(t, func(t *testing.T, on ledgerKind) {
		g := start(t, on.newPlace(t))
		first := g.importSeason(seasonA)
		sameVerdicts(t, first, expectedOfSeasonA(t))
		checkTruth(t, g)
		before := g.snapshot()
		answers[on] = masked(before)
		second := g.importSeason(seasonA)
		refusedAgain(t, countRows(t, seasonA), first, second)
		sameAnswers(t, "the second import", g.snapshot(), before)
		checkTruth(t, g)
		g.stop()
		g = start(t, g.place)
		sameAnswers(t, "a restart", g.snapshot(), before)
	})
	for on, got := range answers {
		sameAnswers(t, "ledger "+string(on), got, answers[onEmbedded])
	}
}

func checkTruth(t *testing.T, g *gateway) {
	t.Helper()
	all := readTruth(t)
	for _, r := range all.Retail {
		sameShares(t, r.Lot, g.origins(r.Lot), r.Origins)
		var lot struct {
			Grams int64  `json:"grams"`
			GTIN  string `json:"gtin"`
			Batch string `json:"batch"`
		}
		g.get("/v1/lots/"+r.Lot, &lot)
		if lot.Grams != grams(r.Kg) || lot.GTIN != r.GTIN || lot.Batch != r.Batch {
			t.Errorf("%s: %+v, want %+v", r.Lot, lot, r)
		}
	}
	for _, b := range all.Bins {
		if got := g.binGrams(b.Code); got != grams(b.Kg) {
			t.Errorf("bin %s holds %d g, want %d", b.Code, got, grams(b.Kg))
		}
	}
}

func grams(kg float64) int64 { return int64(kg*1000 + 0.5) }

// sealed is an answer once all parts that it names are where they belong.
func (g *gateway) sealed(path string) (answer string) {
	g.t.Helper()
	within(g.t, "every part is sealed in "+path, func() bool {
		_, body := g.fetch(path)
		answer = string(body)
		return !strings.Contains(answer, `"unsealed"`)
	})
	return answer
}

// updated is where a page tells when the newest block came. Every block
// changes it, whatever is in it.
var updated = regexp.MustCompile(`<p class="updated">[^<]*</p>`)

// snapshot is every answer about lots and bins of the sample season, by path,
// once all sealed parts are where they belong.
func (g *gateway) snapshot() map[string]string {
	g.t.Helper()
	for _, lot := range []string{"P-A-0001", "W-A-11", "W-A-50"} {
		g.sealed("/v1/lots/" + lot + "/trace")
	}
	answers := map[string]string{}
	for _, path := range seasonPaths(g.t) {
		status, body := g.fetch(path)
		if status != 200 && status != 404 {
			g.t.Fatalf("GET %s: %d %s", path, status, body)
		}
		answers[path] = updated.ReplaceAllString(strings.ReplaceAll(string(body), g.url, "http://gateway"), "")
		if status == 404 { // the problem carries a number of its own
			answers[path] = "404"
		}
	}
	return answers
}

func sameAnswers(t *testing.T, after string, got, want map[string]string) {
	t.Helper()
	differ := 0
	for path, answer := range want {
		if got[path] == answer {
			continue
		}
		if differ++; differ <= 5 {
			t.Errorf("%s changed the answer to %s:\n%s", after, path, difference(got[path], answer))
		}
	}
	if differ > 5 {
		t.Errorf("%s changed %d answers in all", after, differ)
	}
}

// difference shows two texts where they begin to differ.
func difference(got, want string) string {
	n := 0
	for n < len(got) && n < len(want) && got[n] == want[n] {
		n++
	}
	clip := func(s string) string { return s[max(0, n-200):min(len(s), n+200)] }
	return "…" + clip(got) + "…\nwas\n…" + clip(want) + "…"
}

// seasonPaths are the addresses of all that the sample season speaks of.
func seasonPaths(t *testing.T) []string {
	t.Helper()
	var paths []string
	seen := map[string]bool{}
	add := func(path string) {
		if !seen[path] {
			seen[path] = true
			paths = append(paths, path)
		}
	}
	for file, column := range map[string]int{"harvest": 3, "purchase": 3, "withdraw": 4} {
		for _, line := range readLines(t, filepath.Join(seasonA, file+".csv"))[1:] {
			lot := "/v1/lots/" + strings.Split(line, ",")[column]
			add(lot)
			add(lot + "/origins")
			add(lot + "/trace")
			add(lot + "/trace?direction=down")
		}
	}
	for _, r := range readTruth(t).Retail {
		add("/v1/lots/" + r.Lot)
		add("/v1/lots/" + r.Lot + "/origins")
		add("/v1/lots/" + r.Lot + "/trace")
		add("/01/" + r.GTIN + "/10/" + r.Batch)
		add("/lots/" + r.Lot)
	}
	for file, prefix := range map[string]string{"facility": "/v1/bins/", "enterprise": "/v1/enterprises/"} {
		for _, line := range readLines(t, filepath.Join(seasonA, file+".csv"))[1:] {
			add(prefix + strings.Split(line, ",")[0])
		}
	}
	return paths
}

func readLines(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimRight(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n"), "\n")
}
