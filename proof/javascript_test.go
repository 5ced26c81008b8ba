package proof_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/proof"
)

// question is a bundle to be checked by both verifiers.
type question struct {
	name  string
	raw   []byte
	trust *proof.Trust
}

// askBrowser runs the pages' verifier over questions.
func askBrowser(t *testing.T, questions []question) []proof.Report {
	t.Helper()
	const web = "../gateway/web"
	_, missing := os.Stat(web + "/node_modules/.stamp")
	if _, err := exec.LookPath("node"); err != nil || missing != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("the pages' scripts cannot be run: make pages")
		}
		t.Skip("the pages' scripts cannot be run here: make pages")
	}
	var in bytes.Buffer
	for _, q := range questions {
		line, err := json.Marshal(struct {
			Bundle []byte       `json:"bundle"`
			Trust  *proof.Trust `json:"trust"`
		}{q.raw, q.trust})
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	cmd := exec.CommandContext(t.Context(), "node", "test/verify.js")
	cmd.Dir, cmd.Stdin, cmd.Stderr = web, &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var reports []proof.Report
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r proof.Report
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		reports = append(reports, r)
	}
	if len(reports) != len(questions) {
		t.Fatalf("%d reports on %d bundles", len(reports), len(questions))
	}
	return reports
}

// TestBrowserAgrees: the verifier of the pages comes to the same report as
// this one, check by check, on the good bundle and on every changed one.
func TestBrowserAgrees(t *testing.T) {
	m := newMade(t)
	raw, trust := encode(t, m.bundle()), m.trust()
	questions := append(m.wrongs(), question{"the good one", raw, trust})
	for i, c := range mutate(raw, "") {
		// Flips of single bytes are many and alike: a share of them is enough here.
		if strings.HasSuffix(c.name, " flipped") && i%31 != 0 || strings.HasSuffix(c.name, " changed") && i%31 != 0 {
			continue
		}
		questions = append(questions, question{c.name, c.raw, trust})
	}
	agree(t, questions)
	t.Logf("%d bundles", len(questions))
}

// TestStrictAnchors: the anchor's record is not in the log, so that its payload
// can be any text; both verifiers refuse what two readers could read in two ways.
func TestStrictAnchors(t *testing.T) {
	var questions []question
	for _, c := range []struct{ name, before, noteBefore, why string }{
		{"as it should be", "", "", ""},
		{"a byte order mark before the payload", "\ufeff", "", "malformed"},
		{"a member twice", `{"issuer":"x",`, "", "malformed"},
		{"half of a surrogate pair", `{"x":"\ud800",`, "", "malformed"},
		{"a byte order mark before the note", "", "\ufeff", "another_checkpoint"},
	} {
		m := newMade(t)
		b := m.bundle()
		m.anchored(b, depotUSCC, c.before, []byte(c.noteBefore+string(m.note().Bytes())), depotUSCC)
		raw, trust := encode(t, b), m.trust()
		if r := proof.VerifyBundle(raw, trust); r.Holds != (c.why == "") || r.Find(proof.CheckAnchor).Why != c.why {
			t.Errorf("%s: want %q\n%s", c.name, c.why, show(t, r))
		}
		questions = append(questions, question{c.name, raw, trust})
	}
	agree(t, questions)
}

// agree wants both verifiers to come to the same reports.
func agree(t *testing.T, questions []question) {
	t.Helper()
	for i, got := range askBrowser(t, questions) {
		q := questions[i]
		want := proof.VerifyBundle(q.raw, q.trust)
		if a, b := comparable(&got), comparable(want); !reflect.DeepEqual(a, b) {
			t.Errorf("%s:\nJavaScript %s\nGo %s", q.name, show(t, a), show(t, b))
		}
	}
}

// comparable is a report without the words about form, which are each
// verifier's own, and with nothing for empty lists.
func comparable(r *proof.Report) *proof.Report {
	c := *r
	c.Checks = nil
	for _, check := range r.Checks {
		if check.Check == proof.CheckForm {
			check.At = ""
		}
		if len(check.Numbers) == 0 {
			check.Numbers = nil
		}
		if len(check.Names) == 0 {
			check.Names = nil
		}
		c.Checks = append(c.Checks, check)
	}
	return &c
}
