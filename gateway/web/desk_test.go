package web

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	tables "github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/gateway/draft"
	"github.com/grainledger/grainledger/record"
)

// Whatever the ledger, a table or a script of the desk can say has its words.
func TestWordsOfTheDeskAreKnown(t *testing.T) {
	c, err := loadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	want := func(key string) {
		t.Helper()
		if c[key] == nil {
			t.Errorf("no text %q", key)
		}
	}
	for _, code := range record.Codes() {
		want("desk.reason." + code.String())
	}
	for _, kind := range record.Types() {
		want("desk.type." + string(kind))
	}
	for _, table := range draft.Types() {
		want("desk.type." + string(table.Type))
	}
	for _, fault := range []tables.Fault{tables.FaultSyntax, tables.FaultEncoding, tables.FaultEmpty, tables.FaultWidth, tables.FaultNoLabel,
		tables.FaultUnknown, tables.FaultTwice, tables.FaultMissing, tables.FaultTooLarge, tables.FaultSheet} {
		want("desk.fault." + string(fault))
	}
	for _, list := range []string{"stock", "under-review", "bins", "shipments", "jobs"} {
		want("desk.list." + list)
		want("desk.none." + list)
	}
	want("flag." + string(record.FlagCosigned))
	names, err := filepath.Glob("src/desk/*.js")
	if err != nil {
		t.Fatal(err)
	}
	used := 0
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`'(desk\.[a-z0-9.]+[a-z0-9])'`).FindAllStringSubmatch(string(source), -1) {
			used++
			want(m[1])
		}
	}
	if used < 40 {
		t.Errorf("only %d uses found in %d scripts", used, len(names))
	}
	{
		pages, err := filepath.Glob("templates/desk/*.html")
		if err != nil || len(pages) != len(deskPages)+1 {
			t.Fatalf("%d templates, %v", len(pages), err)
		}
		for _, page := range pages {
			source, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`\bt "([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
				want(m[1])
			}
		}
	}
}
