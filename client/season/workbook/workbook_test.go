package workbook

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

func table(t *testing.T, kind record.Type) *season.Table {
	t.Helper()
	found, ok := season.TableOf(kind)
	if !ok {
		t.Fatal(kind)
	}
	return found
}

// book makes a workbook out of sheets of cells.
func book(t *testing.T, sheets map[string][][]any, change func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	for name, rows := range sheets {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(f)
	}
	var out bytes.Buffer
	if _, err := f.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Every template with its examples reads as a record that has its form, in
// Chinese and in English, with sheets found by their names.
func TestTemplatesCanBeRead(t *testing.T) {
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, chinese := range []bool{true, false} {
		var tables []*season.Table
		for _, each := range season.Tables() {
			if each.Title == "" {
				t.Errorf("%s has no title", each.Type)
			}
			tables = append(tables, each)
		}
		var out bytes.Buffer
		if err := WriteTemplate(&out, tables, season.TemplateOptions{Chinese: chinese, Example: true}); err != nil {
			t.Fatal(err)
		}
		rows, err := Read(t.Context(), out.Bytes(), "season.xlsx", nil, "91320582508808129Y", 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != len(tables) {
			t.Fatalf("%d rows of %d tables", len(rows), len(tables))
		}
		for i, r := range rows {
			if r.Table.Type != tables[i].Type || r.Line != 2 {
				t.Errorf("row %d: %s line %d", i, r.Table.Type, r.Line)
			}
			if err := r.Check(now); err != nil {
				t.Errorf("%s: %v", r.Table.Type, err)
			}
		}
	}
}

func TestTemplateHasListsAndNotes(t *testing.T) {
	var out bytes.Buffer
	if err := WriteTemplate(&out, []*season.Table{table(t, record.TypeSell)}, season.TemplateOptions{Chinese: true}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	lists, err := f.GetDataValidations("销售")
	if err != nil || len(lists) != 1 || !strings.Contains(lists[0].Formula1, "口粮,饲料") {
		t.Errorf("%+v, %v", lists, err)
	}
	comments, err := f.GetComments("销售")
	if err != nil || len(comments) != 7 || !strings.Contains(comments[0].Text, "必填") {
		t.Errorf("%d notes, %v", len(comments), err)
	}
}

// What spreadsheet programs make of cells comes to the same records as CSV.
func TestCellsAsProgramsSaveThem(t *testing.T) {
	harvest := []any{"单位代码", "单据号", "业务时间", "批次号", "品种代码", "收获年度", "产地代码", "数量", "面积"}
	row := func(at, year, kilos, area any) []any {
		return []any{"9332058226100911H2", "R-1", at, "H-1", "1132002", year, "320582", kilos, area}
	}
	for _, c := range []struct {
		name  string
		row   []any
		at    string
		grams int64
		fault record.Code
	}{
		{"as in CSV", row("2025-10-09T07:00:00+08:00", "2025", "37395.1", "66.8"), "2025-10-09T07:00:00+08:00", 37395100, 0},
		{"numbers", row("2025-10-09T07:00:00+08:00", 2025, 37395.1, 66.8), "2025-10-09T07:00:00+08:00", 37395100, 0},
		{"noise of a double", row("2025-10-09T07:00:00+08:00", 2025, 0.1+0.2, 66.8), "2025-10-09T07:00:00+08:00", 300, 0},
		{"a large number", row("2025-10-09T07:00:00+08:00", 2025, 1.7989e+04, 66.8), "2025-10-09T07:00:00+08:00", 17989000, 0},
		{"a date cell", row(time.Date(2025, 10, 9, 7, 30, 0, 0, time.UTC), 2025, 1, 66.8), "2025-10-09T07:30:00+08:00", 1000, 0},
		{"a usual spelling", row("2025-10-9 7:30", 2025, 1, 66.8), "2025-10-09T07:30:00+08:00", 1000, 0},
		{"with slashes", row("2025/10/09 07:30:15", 2025, 1, 66.8), "2025-10-09T07:30:15+08:00", 1000, 0},
		{"a day", row("2025年10月9日", 2025, 1, 66.8), "2025-10-09T00:00:00+08:00", 1000, 0},
		{"too precise", row("2025-10-09 07:30", 2025, 1.2345, 66.8), "2025-10-09T07:30:00+08:00", 0, record.BadQuantity},
		{"no number", row("2025-10-09 07:30", 2025, "1,000", 66.8), "2025-10-09T07:30:00+08:00", 0, record.BadQuantity},
		{"no time", row("yesterday", 2025, 1, 66.8), "", 0, record.BadField},
		{"trailing cells left out", row("2025-10-09 07:30", 2025, 5, nil), "2025-10-09T07:30:00+08:00", 5000, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, err := Read(t.Context(), book(t, map[string][][]any{"收获": {harvest, nil, c.row}}, nil), "f.xlsx", nil, "", 10)
			if err != nil || len(rows) != 1 {
				t.Fatal(rows, err)
			}
			r := rows[0]
			if r.Line != 3 {
				t.Errorf("line %d", r.Line)
			}
			if err := r.Check(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)); record.CodeOf(err) != c.fault {
				t.Fatalf("%v", err)
			}
			if c.fault != 0 {
				return
			}
			payload, _, err := r.Draft.Seal(nil)
			if err != nil {
				t.Fatal(err)
			}
			p, err := record.DecodePayload(record.TypeHarvest, payload)
			if err != nil {
				t.Fatal(err)
			}
			if h := p.(*record.Harvest); h.OccurredAt != c.at || h.Grams != c.grams {
				t.Errorf("%s, %d g", h.OccurredAt, h.Grams)
			}
		})
	}
}

// A formula is never computed: its cell has what was saved with it, which is
// nothing here.
func TestFormulasAreNotComputed(t *testing.T) {
	data := book(t, map[string][][]any{"销售": {
		{"单位代码", "单据号", "业务时间", "批次号", "购买方", "销售数量", "用途"},
		{"9132058242815733PW", "R-1", "2025-12-17 09:00", "L", "9132058297714599JC", nil, "口粮"},
	}}, func(f *excelize.File) {
		if err := f.SetCellFormula("销售", "F2", "1+1"); err != nil {
			t.Fatal(err)
		}
	})
	rows, err := Read(t.Context(), data, "f.xlsx", nil, "", 10)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	if err := rows[0].Check(time.Now()); record.CodeOf(err) != record.BadQuantity {
		t.Errorf("%v", err)
	}
}

func TestWhatIsNotRead(t *testing.T) {
	sell := []any{"单位代码", "单据号", "业务时间", "批次号", "购买方", "销售数量", "用途"}
	wide := make([]any, MaxColumns+1)
	for i := range wide {
		wide[i] = "x"
	}
	many := [][]any{sell}
	for range 11 {
		many = append(many, []any{"a", "b", "c", "d", "e", "1", "food"})
	}
	for name, c := range map[string]struct {
		data []byte
		want season.Fault
	}{
		"nothing":           {nil, season.FaultSyntax},
		"text":              {[]byte("单位代码,单据号\n"), season.FaultSyntax},
		"a cut archive":     {book(t, map[string][][]any{"销售": {sell}}, nil)[:500], season.FaultSyntax},
		"an empty archive":  {archive(t, map[string]int{}), season.FaultSyntax},
		"a bomb":            {archive(t, map[string]int{"xl/worksheets/sheet1.xml": 32 << 20}), season.FaultTooLarge},
		"many small bombs":  {archive(t, files(30, 1<<20)), season.FaultTooLarge},
		"many files":        {archive(t, files(MaxFiles+1, 1)), season.FaultTooLarge},
		"no such sheet":     {book(t, map[string][][]any{"工作表": {sell}}, nil), season.FaultSheet},
		"an empty sheet":    {book(t, map[string][][]any{"销售": nil}, nil), season.FaultEmpty},
		"a wide row":        {book(t, map[string][][]any{"销售": {sell, wide}}, nil), season.FaultTooLarge},
		"a long cell":       {book(t, map[string][][]any{"销售": {sell, {strings.Repeat("x", MaxCell+1)}}}, nil), season.FaultTooLarge},
		"many rows":         {book(t, map[string][][]any{"销售": many}, nil), season.FaultTooLarge},
		"cells behind":      {book(t, map[string][][]any{"销售": {sell, {"a", "b", "c", "d", "e", "1", "food", "more"}}}, nil), season.FaultWidth},
		"an unknown column": {book(t, map[string][][]any{"销售": {append([]any{"甲"}, sell...)}}, nil), season.FaultUnknown},
		"far down": {book(t, map[string][][]any{"销售": {sell}}, func(f *excelize.File) {
			if err := f.SetCellStr("销售", "A1048576", "x"); err != nil {
				t.Fatal(err)
			}
		}), season.FaultTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := Read(t.Context(), c.data, "f.xlsx", nil, "", 10)
			var fault *season.FormatError
			if !errors.As(err, &fault) || fault.Reason != c.want || len(rows) > 0 {
				t.Errorf("%d rows, %v", len(rows), err)
			}
		})
	}
}

// sheet replaces the first sheets of a template by rows in raw XML.
func sheet(t *testing.T, sheets int, xml string) []byte {
	t.Helper()
	var template, out bytes.Buffer
	if err := WriteTemplate(&template, season.Tables(), season.TemplateOptions{Chinese: true}); err != nil {
		t.Fatal(err)
	}
	from, err := zip.NewReader(bytes.NewReader(template.Bytes()), int64(template.Len()))
	if err != nil {
		t.Fatal(err)
	}
	to := zip.NewWriter(&out)
	for _, f := range from.File {
		if sheets > 0 && strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			sheets--
			w, err := to.Create(f.Name)
			if err == nil {
				_, err = io.WriteString(w, `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`+xml+`</sheetData></worksheet>`)
			}
			if err != nil {
				t.Fatal(err)
			}
		} else if err := to.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func blanks(n int, column string) string {
	var s strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&s, `<row r="%d"><c r="%s%d" t="str"><v> </v></c></row>`, i, column, i)
	}
	return s.String()
}

// Rows that seem empty cost no more than others: the first that spans a whole
// sheet ends the reading, and all sheets share what may be passed over.
func TestEmptyRowsAreBounded(t *testing.T) {
	for name, c := range map[string]struct {
		sheets, rows int
		column, want string
	}{
		"far right":            {3, 19_000, "XFD", "beyond the 256th column"},
		"in one sheet":         {1, maxBlank + 1, "A", "empty rows"},
		"in sheets together":   {2, maxBlank/2 + 1, "A", "empty rows"},
		"as many as there may": {1, maxBlank, "A", ""},
	} {
		t.Run(name, func(t *testing.T) {
			data := sheet(t, c.sheets, blanks(c.rows, c.column))
			began := time.Now()
			_, err := Read(t.Context(), data, "f.xlsx", nil, "", 10)
			if err == nil || !strings.Contains(err.Error(), c.want) || c.want == "" && strings.Contains(err.Error(), "empty rows") {
				t.Errorf("%v", err)
			}
			if took := time.Since(began); c.column == "XFD" && took > 3*time.Second { // half a minute without the bound
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestNobodyWaits(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Read(ctx, sheet(t, 1, blanks(1000, "A")), "f.xlsx", nil, "", 10)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func files(n, size int) map[string]int {
	m := map[string]int{}
	for i := range n {
		m[fmt.Sprintf("f%d.xml", i)] = size
	}
	return m
}

// archive is a ZIP of files of zeros.
func archive(t *testing.T, sizes map[string]int) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	zeros := make([]byte, 1<<20)
	for name, size := range sizes {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		for ; size > 0; size -= len(zeros) {
			if _, err := w.Write(zeros[:min(size, len(zeros))]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A sheet of a single kind needs no name of its own.
func TestTheFirstSheetAsATable(t *testing.T) {
	data := book(t, map[string][][]any{"十月": {
		{"单位代码", "单据号", "业务时间", "批次号", "购买方", "销售数量", "用途"},
		{"9132058242815733PW", "R-1", "2025-12-17 09:00", "L", "9132058297714599JC", 12, "饲料"},
	}}, nil)
	rows, err := Read(t.Context(), data, "f.xlsx", table(t, record.TypeSell), "", 10)
	if err != nil || len(rows) != 1 || rows[0].Check(time.Now()) != nil {
		t.Errorf("%+v, %v", rows, err)
	}
}

// Whatever comes is rows or a fault.
func FuzzRead(f *testing.F) {
	sell, ok := season.TableOf(record.TypeSell)
	if !ok {
		f.Fatal("no table")
	}
	var good bytes.Buffer
	if err := WriteTemplate(&good, []*season.Table{sell}, season.TemplateOptions{Chinese: true, Example: true}); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes())
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := Read(t.Context(), data, "f.xlsx", nil, "", 10)
		var fault *season.FormatError
		if err != nil && (!errors.As(err, &fault) || len(rows) > 0) {
			t.Errorf("%d rows, %v", len(rows), err)
		}
	})
}
