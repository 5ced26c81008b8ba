package made

import (
	"math/big"
	"math/rand/v2"
	"slices"
)

// Options chooses a season. The same options make the same season.
type Options struct {
	Seed    uint64
	Rows    int  // at least so many, registry aside
	Depots  int  // enterprises with bins
	Bins    int  // of each depot
	Mills   int  // each with a bin of its own
	Chinese bool // header labels in Chinese, with a byte order mark and CRLF
	Faults  int  // per cent of the rows that must be refused
}

// Season is the files of a season and what must come of them.
type Season struct {
	tables map[string]*table
	order  []string

	tried map[int]int // how often each fault of the list was planted

	soldOnWay    int // sales of grain on its way
	sharedLosses int // losses on the way that the owner did not bear alone

	Lots []Lot
	Bins []Bin
}

// Lot is what must be known of a lot in the end.
type Lot struct {
	ID      string
	Retail  bool
	GTIN    string
	Batch   string
	NonFood bool
	Origins map[string]float64 // share of each harvest lot
	Parts   []Part
	OnWay   int64 // grams in open shipments
}

// Part is what a party has of a lot in the end.
type Part struct {
	Party  string
	Owned  int64 // grams, fit for food or not
	Custom int64 // grams in its custody
}

// Bin is what must be in a bin in the end.
type Bin struct {
	Code    string
	Grams   int64
	Origins map[string]float64
}

// Verdict is what must become of a row that is not accepted.
type Verdict struct {
	File    string
	Row     int // the header is row 1
	Ref     string
	Verdict string
	Reason  string
}

// New makes a season.
func New(o Options) *Season {
	w := &world{
		opt:    o,
		rand:   rand.New(rand.NewPCG(o.Seed, 0x6c69616e67)),
		lots:   map[string]*lot{},
		refs:   map[string]int{},
		ids:    map[string]int{},
		tables: map[string]*table{},
		tried:  map[int]int{},
	}
	w.settle()
	for w.rows < o.Rows {
		w.step()
	}
	w.shuffle()
	return &Season{tables: w.tables, order: fileOrder, tried: w.tried, soldOnWay: w.soldOnWay,
		sharedLosses: w.sharedLosses, Lots: w.report(), Bins: w.binReport()}
}

// Refused lists what must become of the rows that are not accepted.
func (s *Season) Refused() []Verdict {
	var all []Verdict
	for _, name := range s.order {
		if t := s.tables[name]; t != nil {
			all = append(all, t.refused()...)
		}
	}
	return all
}

// Rows is the number of rows of all files.
func (s *Season) Rows() (n int) {
	for _, t := range s.tables {
		n += len(t.rows)
	}
	return n
}

func (w *world) report() []Lot {
	var all []Lot
	for _, l := range w.inOrder {
		out := Lot{ID: l.id, Retail: l.gtin != "", GTIN: l.gtin, Batch: l.batch,
			NonFood: l.nonFood, Origins: l.mix.floats()}
		for _, s := range w.shipments {
			if s.lot == l && !s.received {
				out.OnWay += s.grams
			}
		}
		for _, p := range w.parties {
			if x := l.parts[p.uscc]; x != nil && (x.owned+x.bad > 0 || x.held > 0) {
				out.Parts = append(out.Parts, Part{p.uscc, x.owned + x.bad, x.held})
			}
		}
		slices.SortFunc(out.Parts, func(a, b Part) int { return compare(a.Party, b.Party) })
		all = append(all, out)
	}
	return all
}

func (w *world) binReport() []Bin {
	var all []Bin
	for _, b := range w.bins {
		out := Bin{Code: b.code, Grams: b.grams}
		if b.grams > 0 {
			out.Origins = b.content.times(big.NewRat(1, b.grams)).floats()
		}
		all = append(all, out)
	}
	return all
}
