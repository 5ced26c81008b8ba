package season

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/grainledger/grainledger/record"
)

// Dir is a season read from a directory.
type Dir struct {
	Rows    []Row    // of all tables, in table order
	Files   []string // the tables that were there, in table order
	Ignored []string // other CSV files, which are of no table
}

// ReadDir reads every table that fsys has. The error joins what is wrong with
// all files; it is fs.ErrNotExist where there is no table at all. root is as
// in Decode.
func ReadDir(fsys fs.FS, root string) (*Dir, error) {
	d := new(Dir)
	var faults []error
	for _, t := range Tables() {
		rows, err := readTable(fsys, t, root)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			faults = append(faults, err)
		}
		d.Files = append(d.Files, t.File())
		d.Rows = append(d.Rows, rows...)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if len(d.Files) == 0 {
		return nil, fmt.Errorf("no table of the import format (harvest.csv, purchase.csv, …) is there: %w", fs.ErrNotExist)
	}
	return d, d.ignored(fsys)
}

func readTable(fsys fs.FS, t *Table, root string) ([]Row, error) {
	f, err := fsys.Open(t.File())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Decode(t, t.File(), f, root)
}

func (d *Dir) ignored(fsys fs.FS) error {
	entries, err := fs.ReadDir(fsys, ".")
	for _, e := range entries {
		if path.Ext(e.Name()) == ".csv" && !slices.Contains(d.Files, e.Name()) {
			d.Ignored = append(d.Ignored, e.Name())
		}
	}
	return err
}

// Order sorts rows into the order in which they are submitted: tables that
// are ByRoot first, then by time, then by table, then by line. Rows that were
// refused on reading may stand among them.
func Order(rows []Row) {
	rank := tableRanks()
	slices.SortStableFunc(rows, func(a, b Row) int {
		ra, rb := rank[a.Table.Type], rank[b.Table.Type]
		if a.Table.ByRoot || b.Table.ByRoot {
			return cmp.Or(cmp.Compare(ra, rb), cmp.Compare(a.Line, b.Line))
		}
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(ra, rb), cmp.Compare(a.Line, b.Line))
	})
}

func tableRanks() map[record.Type]int {
	rank := make(map[record.Type]int)
	for i, t := range Tables() {
		rank[t.Type] = i
	}
	return rank
}
