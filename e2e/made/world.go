package made

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"time"
)

// world is the season as it is played.
type world struct {
	opt  Options
	rand *rand.Rand

	parties                               []*party
	coops, depots, reserves, mills, shops []*party
	carriers                              []*party
	regulator, lab                        *party
	lots                                  map[string]*lot
	inOrder                               []*lot
	bins                                  []*bin
	shipments                             []*shipment
	refs                                  map[string]int // last number by issuer and prefix
	ids                                   map[string]int // last number of lots by prefix
	numbers                               int            // of groups of the same row
	tables                                map[string]*table
	accepted                              []emitted
	rows                                  int
	soldOnWay, sharedLosses               int
	purchased                             *lot // of the newest plan of a purchase
	now                                   time.Time
	last                                  string      // file of the row before
	tried                                 map[int]int // faults planted so far, by their place in the list
}

// emitted is an accepted row, for faults that repeat it.
type emitted struct {
	file string
	row  *row
}

// lot is a lot as the season's own books have it.
type lot struct {
	id, kind        string
	variety, nature string
	gtin, batch     string
	grams           int64
	mix             mixture
	nonFood         bool
	moved           bool // something was taken from it or changed hands
	inspected       bool
	parts           map[string]*part
}

// part is what a party has, and ever had, of a lot.
type part struct {
	owned, bad, held int64 // bad: owned, bought for another purpose than food
	owner, holder    bool  // at some time
}

func (l *lot) of(p *party) *part {
	if l.parts[p.uscc] == nil {
		l.parts[p.uscc] = &part{}
	}
	return l.parts[p.uscc]
}

// look is a party's part without making one.
func (l *lot) look(p *party) part {
	if x := l.parts[p.uscc]; x != nil {
		return *x
	}
	return part{}
}

func (l *lot) give(p *party, grams int64, bad bool) {
	x := l.of(p)
	x.owner = true
	if bad {
		x.bad += grams
	} else {
		x.owned += grams
	}
}

// take takes grams off an owner whose part is all fit for food or all not.
func (l *lot) take(p *party, grams int64) (bad bool) {
	x := l.of(p)
	if x.bad > 0 {
		x.bad -= grams
		return true
	}
	x.owned -= grams
	return false
}

func (l *lot) hand(p *party, grams int64) {
	x := l.of(p)
	x.holder = true
	x.held += grams
}

// bin is a vessel with its content.
type bin struct {
	code            string
	keeper          *party
	owner           *party
	variety, nature string
	grams           int64
	deposits        int     // since the bin was empty
	content         mixture // in grams
	nonFood         bool
	outbound        time.Time // of the newest outbound report since the last deposit
	passed          bool
	rests           bool // once released it is left alone, until its report is too old
}

// resting tells whether the bin is left alone.
func (b *bin) resting() bool { return b.rests && b.passed }

// takes tells whether grain may join what is in the bin.
func (b *bin) takes(owner *party, l *lot) bool {
	return b.grams == 0 || (b.owner == owner && b.variety == l.variety && b.nature == l.nature)
}

func (b *bin) deposit(owner *party, l *lot, grams int64, bad bool) {
	if b.grams == 0 {
		b.owner, b.variety, b.nature, b.content, b.nonFood = owner, l.variety, l.nature, mixture{}, bad
		b.deposits = 0
	}
	b.deposits++
	b.content.add(l.mix.times(whole(grams)))
	b.grams += grams
	b.outbound, b.passed = time.Time{}, false
}

// draw takes grams out and tells what they are made of.
func (b *bin) draw(grams int64) mixture {
	mix := b.content.times(big.NewRat(1, b.grams))
	b.content = b.content.times(big.NewRat(b.grams-grams, b.grams))
	b.grams -= grams
	return mix
}

// shipment is grain on its way: it has the custody, and owner is who bears what
// is lost of it.
type shipment struct {
	ref            string
	lot            *lot
	shipper, owner *party
	to             *party
	grams          int64
	received       bool
}

// newLot makes a lot that one party owns and one holds.
func (w *world) newLot(l *lot, owner, holder *party) *lot {
	l.parts = map[string]*part{}
	l.give(owner, l.grams, false)
	l.hand(holder, l.grams)
	w.lots[l.id] = l
	w.inOrder = append(w.inOrder, l)
	return l
}

func (w *world) table(file string) *table {
	if w.tables[file] == nil {
		w.tables[file] = &table{name: file}
	}
	return w.tables[file]
}

func (w *world) sames() int {
	w.numbers++
	return w.numbers
}

// id is a fresh lot id.
func (w *world) id(prefix string) string {
	w.ids[prefix]++
	return fmt.Sprintf("%s-%d-%04d", prefix, w.opt.Seed, w.ids[prefix])
}

// head begins the cells of a row. Refs are counted by issuer, so that
// different issuers use the same ones.
func (w *world) head(prefix string, p *party) cells {
	key := p.uscc + prefix
	w.refs[key]++
	return cells{"issuer": p.uscc, "ref": fmt.Sprintf("%s-%04d", prefix, w.refs[key])}
}

// emit writes a row at the present time. Rows of one file never share a time:
// a row shares the time of the one before only where its file comes later.
func (w *world) emit(p *plan, reason string) *row {
	if slices.Index(fileOrder, p.file) <= slices.Index(fileOrder, w.last) {
		w.now = w.now.Add(time.Minute)
	}
	w.last = p.file
	r := &row{cells: p.cells.clone()}
	if r.cells["occurred_at"] == "" {
		r.cells["occurred_at"] = w.stamp()
	}
	if reason != "" {
		r.refuse(reason)
	}
	w.table(p.file).rows = append(w.table(p.file).rows, r)
	w.rows++
	return r
}

// stamp writes the present time, here and there in another offset.
func (w *world) stamp() string {
	zone := time.FixedZone("", 8*3600)
	if w.rand.IntN(5) == 0 {
		zone = time.UTC
	}
	return w.now.In(zone).Format(time.RFC3339)
}

// play writes a row that must be accepted, and does what it says.
func (w *world) play(p *plan) {
	r := w.emit(p, "")
	w.accepted = append(w.accepted, emitted{p.file, r})
	p.apply()
}

// tick lets some time pass, often none.
func (w *world) tick() {
	if w.now.IsZero() {
		w.now = time.Date(2025, 9, 1, 8, 0, 0, 0, time.FixedZone("", 8*3600))
	}
	if w.rand.IntN(3) > 0 {
		mean := 300 * 24 * time.Hour / time.Duration(w.opt.Rows)
		w.now = w.now.Add(time.Duration(w.rand.Int64N(int64(2 * mean)))).Truncate(time.Minute)
	}
}
