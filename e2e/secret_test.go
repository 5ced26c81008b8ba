package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"io/fs"
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

// Whatever is sealed stands in the private files and nowhere else: not in
// blocks, index or queue, not in an answer.
func TestSecretsStayPrivate(t *testing.T) {
	g := start(t, newData(t))
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
	searchFiles(t, g.data, words)
	g.stop()
	searchFiles(t, g.data, words)
}

// reveals looks for secrets in a text, and in what it holds in base64.
func reveals(t *testing.T, what string, text []byte, words []string) {
	t.Helper()
	for _, w := range words {
		for form, b := range forms(w) {
			if bytes.Contains(text, b) {
				t.Errorf("%s reveals %q (%s)", what, w, form)
			}
		}
	}
}

// forms are how a word may stand in a file: plain, and at each of the three
// places in a group of base64.
func forms(word string) map[string][]byte {
	all := map[string][]byte{"plain": []byte(word)}
	if len(word) < 8 {
		return all // too short to tell in base64
	}
	for shift, name := range []string{"base64", "base64, one on", "base64, two on"} {
		encoded := base64.StdEncoding.EncodeToString(append(bytes.Repeat([]byte{'x'}, shift), word...))
		whole := len(encoded) - 4 // the last group depends on what follows
		all[name] = []byte(encoded[min(4, 4*shift):max(whole, 4)])
	}
	return all
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

// searchFiles looks through the data directory, the private files and the
// keys left out. It wants to find the secrets in the private files, so that
// it is sure to look for the right words.
func searchFiles(t *testing.T, dir string, words []string) {
	t.Helper()
	var private []byte
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.Contains(path, "/private/") {
			private = append(private, data...)
			return nil
		}
		reveals(t, strings.TrimPrefix(path, dir), data, words)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []string{"priceFenPerTonne", `"vehicle":"苏E37552"`, `"seller":"张大有"`, `"content"`} {
		if !bytes.Contains(private, []byte(w)) {
			t.Errorf("the private files do not hold %s", w)
		}
	}
}
