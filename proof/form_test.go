package proof_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// An error about the form names the member.
func TestBundleForm(t *testing.T) {
	good := string(encode(t, newMade(t).bundle()))
	for name, c := range map[string]struct{ old, now, field string }{
		"another form":      {`"grainledger/bundle/v1"`, `"grainledger/bundle/v2"`, "bundle"},
		"a number as text":  {`"block":12`, `"block":"12"`, "anchor/block"},
		"an unknown member": {`"subject":{`, `"subject":{"x":1,`, "subject/x"},
		"a member twice":    {`"subject":{`, `"subject":{"lot":"R-1",`, "subject/lot"},
		"a space":           {`"subject":{`, `"subject": {`, ""},
		"GTIN alone":        {`,"batch":"2026010100"`, ``, "subject"},
		"a fraction":        {`"block":12`, `"block":12.5`, "anchor/block"},
		"below zero":        {`"originsLeftOut":1`, `"originsLeftOut":-1`, "coverage"},
		"nothing behind it": {good, "", ""},
		"something behind":  {good, good + "\n", ""},
	} {
		raw := strings.Replace(good, c.old, c.now, 1)
		_, err := proof.ParseBundle([]byte(raw))
		var e *record.Error
		if !asError(err, &e) || e.Field != c.field {
			t.Errorf("%s: %v, want the field %q", name, err, c.field)
		}
	}
}

func asError(err error, e **record.Error) bool {
	var ok bool
	*e, ok = err.(*record.Error)
	return ok
}

func FuzzBundle(f *testing.F) {
	m := newMade(f)
	good := encode(f, m.bundle())
	trust := m.trust()
	f.Add(good)
	f.Add([]byte(`{"bundle":"grainledger/bundle/v1"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := proof.ParseBundle(raw)
		if err != nil {
			return
		}
		if again := encode(t, b); !bytes.Equal(again, raw) {
			t.Errorf("%s is another spelling of %s", raw, again)
		}
		r := b.Verify(trust)
		// Where the ledger took it in is reported as not checked.
		b.Anchor.Tx, b.Anchor.Block = record.SM3([]byte("tx")), 12
		if r.Holds && !bytes.Equal(encode(t, b), good) {
			t.Errorf("holds: %s", raw)
		}
	})
}

func TestTrustFile(t *testing.T) {
	m := newMade(t)
	trust := m.trust()
	trust.Root.USCC = "11000000MA0000000Y"
	raw, err := trust.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := proof.ParseTrust(raw)
	if err != nil || back.Fingerprint() != trust.Fingerprint() || len(back.Fingerprint()) != 39 {
		t.Fatalf("%v %s", err, raw)
	}
	trust.Root.Threshold = 2
	if trust.Fingerprint() == back.Fingerprint() {
		t.Error("another threshold has the same fingerprint")
	}
	for name, change := range map[string]func(*proof.Trust){
		"no root":              func(t *proof.Trust) { t.Root.USCC = "" },
		"no keys":              func(t *proof.Trust) { t.Root.Keys = nil },
		"threshold above keys": func(t *proof.Trust) { t.Root.Threshold = 3 },
		"no threshold":         func(t *proof.Trust) { t.Root.Threshold = 0 },
		"no log":               func(t *proof.Trust) { t.Logs = nil },
		"a key that is none":   func(t *proof.Trust) { t.Logs[0].Key = "04" },
		"a witness twice":      func(t *proof.Trust) { t.Witnesses = append(t.Witnesses, t.Witnesses[0]) },
		"too many needed":      func(t *proof.Trust) { t.WitnessesNeeded = 9 },
		"a key twice":          func(t *proof.Trust) { t.Root.Keys = append(t.Root.Keys, t.Root.Keys[0]) },
	} {
		bad, err := proof.ParseTrust(raw)
		if err != nil {
			t.Fatal(err)
		}
		change(bad)
		text, err := bad.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := proof.ParseTrust(text); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// Every check and every reason that the sources give has words in each
// language.
func TestWords(t *testing.T) {
	raw, err := os.ReadFile("words.json")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]map[string]string
	if err := json.Unmarshal(raw, &words); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"result.holds": true, "result.fails": true, "outcome.holds": true, "outcome.fails": true, "outcome.not_checked": true, "why.internal": true}
	reason := regexp.MustCompile(`(?:fails\(|Why = |Why, c\.Names = |NotChecked, )"([a-z_]+)"`)
	name := regexp.MustCompile(`Check[A-Z]\w+\s+= "([a-z]+)"`)
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		source, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reason.FindAllStringSubmatch(string(source), -1) {
			want["why."+m[1]] = true
		}
		for _, m := range name.FindAllStringSubmatch(string(source), -1) {
			want[m[1]] = true
		}
	}
	if len(want) < 45 {
		t.Errorf("only %d words found in the sources", len(want))
	}
	for _, language := range proof.Languages {
		for key := range want {
			if words[language][key] == "" && key != "why.cannot_be_proved" { // that has words by check
				t.Errorf("%s: no words for %s", language, key)
			}
		}
		for key := range words["en"] {
			if words[language][key] == "" {
				t.Errorf("%s lacks %s", language, key)
			}
		}
	}
	m := newMade(t)
	r := proof.VerifyBundle(encode(t, m.bundle()), m.trust())
	for _, language := range proof.Languages {
		for _, c := range r.Checks {
			if said := c.Words(language); said == "" || strings.ContainsAny(said, "{}") {
				t.Errorf("%s %s says %q", language, c.Check, said)
			}
		}
	}
}
