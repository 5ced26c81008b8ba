package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

// counts is how many rows were decided in which way.
type counts struct{ accepted, duplicate, rejected int }

func (c *counts) add(o record.Outcome) {
	switch o {
	case record.Accepted:
		c.accepted++
	case record.IsDuplicate:
		c.duplicate++
	default:
		c.rejected++
	}
}

// summary is what an import ends with.
type summary struct {
	files    map[string]*counts
	total    counts
	rejected []season.Result
}

func summarise(results []season.Result) *summary {
	s := &summary{files: map[string]*counts{}}
	for _, r := range results {
		if s.files[r.Row.File] == nil {
			s.files[r.Row.File] = new(counts)
		}
		s.files[r.Row.File].add(r.Outcome)
		s.total.add(r.Outcome)
		if r.Outcome == record.Rejected {
			s.rejected = append(s.rejected, r)
		}
	}
	return s
}

// maxShown is how many rejected rows the summary spells out.
const maxShown = 10

func (s *summary) print(w io.Writer, im *importer, took time.Duration) error {
	var out strings.Builder
	tab := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(name string, c counts) {
		fmt.Fprintf(tab, "%s\t%d\t%d\t%d\t%d\t\n", name, c.accepted+c.duplicate+c.rejected, c.accepted, c.duplicate, c.rejected)
	}
	fmt.Fprintln(tab, "file\trows\taccepted\tduplicate\trejected\t")
	for _, t := range season.Tables() {
		if c := s.files[t.File()]; c != nil {
			line(t.File(), *c)
		}
	}
	line("total", s.total)
	tab.Flush()
	fmt.Fprintf(&out, "keys: %d made, %d registered\n", im.reg.made, im.reg.registered)
	s.spellOut(&out)
	fmt.Fprintf(&out, "%d rows decided in %.1f s, %s\n", len(im.results), took.Seconds(), rate(len(im.results), took))
	_, err := io.WriteString(w, out.String())
	return err
}

func (s *summary) spellOut(out *strings.Builder) {
	for i, r := range s.rejected {
		if i == maxShown {
			fmt.Fprintf(out, "… and %d more rejected rows; --report FILE lists them all\n", len(s.rejected)-i)
			return
		}
		row := fmt.Sprintf("%s row %d %s", r.Row.File, r.Row.Line, r.Row.Ref)
		fmt.Fprintf(out, "%s: %s: %s\n", strings.TrimSpace(row), r.Code, r.Detail)
	}
}
