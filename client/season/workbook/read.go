package workbook

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/grainledger/grainledger/client/season"
)

// Is tells whether data begins as a workbook does (it is a ZIP archive).
func Is(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// Read reads the rows of a workbook: of its first sheet as table only, or
// where only is nil, of every sheet whose name is that of a table. At most
// maxRows rows are read; more is an error. file names the workbook in
// messages, root is as in season.Decode.
//
// The error joins what is wrong with the workbook, each a
// *season.FormatError. That the library breaks over a file is one, too. Where
// ctx ends first, the error is its.
func Read(ctx context.Context, data []byte, file string, only *season.Table, root string, maxRows int) (rows []season.Row, err error) {
	defer func() {
		if recover() != nil {
			rows, err = nil, unreadable(file)
		}
	}()
	if err := checkArchive(data, file); err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: MaxUnpacked, UnzipXMLSizeLimit: MaxUnpacked,
	})
	if err != nil {
		return nil, unreadable(file)
	}
	defer f.Close() //nolint:errcheck // nothing is written
	r := reader{ctx: ctx, book: f, file: file, root: root, left: maxRows, blank: maxBlank}
	r.days1904 = uses1904(f)
	sheets := f.GetSheetList()
	if only != nil && len(sheets) > 0 {
		r.sheet(sheets[0], only)
		return r.result()
	}
	for _, name := range sheets {
		if t := tableOf(name); t != nil && !r.over {
			r.sheet(name, t)
		}
	}
	if r.sheets == 0 {
		r.fail(season.FaultSheet, "has no sheet named after a table of the format, such as 收购 or purchase")
	}
	return r.result()
}

func unreadable(file string) error {
	return &season.FormatError{File: file, Reason: season.FaultSyntax, Detail: "is not an XLSX workbook that can be read"}
}

// checkArchive bounds what lies in the archive before anything is unpacked.
func checkArchive(data []byte, file string) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return unreadable(file)
	}
	var size uint64
	for _, f := range archive.File {
		if size += f.UncompressedSize64; size > MaxUnpacked || f.UncompressedSize64 > MaxUnpacked {
			break
		}
	}
	if size > MaxUnpacked || len(archive.File) > MaxFiles {
		return &season.FormatError{File: file, Reason: season.FaultTooLarge,
			Detail: fmt.Sprintf("unpacks to more than %d MiB or %d files", MaxUnpacked>>20, MaxFiles)}
	}
	return nil
}

// tableOf is the table that a sheet is named after, nil for none.
func tableOf(sheet string) *season.Table {
	sheet = strings.TrimSpace(sheet)
	for _, t := range season.Tables() {
		if sheet == t.Title || strings.EqualFold(sheet, string(t.Type)) {
			return t
		}
	}
	return nil
}

type reader struct {
	ctx      context.Context
	book     *excelize.File
	file     string
	root     string
	days1904 bool
	left     int  // rows that may still come, from all sheets
	blank    int  // and rows without anything in them
	over     bool // a bound is passed: no further sheet is opened
	sheets   int
	rows     []season.Row
	faults   []error
}

func (r *reader) result() ([]season.Row, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	if len(r.faults) > 0 {
		return nil, errors.Join(r.faults...)
	}
	return r.rows, nil
}

func (r *reader) fail(reason season.Fault, detail string) {
	r.over = r.over || reason == season.FaultTooLarge
	r.faults = append(r.faults, &season.FormatError{File: r.file, Reason: reason, Detail: detail})
}

// sheet reads one sheet as a table. Its rows are numbered as the spreadsheet
// program shows them.
func (r *reader) sheet(name string, t *season.Table) {
	r.sheets++
	rows, err := r.book.Rows(name)
	if err != nil {
		r.fail(season.FaultSyntax, "has a sheet that cannot be read")
		return
	}
	defer rows.Close() //nolint:errcheck // nothing is written
	d := season.NewDecoder(t, r.file+" / "+name, r.root)
	var header []season.Column
	for line := 1; rows.Next(); line++ {
		if line%lookEvery == 0 && r.ctx.Err() != nil {
			r.over = true
			return
		}
		cells, err := rows.Columns()
		switch {
		case err != nil:
			r.fail(season.FaultSyntax, "has a sheet that cannot be read")
			return
		case len(cells) > maxSpan: // before it is asked whether anything is in them
			r.fail(season.FaultTooLarge, fmt.Sprintf("has a row with cells beyond the %dth column", maxSpan))
			return
		case empty(cells):
			if r.blank--; r.blank < 0 {
				r.fail(season.FaultTooLarge, fmt.Sprintf("has more than %d empty rows", maxBlank))
				return
			}
			continue
		}
		if !r.fits(cells) {
			return
		}
		if header == nil {
			cells = trim(cells)
			header = columns(t, cells)
		} else {
			if r.left--; r.left < 0 {
				r.fail(season.FaultTooLarge, "has more rows than are read at once")
				return
			}
			cells = r.cells(header, cells)
		}
		d.Add(line, cells)
	}
	more, err := d.Rows()
	if err != nil {
		r.faults = append(r.faults, err)
	}
	r.rows = append(r.rows, more...)
}

func (r *reader) fits(cells []string) bool {
	if len(trim(cells)) > MaxColumns {
		r.fail(season.FaultTooLarge, fmt.Sprintf("has a row with more than %d cells", MaxColumns))
		return false
	}
	for _, c := range cells {
		if len(c) > MaxCell {
			r.fail(season.FaultTooLarge, fmt.Sprintf("has a cell with more than %d bytes", MaxCell))
			return false
		}
	}
	return true
}

// columns are those of a header row; the zero Column where a label is unknown.
func columns(t *season.Table, labels []string) []season.Column {
	out := make([]season.Column, len(labels))
	for i, l := range labels {
		out[i], _ = t.Column(l)
	}
	return out
}

// cells fills a row up to the length of its header, since a sheet leaves out
// what is empty at the end, and writes its numbers and dates as the format
// wants them. Cells beyond the header stay, for the table to refuse.
func (r *reader) cells(header []season.Column, row []string) []string {
	row = trim(row)
	for len(row) < len(header) {
		row = append(row, "")
	}
	for i, c := range header {
		switch c.Form {
		case season.FormNumber:
			row[i] = number(row[i])
		case season.FormTime:
			row[i] = r.moment(row[i])
		}
	}
	return row
}

func trim(cells []string) []string {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

func empty(cells []string) bool { return len(trim(cells)) == 0 }
