package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/record"
)

var placeholder = regexp.MustCompile(`\{([a-z]+)`)

// Each text is there in both languages and asks for the same values.
func TestCatalogueIsComplete(t *testing.T) {
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	for key, texts := range c {
		for _, l := range languages {
			if strings.TrimSpace(texts[l]) == "" {
				t.Errorf("%s has no text in %s", key, l)
			}
		}
		if len(texts) != len(languages) {
			t.Errorf("%s has a language that pages do not speak", key)
		}
	}
}

// Every key that a template or the code names is in the catalogue.
func TestKeysAreKnown(t *testing.T) {
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	patterns := map[string]*regexp.Regexp{
		"templates/*.html": regexp.MustCompile(`\bt "([^"]+)"`),
		"*.go":             regexp.MustCompile(`\bsay\("([^"]+[^".])"[,)]`),
	}
	used := 0
	for glob, pattern := range patterns {
		names, err := filepath.Glob(glob)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d files, %v", glob, len(names), err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range pattern.FindAllStringSubmatch(string(source), -1) {
				used++
				if c[m[1]] == nil {
					t.Errorf("%s: no text %q", name, m[1])
				}
			}
		}
	}
	if used < 100 {
		t.Errorf("only %d uses found: the patterns miss something", used)
	}
}

// Keys that are put together from a word of the ledger.
func TestWordsAreKnown(t *testing.T) {
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, s := range stages {
		keys = append(keys, "stage."+string(s))
	}
	for _, s := range []stage{stageRearrange, stageLoss, stageOther} {
		keys = append(keys, "line."+string(s))
	}
	for _, f := range []record.Flag{
		record.FlagInnerCheck, record.FlagUnconfirmed, record.FlagDeduction, record.FlagYield, record.FlagOverCapacity,
		record.FlagTransitLoss, record.FlagOverQuota, record.FlagNonFood, record.FlagNonFoodMixed, record.FlagStandard,
		record.FlagNoRule, record.FlagRegulatorNotified, record.FlagNotCounted,
	} {
		keys = append(keys, "flag."+string(f))
	}
	for _, w := range []string{"nonfood", "unsafe", "failed", "unchecked", "partly-nonfood", "recall", "hold", "review", "spreading"} {
		keys = append(keys, "banner."+w, "banner."+w+".text")
	}
	for _, w := range []string{"recall", "hold", "release", "over", "correct", "void"} {
		keys = append(keys, "line.order."+w)
	}
	for _, w := range []string{"notice", "level", "level.1", "level.2", "level.3", "reason", "by", "to", "document", "when", "voided", "instead"} {
		keys = append(keys, "cause."+w)
	}
	for _, w := range []string{"origin", "seller", "outbound", "product", "items", "transport", "sale", "position"} {
		keys = append(keys, "gap."+w)
	}
	for _, w := range []string{"gtin", "batch", "lot", "nobatch", "unknown", "size", "unavailable"} {
		keys = append(keys, "problem."+w, "problem."+w+".text")
	}
	for _, w := range []string{"origin", "variety", "year", "maker.batch", "maker.lot", "date.batch", "date.lot",
		"weight", "batch", "gtin", "lot"} {
		keys = append(keys, "fact."+w)
	}
	for _, w := range []string{"1", "2", "3", "4", "5", "ungraded"} {
		keys = append(keys, "grade."+w)
	}
	for _, w := range []string{"party", "thing"} {
		keys = append(keys, "list.more."+w)
	}
	for _, w := range []string{"suitable", "marginal", "unsuitable"} {
		keys = append(keys, "storage."+w)
	}
	for _, k := range keys {
		if c[k] == nil {
			t.Errorf("no text %q", k)
		}
	}
}

// A placeholder that nobody fills would leave a hole in a sentence.
func TestPlaceholdersAreNames(t *testing.T) {
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, n := range strings.Fields("all bad batch code date detail first from gateway grain growers kg last list lot lots n name names outstanding product recovered rest sellers share status title to was weight who y") {
		known[n] = true
	}
	for key, texts := range c {
		for l, text := range texts {
			for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
				if !known[m[1]] {
					t.Errorf("%s in %s: unknown placeholder {%s}", key, l, m[1])
				}
			}
		}
	}
}

func TestFill(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"plain", "plain"},
		{"{n} {n?lot|lots}", "2 lots"},
		{"{one} {one?lot|lots}", "1 lot"},
		{"{who}", "{n}"},
		{"open {n", "open 2"},
		{"{gone}.", "."},
	} {
		got := fill(c.text, map[string]string{"n": "2", "one": "1", "who": "{n}"})
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
