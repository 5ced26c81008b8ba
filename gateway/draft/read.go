package draft

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/client/season/workbook"
	"github.com/grainledger/grainledger/record"
)

// read reads the rows of the file, whichever kind it is. No root is named:
// the registry's tables are not among those that an enterprise fills.
func (t *Table) read(ctx context.Context) ([]season.Row, error) {
	if workbook.Is(t.Data) {
		rows, err := workbook.Read(ctx, t.Data, t.File, t.Only, "", MaxRows)
		return theirs(rows), err
	}
	if t.Only == nil {
		return nil, &season.FormatError{File: t.File, Reason: season.FaultSheet,
			Detail: "is not an XLSX workbook; of a CSV file one has to say what records it holds"}
	}
	return readCSV(t.Only, t.File, t.Data)
}

// theirs leaves out rows of tables that are not an enterprise's to fill.
func theirs(rows []season.Row) []season.Row {
	var list []season.Row
	for _, r := range rows {
		if fills(r.Table) {
			list = append(list, r)
		}
	}
	return list
}

func readCSV(t *season.Table, file string, data []byte) ([]season.Row, error) {
	lines := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	lines.FieldsPerRecord = -1 // the decoder counts
	lines.ReuseRecord = false
	d := season.NewDecoder(t, file, "")
	for n := 0; ; n++ {
		cells, err := lines.Read()
		switch {
		case err == io.EOF:
			return d.Rows()
		case err != nil:
			return nil, syntax(file, err)
		case n > MaxRows:
			return nil, &season.FormatError{File: file, Reason: season.FaultTooLarge,
				Detail: fmt.Sprintf("has more than %d rows", MaxRows)}
		}
		line, _ := lines.FieldPos(0)
		d.Add(line, cells)
	}
}

func syntax(file string, err error) error {
	f := &season.FormatError{File: file, Reason: season.FaultSyntax, Detail: "is not CSV"}
	var e *csv.ParseError
	if errors.As(err, &e) {
		f.Line, f.Detail = e.StartLine, e.Err.Error()
	}
	return f
}

// columnOf is the column behind a field of a payload, or a column itself.
// Columns are named after fields, with the unit that people write.
func columnOf(t *season.Table, field string) (season.Column, bool) {
	if field == "" {
		return season.Column{}, false
	}
	field, _, _ = strings.Cut(field, "/") // of a list
	name := snake(field)
	for _, want := range []string{field, name, strings.TrimSuffix(name, "_grams") + "_kg", strings.TrimSuffix(name, "_grams") + "_quantity_kg"} {
		for _, c := range t.Columns {
			if c.Name == want {
				return c, true
			}
		}
	}
	if field == "grams" {
		for _, c := range t.Columns {
			if strings.HasSuffix(c.Name, "_kg") {
				return c, true
			}
		}
	}
	return season.Column{}, false
}

// suspects are the columns that a reason is about where the ledger names no
// field: what stands first in the table.
var suspects = map[record.Code][]string{
	record.LotExists:            {"outputs", "lot"},
	record.UnknownLot:           {"inputs", "from_lot", "lot", "target"},
	record.UnknownBin:           {"bin", "target"},
	record.UnknownShipment:      {"shipment"},
	record.ShipmentClosed:       {"shipment"},
	record.NotConsignee:         {"shipment"},
	record.NotCustodian:         {"inputs", "lot", "bin"},
	record.NotOwner:             {"owner", "lot"},
	record.MixedBin:             {"bin"},
	record.NoInspection:         {"bin"},
	record.NotForFood:           {"purpose", "bin"},
	record.InsufficientQuantity: {"inputs", "from_quantity_kg", "quantity_kg"},
	record.MoreThanShipped:      {"received_kg"},
	record.ExcessLoss:           {"loss_kg"},
	record.MassBalance:          {"outputs"},
	record.RefConflict:          {"ref"},
}

func suspect(t *season.Table, code record.Code) (season.Column, bool) {
	for _, name := range suspects[code] {
		if c, ok := columnOf(t, name); ok {
			return c, true
		}
	}
	return season.Column{}, false
}

// snake writes fromLot as from_lot.
func snake(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// grams is the weight that a record is about, 0 where it is about none.
func grams(p record.Payload) (total int64) {
	switch p := p.(type) {
	case *record.Harvest:
		return p.Grams
	case *record.Purchase:
		return p.NetGrams
	case *record.Store:
		return p.Grams
	case *record.Withdraw:
		return p.Grams
	case *record.Ship:
		return p.Grams
	case *record.Receive:
		return p.Grams
	case *record.Sell:
		return p.Grams
	case *record.Process:
		for _, o := range p.Outputs {
			total += o.Grams
		}
	}
	return total
}
