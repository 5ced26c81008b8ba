package season

import (
	"encoding/csv"
	"io"
)

// TemplateOptions chooses what a template holds beside the header line.
type TemplateOptions struct {
	Chinese bool // Chinese labels
	Example bool // a row with examples after the header
	BOM     bool // a byte order mark first, by which spreadsheets know UTF-8
}

// WriteTemplate writes the table's header line as CSV.
func WriteTemplate(w io.Writer, t *Table, o TemplateOptions) error {
	if o.BOM {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
	}
	header, example := make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i, c := range t.Columns {
		header[i], example[i] = c.Name, c.Example
		if o.Chinese && len(c.Chinese) > 0 {
			header[i] = c.Chinese[0]
		}
	}
	out := csv.NewWriter(w)
	out.Write(header)
	if o.Example {
		out.Write(example)
	}
	out.Flush()
	return out.Error()
}
