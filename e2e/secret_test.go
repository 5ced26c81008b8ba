package e2e

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/e2e/made"
)

// secrets are the sealed words of the sample season: prices as they are
// sealed, plate numbers, and what a credit record says.
func secrets(t *testing.T) []string {
	t.Helper()
	words := []string{"priceFenPerTonne", `"vehicle"`, `"content"`}
	for file, columns := range map[string][]string{
		"ship":   {"vehicle"},
		"credit": {"decision_no", "fact", "basis"},
	} {
		for _, row := range readCells(t, filepath.Join(seasonA, file+".csv")) {
			for _, c := range columns {
				if row[c] != "" {
					words = append(words, row[c])
				}
			}
		}
	}
	if len(words) < 15 {
		t.Fatalf("only %d secrets", len(words))
	}
	return words
}

func readCells(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]string
	for _, l := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = l[i]
		}
		all = append(all, row)
	}
	return all
}

// Whatever is sealed stands with those who may see it and nowhere else: not in
// blocks, index or queue, not in an answer. On the embedded ledger those are
// the private files, on a channel the peers of the collection's members.
func TestSecretsStayPrivate(t *testing.T) { eachLedger(t, secretsStayPrivate) }

func secretsStayPrivate(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	g.importSeason(seasonA)
	persons := made.New(made.Options{Seed: 13, Rows: 300, Depots: 2, Bins: 2, Mills: 1}) // with sellers who are persons
	dir := t.TempDir()
	if err := persons.Write(dir, false); err != nil {
		t.Fatal(err)
	}
	g.importSeason(dir)
	answers := g.snapshot() // waits until all parts are sealed
	for _, l := range persons.Lots {
		path := "/v1/lots/" + l.ID + "/trace"
		answers[path] = g.sealed(path)
	}
	words := append(secrets(t), "张大有", "豫G")
	for path, answer := range answers {
		reveals(t, "GET "+path, []byte(answer), words)
	}
	for id := range g.recordIDs(answers) {
		_, body := g.fetch("/v1/records/" + id)
		reveals(t, "GET /v1/records/"+id, body, words)
	}
	for _, path := range []string{"/metrics", "/", "/v1/ledger", "/readyz"} {
		_, body := g.fetch(path)
		reveals(t, "GET "+path, body, words)
	}
	reveals(t, "the log", []byte(g.out.String()), words)
	// The queue lets go of a part soon after the ledger has it, not at once.
	within(t, "the queue has let go of what is sealed", func() bool { return !holds(g.data, "jobs.db", words) && !holds(g.data, "jobs.db-wal", words) })
	searchData(t, on, g.data, words)
	g.stop()
	searchData(t, on, g.data, words)
	if on != onEmbedded {
		searchBlocks(t, g.channel(t), words)
		searchNodes(t, on.network(t), words)
	}
}

// recordIDs are the ids of records that answers speak of.
func (g *gateway) recordIDs(answers map[string]string) map[string]bool {
	g.t.Helper()
	ids := map[string]bool{}
	for _, answer := range answers {
		for _, part := range strings.Split(answer, `"id":"`)[1:] {
			if len(part) > 64 && part[64] == '"' {
				ids[part[:64]] = true
			}
		}
	}
	if len(ids) < 250 {
		g.t.Fatalf("only %d records", len(ids))
	}
	return ids
}
