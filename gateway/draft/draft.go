// Package draft tells an enterprise what would become of a table of records
// before it signs any of them: which cells cannot be read, which rows do not
// have their form, and what the ledger itself would say, by a preview that
// writes nothing. It keeps nothing: a draft is a function of the table and of
// the ledger as it is now.
package draft

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// MaxRows is the most rows of one draft. They are decided together.
const MaxRows = 1000

// Evaluator runs a contract function without effect. A ledger is one.
type Evaluator interface {
	Evaluate(ctx context.Context, tx ledger.Tx) ([]byte, error)
}

// Records looks up accepted records. The index is one.
type Records interface {
	RecordByRef(ctx context.Context, issuer, ref string) (index.Record, error)
}

var (
	_ Evaluator = ledger.Ledger(nil)
	_ Records   = (*index.Index)(nil)
)

// Types are the tables that an enterprise fills itself.
func Types() []*season.Table {
	var list []*season.Table
	for _, t := range season.Tables() {
		if fills(t) {
			list = append(list, t)
		}
	}
	return list
}

// fills tells whether a table is an enterprise's to fill: not the registry's,
// which is the regulator's, and of a type whose rules are in force.
func fills(t *season.Table) bool { return !t.ByRoot && slices.Contains(record.Types(), t.Type) }

// Table is a file as it came.
type Table struct {
	Issuer string        // whose records it holds; rows of others are refused
	File   string        // its name, for messages
	Only   *season.Table // what a CSV file is, or the first sheet of a workbook; nil: sheets by their names
	Data   []byte
}

// Draft is what would become of a table.
type Draft struct {
	Rows []Row `json:"rows"` // in the order in which they are to be submitted
	// Faults are set where the rows of the file cannot be told apart; there
	// are no rows then.
	Faults []Fault `json:"faults,omitempty"`
}

// Row is one record that is to be signed, with the verdict that it would get.
type Row struct {
	File        string            `json:"file"`
	Line        int               `json:"row"` // as a spreadsheet program counts; the header is 1
	Type        record.Type       `json:"type"`
	Ref         string            `json:"ref"`
	OccurredAt  string            `json:"occurredAt,omitempty"`
	Grams       int64             `json:"grams,omitzero"` // that the record is about
	PayloadType string            `json:"payloadType,omitempty"`
	Payload     string            `json:"payload,omitempty"` // the bytes to sign, as text; empty where a cell cannot be read
	Open        []season.OpenPart `json:"open,omitempty"`    // to be sealed and named in Payload first

	Outcome record.Outcome `json:"verdict"`
	Code    record.Code    `json:"code,omitzero"`
	Reason  string         `json:"reason,omitempty"`
	Field   string         `json:"field,omitempty"`
	Column  string         `json:"column,omitempty"` // of the table, by its name in the format, where one cell is at fault
	Cell    string         `json:"cell,omitempty"`   // what that column is called in Chinese
	Detail  string         `json:"detail,omitempty"`
	Flags   []record.Flag  `json:"flags,omitempty"`
}

// Fault is what is wrong with a file.
type Fault struct {
	File   string       `json:"file"`
	Line   int          `json:"row,omitzero"`
	Column string       `json:"column,omitempty"`
	Reason season.Fault `json:"reason"`
	Detail string       `json:"detail"`
}

// Drafter makes drafts. Its methods may be called from many goroutines.
type Drafter struct {
	ledger  Evaluator
	records Records
	clock   func() time.Time
	slots   chan struct{} // tables that are read at once
}

// parallel is how many tables are read at once: each may take some tens of
// megabytes.
const parallel = 2

// New makes a Drafter. clock may be nil.
func New(l Evaluator, r Records, clock func() time.Time) *Drafter {
	if clock == nil {
		clock = time.Now
	}
	return &Drafter{ledger: l, records: r, clock: clock, slots: make(chan struct{}, parallel)}
}

// Make reads a table and asks the ledger about its rows. Whatever is wrong
// with the table stands in the draft; the error is that of ctx or of the
// ledger.
func (d *Drafter) Make(ctx context.Context, t Table) (Draft, error) {
	select {
	case d.slots <- struct{}{}:
		defer func() { <-d.slots }()
	case <-ctx.Done():
		return Draft{}, ctx.Err()
	}
	read, err := t.read(ctx)
	switch {
	case ctx.Err() != nil:
		return Draft{}, ctx.Err()
	case err != nil:
		return Draft{Rows: []Row{}, Faults: faultsOf(t.File, err)}, nil
	}
	season.Order(read)
	out := Draft{Rows: make([]Row, len(read))}
	for i := range read {
		if out.Rows[i], err = d.row(t.Issuer, &read[i]); err != nil {
			return Draft{}, err
		}
	}
	return out, d.preview(ctx, t.Issuer, out.Rows)
}

// row looks at a row as far as that is possible without the ledger.
func (d *Drafter) row(issuer string, r *season.Row) (Row, error) {
	row := Row{File: r.File, Line: r.Line, Type: r.Table.Type, Ref: r.Ref}
	if err := r.Check(d.clock()); err != nil {
		row.refuse(r.Table, err)
		return row, nil
	}
	head := r.Draft.Head
	row.OccurredAt = head.OccurredAt
	if head.Issuer != issuer {
		row.refuse(r.Table, &record.Error{Code: record.BadSignature, Field: "issuer",
			Detail: "is not the enterprise that is logged in, whose key would sign"})
		return row, nil
	}
	payload, open, err := r.Draft.Unsealed()
	if err != nil {
		return row, fmt.Errorf("draft: %w", err)
	}
	row.PayloadType, row.Payload, row.Open = r.Table.Type.PayloadType(), string(payload), open
	if p, err := record.DecodePayload(r.Table.Type, payload); err == nil {
		row.Grams = grams(p)
	}
	return row, nil
}

func (r *Row) refuse(t *season.Table, err error) {
	v := record.Refusal(err)
	r.decide(t, &v)
}

// decide puts a verdict into the row and finds the column that it is about.
func (r *Row) decide(t *season.Table, v *record.Verdict) {
	r.Outcome, r.Code, r.Reason, r.Field, r.Detail, r.Flags = v.Outcome, v.Code, v.Reason, v.Field, v.Detail, v.Flags
	if v.Outcome != record.Rejected {
		return
	}
	c, ok := columnOf(t, v.Field)
	if !ok {
		c, ok = suspect(t, v.Code)
	}
	if ok {
		r.Column, r.Cell = c.Name, c.Name
		if len(c.Chinese) > 0 {
			r.Cell = c.Chinese[0]
		}
	}
}

func faultsOf(file string, err error) []Fault {
	var list []Fault
	for _, e := range flat(err) {
		f := Fault{File: file, Reason: season.FaultSyntax, Detail: e.Error()}
		var format *season.FormatError
		if errors.As(e, &format) {
			f = Fault{File: format.File, Line: format.Line, Column: format.Column, Reason: format.Reason, Detail: format.Detail}
		}
		list = append(list, f)
	}
	return list
}

// flat takes joined errors apart.
func flat(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var list []error
	for _, e := range joined.Unwrap() {
		list = append(list, flat(e)...)
	}
	return list
}
