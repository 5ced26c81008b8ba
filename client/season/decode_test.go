package season_test

import (
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

const storeHeader = "issuer,ref,occurred_at,lot,bin,quantity_kg\n"

const storeRow = "91320582508808129Y,RK-1,2025-10-13T09:00:00+08:00,P-1,91320582508808129Y001000100101,17989\n"

func TestFormatErrorsNameFileRowAndColumn(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":          {"", "store.csv: is empty"},
		"unknown column": {"issuer,ref,occurred_at,lot,bin,quantity_kg,colour\n", `store.csv, row 1, column "colour": is no column`},
		"missing column": {"issuer,ref,occurred_at,lot,quantity_kg\n", `store.csv, row 1, column "bin": is missing`},
		"no label":       {"issuer,ref,occurred_at,lot,bin,quantity_kg,\n", "store.csv, row 1: column 7 has no label"},
		"label twice":    {"issuer,ref,occurred_at,lot,bin,quantity_kg,数量\n", `column "数量": means quantity_kg, which stands twice`},
		"wrong unit":     {"issuer,ref,occurred_at,lot,bin,数量(吨)\n", `column "数量(吨)": is no column`},
		"short row":      {storeHeader + storeRow + "a,b\n", "store.csv, row 3: has 2 cells, the header has 6"},
		"long row":       {storeHeader + "1,2,3,4,5,6,7\n", "store.csv, row 2: has 7 cells"},
		"after a gap":    {storeHeader + "\n\n" + "a,b\n", "store.csv, row 4: has 2 cells"},
		"not UTF-8":      {storeHeader + "\xc3\xab\xd6\xd8,b,c,d,e,f\n", "store.csv, row 2: cell 1 is not UTF-8"},
		"quote":          {storeHeader + "\"a,b,c,d,e,f\n", "store.csv, row 2: "},
	} {
		_, err := decode(t, "store", c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestDecodeTakesWhatSpreadsheetsWrite(t *testing.T) {
	rows, err := decode(t, "store", storeHeader+storeRow)
	if err != nil {
		t.Fatal(err)
	}
	want := payload(t, rows[0])
	for name, text := range map[string]string{
		"byte order mark": "\ufeff" + storeHeader + storeRow,
		"CRLF":            strings.ReplaceAll(storeHeader+storeRow, "\n", "\r\n"),
		"blank rows":      storeHeader + ",,,,,\n" + storeRow + " ,,,,,\n",
		"spaces":          " Issuer , REF,occurred_at,lot,bin,数量（公斤）\n" + strings.ReplaceAll(storeRow, ",", " , "),
		"quotes":          storeHeader + `"` + strings.ReplaceAll(strings.TrimSpace(storeRow), ",", `","`) + `"`,
		"other order":     "quantity_kg,issuer,ref,occurred_at,lot,bin\n17989.000," + strings.TrimSuffix(storeRow, ",17989\n"),
	} {
		rows, err := decode(t, "store", text)
		if err != nil || len(rows) != 1 {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
			continue
		}
		if got := payload(t, rows[0]); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestRowNumbersCountEmptyLines(t *testing.T) {
	rows, err := decode(t, "store", storeHeader+"\n,,,,,\n"+storeRow)
	if err != nil || len(rows) != 1 || rows[0].Line != 4 {
		t.Errorf("rows %v, %v; want one of row 4", rows, err)
	}
}

func TestUnreadableCellsRefuseTheRowAlone(t *testing.T) {
	const (
		harvest  = "issuer,ref,occurred_at,lot,variety,harvest_year,origin,quantity_kg,area_mu\n9332058226100911H2,R,"
		process  = "issuer,ref,occurred_at,inputs,outputs,byproducts,loss_kg\n9132058242815733PW,R,2025-12-14T09:00:00+08:00,"
		purchase = "issuer,ref,occurred_at,lot,from_lot,from_quantity_kg,seller,nature,gross_kg,tare_kg,deduct_kg,net_kg,price_yuan_per_kg,variety\n" +
			"91320582508808129Y,R,2025-10-12T08:00:00+08:00,P,,"
	)
	for name, c := range map[string]struct {
		table record.Type
		text  string
		code  record.Code
		field string
	}{
		"weight":          {"harvest", harvest + "2025-10-09T07:00:00+08:00,H,1132002,2025,320582,abc,1", record.BadQuantity, "quantity_kg"},
		"no weight":       {"harvest", harvest + "2025-10-09T07:00:00+08:00,H,1132002,2025,320582,,1", record.BadQuantity, "quantity_kg"},
		"four decimals":   {"harvest", harvest + "2025-10-09T07:00:00+08:00,H,1132002,2025,320582,1.2345,1", record.BadQuantity, "quantity_kg"},
		"time":            {"harvest", harvest + "2025/10/09 07:00,H,1132002,2025,320582,1,1", record.BadField, "occurred_at"},
		"year":            {"harvest", harvest + "2025-10-09T07:00:00+08:00,H,1132002,去年,320582,1,1", record.BadField, "harvest_year"},
		"lowest code":     {"harvest", harvest + "soon,H,1132002,2025,320582,-5,1", record.BadQuantity, "grams"},
		"part missing":    {"process", process + "W,R:大米:1,,0", record.BadField, "inputs"},
		"part weight":     {"process", process + "W:x,R:大米:1,,0", record.BadQuantity, "inputs"},
		"four parts":      {"process", process + "W:1,R:大米:1:06901234567809,,0", record.BadField, "outputs"},
		"by-product":      {"process", process + "W:1,R:大米:1,米糠,0", record.BadField, "byproducts"},
		"price":           {"purchase", purchase + ",张三,200,3,1,0,2,free,1132002", record.BadField, "price_yuan_per_kg"},
		"price below 0":   {"purchase", purchase + ",张三,200,3,1,0,2,-2.78,1132002", record.BadField, "price_yuan_per_kg"},
		"no seller":       {"purchase", purchase + ",,200,3,1,0,2,2.78,1132002", record.BadUSCC, "seller"},
		"drawn elsewhere": {"purchase", purchase + "5,张三,200,3,1,0,2,2.78,1132002", record.WeightMismatch, "from_quantity_kg"},
	} {
		rows, err := decode(t, c.table, c.text)
		if err != nil || len(rows) != 1 {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
			continue
		}
		r := rows[0].Refusal
		if r == nil || r.Code != c.code || r.Field != c.field {
			t.Errorf("%s: refusal %v, want %s in %s", name, r, c.code, c.field)
		}
	}
}

// What the ledger can judge itself is left to it.
func TestReadableNonsenseIsLeftToTheLedger(t *testing.T) {
	rows, err := decode(t, "harvest", "issuer,ref,occurred_at,lot,variety,harvest_year,origin,quantity_kg\n"+
		"nobody,,2099-10-09T07:00:00+08:00,,x,1,y,-5\n")
	if err != nil || rows[0].Refusal != nil {
		t.Fatal(err, rows[0].Refusal)
	}
	if p := payload(t, rows[0]); !strings.Contains(p, `"grams":-5000`) {
		t.Error(p)
	}
}

func FuzzDecode(f *testing.F) {
	for _, table := range season.Tables() {
		var text strings.Builder
		season.WriteTemplate(&text, table, season.TemplateOptions{Example: true})
		f.Add(string(table.Type), text.String())
	}
	f.Add("store", storeHeader+storeRow)
	f.Add("process", "inputs,outputs,byproducts,loss_kg,issuer,ref,occurred_at\nW:1;;X:-2.5,R:米:1:2:3,:,-0,,,")
	f.Fuzz(func(t *testing.T, name, text string) {
		table, ok := season.TableOf(record.Type(name))
		if !ok {
			return
		}
		rows, err := season.Decode(table, "f.csv", strings.NewReader(text), root)
		if err != nil {
			return
		}
		last := 1
		for _, r := range rows {
			if r.Line <= last {
				t.Fatalf("row %d after row %d", r.Line, last)
			}
			last = r.Line
			if (r.Refusal == nil) == (r.Draft == nil) {
				t.Fatalf("row %d has draft %v and refusal %v", r.Line, r.Draft, r.Refusal)
			}
			if r.Draft == nil {
				continue
			}
			first, _, err := r.Draft.Seal(sealKey())
			if err != nil {
				t.Fatalf("row %d: %v", r.Line, err)
			}
			if again, _, _ := r.Draft.Seal(sealKey()); string(again) != string(first) {
				t.Fatalf("row %d is another record the second time", r.Line)
			}
		}
	})
}
