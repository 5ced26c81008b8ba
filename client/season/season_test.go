package season_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

const (
	sample = "../../testdata/season-a"
	root   = "11000000000013127N"
)

func sealKey() []byte { return []byte("0123456789abcdef0123456789abcdef") }

func decode(t *testing.T, recordType record.Type, text string) ([]season.Row, error) {
	t.Helper()
	table, ok := season.TableOf(recordType)
	if !ok {
		t.Fatalf("no table %s", recordType)
	}
	return season.Decode(table, table.File(), strings.NewReader(text), root)
}

func payload(t *testing.T, r season.Row) string {
	t.Helper()
	if r.Refusal != nil {
		t.Fatalf("%s row %d: %v", r.File, r.Line, r.Refusal)
	}
	b, _, err := r.Draft.Seal(sealKey())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSampleSeasonParsesWhole(t *testing.T) {
	d, err := season.ReadDir(os.DirFS(sample), root)
	if err != nil {
		t.Fatal(err)
	}
	var truth struct{ Rows map[string]int }
	data, err := os.ReadFile(filepath.Join(sample, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &truth); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, r := range d.Rows {
		got[string(r.Table.Type)]++
		p := payload(t, r)
		if r.Table.Type == "credit" {
			continue
		}
		if _, err := record.DecodePayload(r.Table.Type, []byte(p)); err != nil {
			t.Errorf("%s row %d: the ledger could not read %s: %v", r.File, r.Line, p, err)
		}
	}
	for name, want := range truth.Rows {
		if got[name] != want {
			t.Errorf("%s: %d rows, want %d", name, got[name], want)
		}
	}
	if !slices.Equal(d.Ignored, []string{"expected.csv"}) {
		t.Errorf("ignored %v", d.Ignored)
	}
}

// The rows that the sample refuses for their form are the ones that we find.
func TestSampleSeasonForm(t *testing.T) {
	d, err := season.ReadDir(os.DirFS(sample), root)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range d.Rows {
		if err := r.Check(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)); err != nil {
			got[r.File+" "+r.Draft.Head.Ref] = record.CodeOf(err).String()
		}
	}
	want := map[string]string{
		"enterprise.csv 9332058226100911H9": "bad_uscc",
		"harvest.csv SH-A-00025":            "future_time",
		"harvest.csv SH-A-00027":            "bad_quantity",
		"purchase.csv SG-A-00133":           "weight_mismatch",
	}
	if len(got) != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s: %s, want %s", k, got[k], v)
		}
	}
}

// Every Chinese label, in every place, gives the same payloads.
func TestChineseLabelsMeanTheSame(t *testing.T) {
	for _, table := range season.Tables() {
		plain := readSample(t, table.File())
		want := payloads(t, table, plain)
		for round := range 8 {
			lines := slices.Clone(plain)
			lines[0] = slices.Clone(lines[0])
			for i, label := range lines[0] {
				if chinese := column(table, label).Chinese; len(chinese) > 0 {
					lines[0][i] = chinese[round%len(chinese)]
				}
			}
			if got := payloads(t, table, lines); !slices.Equal(got, want) {
				t.Errorf("%s with %v differs", table.File(), lines[0])
			}
		}
	}
}

func readSample(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(sample, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func column(table *season.Table, name string) season.Column {
	i := slices.IndexFunc(table.Columns, func(c season.Column) bool { return c.Name == name })
	return table.Columns[i]
}

func payloads(t *testing.T, table *season.Table, lines [][]string) []string {
	t.Helper()
	d := season.NewDecoder(table, table.File(), root)
	for i, l := range lines {
		d.Add(i+1, l)
	}
	rows, err := d.Rows()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range rows {
		all = append(all, payload(t, r))
	}
	return all
}

func TestLabelsAreUnambiguous(t *testing.T) {
	for _, table := range season.Tables() {
		seen := map[string]string{}
		for _, c := range table.Columns {
			for _, label := range append([]string{c.Name}, c.Chinese...) {
				if was, ok := seen[label]; ok && was != c.Name {
					t.Errorf("%s: label %s means %s and %s", table.File(), label, was, c.Name)
				}
				seen[label] = c.Name
			}
			if len(c.Chinese) == 0 {
				t.Errorf("%s: column %s has no Chinese label", table.File(), c.Name)
			}
		}
	}
}

func TestTemplateCanBeImported(t *testing.T) {
	for _, table := range season.Tables() {
		for _, o := range []season.TemplateOptions{{Example: true}, {Example: true, Chinese: true, BOM: true}} {
			var text strings.Builder
			if err := season.WriteTemplate(&text, table, o); err != nil {
				t.Fatal(err)
			}
			rows, err := season.Decode(table, "t.csv", strings.NewReader(text.String()), root)
			if err != nil || len(rows) != 1 {
				t.Fatalf("%s: %d rows, %v", table.Type, len(rows), err)
			}
			if err := rows[0].Check(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)); err != nil {
				t.Errorf("%s: the example is refused: %v", table.Type, err)
			}
		}
	}
}

func TestOrder(t *testing.T) {
	d, err := season.ReadDir(os.DirFS(sample), root)
	if err != nil {
		t.Fatal(err)
	}
	season.Order(d.Rows)
	rank := map[record.Type]int{}
	for i, table := range season.Tables() {
		rank[table.Type] = i
	}
	for i := 1; i < len(d.Rows); i++ {
		a, b := d.Rows[i-1], d.Rows[i]
		switch {
		case a.Table.ByRoot && !b.Table.ByRoot:
		case !a.Table.ByRoot && b.Table.ByRoot:
			t.Fatalf("%s row %d comes before %s row %d", a.File, a.Line, b.File, b.Line)
		case a.At.After(b.At):
			t.Fatalf("%s row %d is later than %s row %d", a.File, a.Line, b.File, b.Line)
		case a.At.Equal(b.At) && rank[a.Table.Type] > rank[b.Table.Type],
			a.At.Equal(b.At) && a.File == b.File && a.Line > b.Line:
			t.Fatalf("%s row %d stands before %s row %d", a.File, a.Line, b.File, b.Line)
		}
	}
}

// Two offsets, one instant: the order goes by the instant.
func TestOrderGoesByInstant(t *testing.T) {
	rows, err := decode(t, "sell", "issuer,ref,occurred_at,lot,buyer,quantity_kg,purpose\n"+
		"9132058242815733PW,LATER,2025-12-17T09:00:00+08:00,R,9132058297714599JC,1,food\n"+
		"9132058242815733PW,EARLIER,2025-12-17T00:30:00Z,R,9132058297714599JC,1,food\n")
	if err != nil {
		t.Fatal(err)
	}
	season.Order(rows)
	if rows[0].Ref != "EARLIER" {
		t.Errorf("first is %s", rows[0].Ref)
	}
}
