package season_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

// Sealing and signing in another place comes to the same record.
func TestUnsealedAndClosedIsSealed(t *testing.T) {
	table, _ := season.TableOf(record.TypePurchase)
	var csv bytes.Buffer
	if err := season.WriteTemplate(&csv, table, season.TemplateOptions{Example: true}); err != nil {
		t.Fatal(err)
	}
	person := strings.Replace(csv.String(), "9332058226100911H2", `张三 "<&>" \ 李`, 1)
	key := []byte("a key of thirty-two bytes in all")
	rows, err := season.Decode(table, "purchase.csv", strings.NewReader(strings.Replace(person, `张三 "<&>" \ 李`, `"张三 ""<&>"" \ 李"`, 1)), "")
	if err != nil {
		t.Fatal(err)
	}
	want, parts, err := rows[0].Draft.Seal(key)
	if err != nil || len(parts) != 2 {
		t.Fatal(len(parts), err)
	}
	payload, open, err := rows[0].Draft.Unsealed()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(fmt.Sprint(string(payload)), "张三") {
		t.Error("the payload names a person")
	}
	got, closed, err := season.Close(key, payload, open)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) || !slices.EqualFunc(closed, parts, bytes.Equal) {
		t.Errorf("%s %s\nwant %s %s", got, closed, want, parts)
	}
	for name, bad := range map[string][]season.OpenPart{
		"not there":   {{Name: strings.Repeat("0", 64), Part: open[0].Part}},
		"salted":      {{Name: open[0].Name, Part: string(parts[0])}},
		"no document": {{Name: open[0].Name, Part: "1"}},
		"no name":     {{Name: "", Part: open[0].Part}},
	} {
		if _, _, err := season.Close(key, payload, bad); err == nil {
			t.Errorf("%s: closed", name)
		}
	}
}
