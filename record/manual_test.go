package record

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The manual has a line for every type, every reason and every flag.
func TestManualIsComplete(t *testing.T) {
	raw, err := os.ReadFile("../docs/records.md")
	if err != nil {
		t.Fatal(err)
	}
	manual := string(raw)
	want := func(row string) {
		if !strings.Contains(manual, "\n"+row) {
			t.Errorf("docs/records.md has no row %q", row)
		}
	}
	for _, typ := range Types() {
		want(fmt.Sprintf("| `%s` |", typ))
	}
	for _, c := range Codes() {
		want(fmt.Sprintf("| %d | `%s` |", int(c), c))
	}
	source, err := os.ReadFile("verdict.go")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(source)) {
		if _, rest, ok := strings.Cut(line, " Flag = \""); ok {
			word, _, _ := strings.Cut(rest, `"`)
			want(fmt.Sprintf("| `%s` |", word))
		}
	}
}
