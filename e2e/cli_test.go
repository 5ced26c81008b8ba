package e2e

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// has wants a run to end with a code and to say certain words on either
// stream.
func (r result) has(t *testing.T, what string, code int, words ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("%s: code %d, want %d\n%s%s", what, r.code, code, r.stdout, r.stderr)
	}
	for _, w := range words {
		if !strings.Contains(r.stdout+r.stderr, w) {
			t.Errorf("%s: does not say %q\n%s%s", what, w, r.stdout, r.stderr)
		}
	}
	if strings.Contains(r.stderr, "panic:") || strings.Contains(r.stderr, "goroutine ") {
		t.Errorf("%s: %s", what, r.stderr)
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const harvestPayload = `{"issuer":"9332058226100911H2","ref":"SH-CLI-1","occurredAt":"2025-10-09T07:00:00+08:00",
 "lot":"H-CLI-1","variety":"1132002","harvestYear":2025,"origin":"320582","grams":37395000}`

// A person makes keys, signs, submits, traces and checks.
func TestPersonAtTheCommandLine(t *testing.T) { eachLedger(t, personAtTheCommandLine) }

func personAtTheCommandLine(t *testing.T, on ledgerKind) {
	g := start(t, on.newPlace(t))
	g.importSeason(seasonA)
	keys, at := g.keys(), "--gateway="+g.url

	known := run(t, "", "keygen", coop, "--keys", keys)
	known.has(t, "keygen of a key that is there", 0, "already")
	file := write(t, "payload.json", harvestPayload)
	signed := run(t, "", "sign", "--type", "harvest", "--keys", keys, file)
	signed.has(t, "sign", 0, `"payloadType":"application/vnd.grainledger.harvest+json"`)
	envelope := write(t, "envelope.json", signed.stdout)

	run(t, "", "verify", envelope, "--keys", keys).has(t, "verify with the key directory", 0, "valid, by key", "not checked")
	run(t, "", "verify", envelope, at).has(t, "verify before it is submitted", 0, "knows no accepted record")
	run(t, "", "submit", envelope, at).has(t, "submit", 0, "accepted")
	run(t, signed.stdout, "submit", "-", at).has(t, "submit again, from standard input", 0, "duplicate")
	run(t, "", "verify", envelope, at).has(t, "verify with the gateway", 0, "accepted in block")
	run(t, "", "trace", "R-A-00", at).has(t, "trace", 0, "R-A-00", "mix in bin", "H-A-0000", "大米", "kg")
	run(t, "", "trace", "H-A-0000", "--direction", "down", at).has(t, "trace down", 0, "R-A-01")
	down := run(t, "", "trace", "R-A-00", "--json", at)
	if !json.Valid([]byte(down.stdout)) {
		t.Errorf("trace --json prints %.200s", down.stdout)
	}
	other := write(t, "other.json", strings.Replace(harvestPayload, "37395000", "1", 1))
	conflict := run(t, "", "sign", "--type", "harvest", "--keys", keys, other)
	run(t, conflict.stdout, "submit", "-", at).has(t, "submit another under the ref", 3, "GL3002 ref_conflict")
}

// verify takes what the gateway hands out, and sees a changed letter.
func TestVerifyOfADownloadedRecord(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t))
	g.importSeason(seasonA)
	var trace struct {
		Nodes []struct {
			Records []struct{ ID, Type string }
		}
	}
	g.get("/v1/lots/R-A-00/trace", &trace)
	checked := 0
	for _, n := range trace.Nodes {
		for _, r := range n.Records {
			var answer struct {
				Envelope []byte `json:"envelope"`
			}
			g.get("/v1/records/"+r.ID, &answer)
			if checked++; checked > 12 {
				return
			}
			envelope := write(t, "record.json", string(answer.Envelope))
			run(t, "", "verify", envelope, "--gateway", g.url).has(t, "verify "+r.Type, 0, r.ID, "valid, by key", "accepted in block")
			changed := strings.Replace(string(answer.Envelope), `"payload":"ey`, `"payload":"fy`, 1)
			bad := run(t, changed, "verify", "-", "--keys", g.keys())
			if bad.code == 0 {
				t.Errorf("verify of a changed %s: %s", r.Type, bad.stdout)
			}
		}
	}
}

// Every template can be filled in and imported, also with Chinese labels.
func TestTemplates(t *testing.T) {
	for _, name := range []string{"enterprise", "facility", "harvest", "purchase", "inspect", "store", "withdraw",
		"ship", "receive", "process", "sell", "credit"} {
		plain := run(t, "", "template", name)
		plain.has(t, "template "+name, 0)
		want := strings.SplitN(strings.Join(readLines(t, filepath.Join(seasonA, name+".csv")), "\n"), "\n", 2)[0]
		if strings.TrimSpace(plain.stdout) != want {
			t.Errorf("template %s is %s, want %s", name, plain.stdout, want)
		}
		chinese := run(t, "", "template", name, "--chinese", "--example", "--bom")
		chinese.has(t, "template "+name+" --chinese", 0, "\ufeff")
		lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(chinese.stdout, "\ufeff"))).ReadAll()
		if err != nil || len(lines) != 2 {
			t.Errorf("template %s --chinese --example: %v, %v", name, lines, err)
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name+".csv"), []byte(chinese.stdout), 0o644); err != nil {
			t.Fatal(err)
		}
		run(t, "", "import", dir, "--dry-run").has(t, "dry run of "+name, 0, "1 rows, 0 of them malformed")
	}
	run(t, "", "template", "weather").has(t, "template of no table", 1, "harvest")
}

// What goes wrong is said in words, with a code that a script can use.
func TestMistakesAtTheCommandLine(t *testing.T) {
	nobody := "--gateway=http://127.0.0.1:1"
	keys := filepath.Join(t.TempDir(), "keys")
	payload := write(t, "p.json", harvestPayload)
	for what, c := range map[string]struct {
		input string
		args  []string
		code  int
		words []string
	}{
		"no such command":    {args: []string{"fly"}, code: 1, words: []string{"fly"}},
		"no such flag":       {args: []string{"trace", "R", "--colour"}, code: 1, words: []string{"colour"}},
		"keygen of no code":  {args: []string{"keygen", "123", "--keys", keys}, code: 1, words: []string{"unified social credit code"}},
		"keygen of a path":   {args: []string{"keygen", "../../etc/passwd", "--keys", keys}, code: 1},
		"sign without type":  {args: []string{"sign", payload, "--keys", keys}, code: 1, words: []string{"type"}},
		"sign without key":   {args: []string{"sign", payload, "--type", "harvest", "--keys", keys}, code: 1, words: []string{coop}},
		"sign of no type":    {args: []string{"sign", payload, "--type", "weather", "--keys", keys}, code: 1, words: []string{"unsupported_type"}},
		"sign of wrong form": {input: `{"issuer":1}`, args: []string{"sign", "-", "--type", "harvest", "--keys", keys}, code: 1, words: []string{"malformed"}},
		"submit of rubbish":  {input: "rubbish", args: []string{"submit", "-", nobody}, code: 1, words: []string{"malformed"}},
		"no such file":       {args: []string{"submit", "no-such-file.json", nobody}, code: 1, words: []string{"no-such-file.json"}},
		"no gateway":         {args: []string{"trace", "R", nobody, "--attempts", "1"}, code: 1, words: []string{"127.0.0.1:1"}},
		"wrong address":      {args: []string{"trace", "R", "--gateway", "grain.example"}, code: 1, words: []string{"http"}},
		"verify of rubbish":  {input: "{}", args: []string{"verify", "-", "--keys", keys}, code: 1},
		"import of nothing":  {args: []string{"import", t.TempDir(), "--dry-run"}, code: 1, words: []string{"harvest.csv"}},
		"version":            {args: []string{"version"}, code: 0, words: []string{"grainctl"}},
		"help":               {args: []string{"--help"}, code: 0, words: []string{"import", "trace"}},
	} {
		run(t, c.input, c.args...).has(t, what, c.code, c.words...)
	}
}

// An import says where a file is wrong, and sends nothing.
func TestImportOfBrokenFiles(t *testing.T) {
	g := start(t, onEmbedded.newPlace(t))
	height := g.height()
	for file, c := range map[string]struct{ text, words string }{
		"harvest.csv": {"issuer,ref,occurred_at,lot,variety,harvest_year,origin,quantity\n", `column "quantity"`},
		"sell.csv":    {"issuer,ref,occurred_at,lot,buyer,quantity_kg,purpose\na,b\n", "row 2"},
		"store.csv":   {"", "is empty"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, file), []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		run(t, "", "import", dir, "--keys", g.keys(), "--gateway", g.url).has(t, "import of "+file, 1, file, c.words)
	}
	run(t, "", "import", seasonA, "--keys", t.TempDir(), "--gateway", g.url).has(t, "import without the root's key", 1, "root")
	if g.height() != height {
		t.Error("something was sent all the same")
	}
	report := filepath.Join(t.TempDir(), "report.csv")
	r := run(t, "", "import", seasonA, "--keys", g.keys(), "--gateway", g.url, "--fail-on-rejected", "--report", report)
	r.has(t, "import with --fail-on-rejected", 3, "rejected", "harvest.csv")
	if len(readReport(t, report)) == 0 {
		t.Error("the report is empty")
	}
}
