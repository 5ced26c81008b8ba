package epcis

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// standard is GS1's own JSON schema, which the project does not carry. The
// directory with it is named by GS1_DATA; tests that need it are skipped
// without.
func standard(t testing.TB) *jsonschema.Schema {
	t.Helper()
	dir := os.Getenv("GS1_DATA")
	if dir == "" {
		t.Skip("GS1_DATA names no directory with EPCIS-JSON-Schema.json: events are not held against GS1's schema")
	}
	f, err := os.Open(filepath.Join(dir, "EPCIS-JSON-Schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	value, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.AssertFormat()
	c.UseRegexpEngine(compilePattern)
	const url = "https://gs1.github.io/EPCIS/EPCIS-JSON-Schema.json"
	if err := c.AddResource(url, value); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// unlike is a pattern of the schema that Go's regular expressions do not have:
// text that does not begin with something.
type unlike struct {
	*regexp.Regexp
	pattern string
}

func (u unlike) MatchString(s string) bool { return !u.Regexp.MatchString(s) }
func (u unlike) String() string            { return u.pattern }

func compilePattern(pattern string) (jsonschema.Regexp, error) {
	inner, ahead := strings.CutPrefix(pattern, "^(?!")
	if !ahead {
		return regexp.Compile(pattern)
	}
	r, err := regexp.Compile("^" + strings.TrimSuffix(inner, ")"))
	return unlike{r, pattern}, err
}

func valid(t testing.TB, s *jsonschema.Schema, document any) error {
	t.Helper()
	raw, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

// TestStandardExamplesRead: GS1's own examples are documents to us, and none
// of their events is taken for one of grain.
func TestStandardExamplesRead(t *testing.T) {
	dir := os.Getenv("GS1_DATA")
	if dir == "" {
		t.Skip("GS1_DATA names no directory with GS1's examples")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonld"))
	if err != nil || len(files) == 0 {
		t.Fatal("no examples", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := ReadDocument(raw)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for i, event := range d.Body.EventList {
			if _, _, err := read(event, d.Context, NoBatches); err != nil {
				t.Errorf("%s: event %d cannot be read: %v", file, i, err)
			}
			if p, err := Payload(event, d.Context, NoBatches); err == nil {
				t.Errorf("%s: event %d became %+v", file, i, p)
			} else {
				t.Logf("%s: event %d: %v", filepath.Base(file), i, err)
			}
		}
	}
}
