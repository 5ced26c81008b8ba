package season

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/grainledger/grainledger/record"
)

// Row is one line of a table: the draft of a record, or why it is none.
type Row struct {
	Table   *Table
	File    string        // as given to the reader
	Line    int           // the header is line 1
	Ref     string        // the row's ref column; empty where the table has none
	At      time.Time     // when it happened; the zero time where that cannot be read
	Draft   *Draft        // nil where Refusal is set
	Refusal *record.Error // for a row with a cell that cannot be read
}

// Check tells whether the row has the form that the ledger wants, at the time
// now, as far as can be told without the ledger. The error is a *record.Error.
func (r *Row) Check(now time.Time) error {
	if r.Refusal != nil {
		return r.Refusal
	}
	return r.Draft.Check(now)
}

// FormatError is a file that is not of its table's form, so that its rows
// cannot be told apart.
type FormatError struct {
	File   string
	Line   int    // 0 where it is about the whole file
	Column string // empty where it is about no single column
	Reason Fault
	Detail string
}

// Fault is what is wrong with a file, for programs that say it in their own
// words.
type Fault string

// Faults.
const (
	FaultSyntax   Fault = "syntax"         // not CSV, or not a workbook
	FaultEncoding Fault = "encoding"       // not UTF-8
	FaultEmpty    Fault = "empty"          // no header row
	FaultWidth    Fault = "width"          // a row is longer or shorter than the header
	FaultNoLabel  Fault = "no_label"       // a column without a label
	FaultUnknown  Fault = "unknown_column" // a label that means no column
	FaultTwice    Fault = "column_twice"   // two labels that mean the same column
	FaultMissing  Fault = "missing_column" // a column that must be there
	FaultTooLarge Fault = "too_large"      // more than a reader takes
	FaultSheet    Fault = "no_sheet"       // a workbook without a sheet of the format
)

// Error names file, row and column.
func (e *FormatError) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(", row %d", e.Line)
	}
	if e.Column != "" {
		s += fmt.Sprintf(", column %q", e.Column)
	}
	return s + ": " + e.Detail
}

// maxFaults is how many errors of one file are reported.
const maxFaults = 20

// Decode reads a table as CSV: UTF-8 with or without a byte order mark, a
// header row, columns in any order. root is the USCC of the root regulator,
// the issuer of tables that are ByRoot; it may be empty where no such table is
// read or nothing will be signed. Rows come in the order of the file; rows
// with nothing in them are left out.
//
// The error joins what is wrong with the file, each a *FormatError.
func Decode(t *Table, file string, r io.Reader, root string) ([]Row, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	lines := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	lines.FieldsPerRecord = -1 // counted below, with a better message
	d := NewDecoder(t, file, root)
	for {
		cells, err := lines.Read()
		if err == io.EOF {
			return d.Rows()
		}
		if err != nil {
			return nil, errors.Join(append(d.faults, syntaxError(file, err))...)
		}
		line, _ := lines.FieldPos(0)
		d.Add(line, cells)
	}
}

func syntaxError(file string, err error) error {
	var e *csv.ParseError
	if errors.As(err, &e) {
		return &FormatError{File: file, Line: e.StartLine, Reason: FaultSyntax, Detail: e.Err.Error()}
	}
	return fmt.Errorf("%s: %w", file, err)
}

// Decoder takes a table's lines one by one, from CSV or from the cells of a
// spreadsheet. The first line that it is given is the header.
type Decoder struct {
	table   *Table
	file    string
	root    string
	width   int
	columns map[string]int // by Column.Name, to the place in a line
	choices map[string][]Choice
	rows    []Row
	faults  []error
}

// NewDecoder begins a table; file and root are as in Decode.
func NewDecoder(t *Table, file, root string) *Decoder {
	d := &Decoder{table: t, file: file, root: root, choices: map[string][]Choice{}}
	for _, c := range t.Columns {
		if len(c.Choices) > 0 {
			d.choices[c.Name] = c.Choices
		}
	}
	return d
}

// Add takes one line, whose number is for messages and the report.
func (d *Decoder) Add(line int, cells []string) {
	if len(d.faults) >= maxFaults {
		return
	}
	for i, c := range cells {
		if !utf8.ValidString(c) {
			d.fail(line, "", FaultEncoding, fmt.Sprintf("cell %d is not UTF-8; save the file as “CSV UTF-8”", i+1))
			return
		}
	}
	switch {
	case d.columns == nil:
		d.header(line, cells)
	case blank(cells):
	case len(cells) != d.width:
		d.fail(line, "", FaultWidth, fmt.Sprintf("has %d cells, the header has %d", len(cells), d.width))
	default:
		d.rows = append(d.rows, d.row(line, cells))
	}
}

// Rows ends the table.
func (d *Decoder) Rows() ([]Row, error) {
	if d.columns == nil && len(d.faults) == 0 {
		d.fail(0, "", FaultEmpty, "is empty; it wants a header row")
	}
	if len(d.faults) > 0 {
		return nil, errors.Join(d.faults...)
	}
	return d.rows, nil
}

func (d *Decoder) fail(line int, column string, reason Fault, detail string) {
	d.faults = append(d.faults, &FormatError{File: d.file, Line: line, Column: column, Reason: reason, Detail: detail})
}

func (d *Decoder) header(line int, cells []string) {
	d.columns, d.width = make(map[string]int), len(cells)
	names := d.table.names()
	for i, label := range cells {
		name, known := names[normal(label)]
		_, twice := d.columns[name]
		switch {
		case normal(label) == "":
			d.fail(line, "", FaultNoLabel, fmt.Sprintf("column %d has no label", i+1))
		case !known:
			d.fail(line, label, FaultUnknown, "is no column of this table; it has "+strings.Join(d.table.labels(), ", "))
		case twice:
			d.fail(line, label, FaultTwice, "means "+name+", which stands twice")
		}
		d.columns[name] = i
	}
	for _, c := range d.table.Columns {
		if _, ok := d.columns[c.Name]; !ok && !c.Optional {
			d.fail(line, c.Name, FaultMissing, "is missing")
		}
	}
}

func (d *Decoder) row(line int, row []string) Row {
	c := &cells{columns: d.columns, choices: d.choices, row: row, root: d.root}
	draft := d.table.build(c)
	r := Row{Table: d.table, File: d.file, Line: line, At: c.at, Draft: draft}
	if d.table.ByRoot {
		draft.rootless = d.root == ""
	} else {
		r.Ref = draft.Head.Ref
	}
	if c.fault != nil {
		r.Refusal, r.Draft = draft.fault(c.fault), nil
	}
	return r
}

// Column is the column that a label means; false where there is none.
func (t *Table) Column(label string) (Column, bool) {
	name := t.names()[normal(label)]
	for _, c := range t.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}

// names maps every label, in normal form, to its column's name.
func (t *Table) names() map[string]string {
	m := make(map[string]string)
	for _, c := range t.Columns {
		for _, label := range c.labels() {
			m[normal(label)] = c.Name
		}
	}
	return m
}

func (t *Table) labels() []string {
	all := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		all[i] = c.Name
	}
	return all
}

// normal is a label without what people change about labels: spaces, capitals
// and full-width brackets.
func normal(label string) string {
	label = strings.NewReplacer("（", "(", "）", ")", " ", "", "\u3000", "").Replace(label)
	return strings.ToLower(strings.TrimSpace(label))
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
