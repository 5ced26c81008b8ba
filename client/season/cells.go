package season

import (
	"strconv"
	"strings"
	"time"

	"github.com/grainledger/grainledger/record"
)

// cells reads one row by column names and keeps the first fault of the lowest
// code. A cell that cannot be read gives a zero, so that the rest of the row
// can be looked at too.
type cells struct {
	columns map[string]int
	choices map[string][]Choice
	row     []string
	root    string
	at      time.Time
	fault   *record.Error
}

func (c *cells) refuse(code record.Code, column, detail string) {
	if c.fault == nil || code < c.fault.Code {
		c.fault = &record.Error{Code: code, Field: column, Detail: detail}
	}
}

// text is the cell without spaces around it; empty where the column is left
// out. Of a column with choices it is the value, also where the cell has the
// Chinese word for it.
func (c *cells) text(column string) string {
	i, ok := c.columns[column]
	if !ok {
		return ""
	}
	s := strings.TrimSpace(c.row[i])
	for _, choice := range c.choices[column] {
		if s == choice.Chinese {
			return choice.Value
		}
	}
	return s
}

func (c *cells) decimal(column string) record.Decimal { return record.Decimal(c.text(column)) }

// grams reads a weight that must be there.
func (c *cells) grams(column string) int64 { return c.weight(column, c.text(column)) }

// optionalGrams reads a weight; an empty cell is none.
func (c *cells) optionalGrams(column string) int64 {
	if c.text(column) == "" {
		return 0
	}
	return c.grams(column)
}

func (c *cells) weight(column, s string) int64 {
	g, err := Grams(s)
	if err != nil {
		c.refuse(record.BadQuantity, column, err.Error()+" of kilograms with at most three decimals")
	}
	return g
}

// money reads an amount that is not negative; nil for an empty cell.
func (c *cells) money(column string, parse func(string) (int64, error)) *int64 {
	s := c.text(column)
	if s == "" {
		return nil
	}
	v, err := parse(s)
	switch {
	case err != nil:
		c.refuse(record.BadField, column, err.Error())
	case v < 0: // sealed, so the ledger cannot refuse it
		c.refuse(record.BadField, column, "is negative")
	}
	return &v
}

// integer reads a whole number; an empty cell is 0 and for the ledger to judge.
func (c *cells) integer(column string) int {
	s := c.text(column)
	if s == "" {
		return 0
	}
	v, err := strconv.ParseInt(s, 10, 32)
	if err != nil || s[0] == '+' {
		c.refuse(record.BadField, column, "is not a whole number")
	}
	return int(v)
}

// list splits a cell at ";" and each item at sep into parts; it wants a number
// of parts that ok allows and leaves other items out.
func (c *cells) list(column, sep, form string, ok func(parts int) bool) [][]string {
	var items [][]string
	for _, item := range strings.Split(c.text(column), ";") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		parts := strings.Split(item, sep)
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		if !ok(len(parts)) {
			c.refuse(record.BadField, column, "has an item that is not "+form)
			continue
		}
		items = append(items, parts)
	}
	return items
}

// pairs is a list of two parts each.
func (c *cells) pairs(column, sep, form string) [][]string {
	return c.list(column, sep, form, func(n int) bool { return n == 2 })
}

// head reads what every signed table begins with.
func (c *cells) head() record.Header {
	h := record.Header{Issuer: c.text("issuer"), Ref: c.text("ref"), OccurredAt: c.text("occurred_at")}
	if c.at = h.Time(); c.at.IsZero() {
		c.refuse(record.BadField, "occurred_at", "is not a time in RFC 3339 with offset")
	}
	return h
}

// byRoot is the header of a record of the root regulator.
func (c *cells) byRoot(ref string) record.Header {
	c.at = RegistryTime()
	return record.Header{Issuer: c.root, Ref: ref, OccurredAt: c.at.Format(time.RFC3339)}
}
