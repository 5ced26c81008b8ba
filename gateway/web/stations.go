package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/grainledger/grainledger/record"
)

// site on the way of the grain: a depot by its facility code (LS/T 1714), any
// other place by the USCC of the enterprise that is there.
type siteCode string

func (c siteCode) uscc() string { return string(c)[:min(18, len(c))] }

// station is a stop of the way under one number: one site, or all growers, or
// all last buyers.
type station struct {
	No     int
	Sites  []siteCode
	Names  string
	Where  string // division
	Stages string // what happened there
	When   string
	groups []group
	kind   stationKind
}

type stationKind int

const (
	sourceStop stationKind = iota // who grew or first sold the grain
	middleStop
	lastStop // who bought the finished batch
)

// route is the way of the grain over its stations.
type route struct {
	stations []station
	number   map[siteCode]int
	legs     [][2]siteCode // in order of time, each once
}

// routeOf finds the stations of the steps and numbers them in the order of the
// way: what stands on the time line, in the table and on the map is the same
// number.
func (c cast) routeOf(s *story, steps []group) *route {
	r := &route{number: map[siteCode]int{}}
	var order []siteCode
	kinds := map[siteCode]stationKind{}
	visits := map[siteCode][]group{}
	meet := func(code siteCode, kind stationKind, g group) {
		if code == "" {
			return
		}
		if old, met := kinds[code]; !met {
			order = append(order, code)
			kinds[code] = kind
		} else if old != kind {
			kinds[code] = middleStop // a grower that mills, a shop that ships on
		}
		if list := visits[code]; len(list) == 0 || list[len(list)-1].stage != g.stage {
			visits[code] = append(list, g)
		}
	}
	for _, g := range steps {
		for _, e := range g.events {
			from, to, fromKind, toKind := s.ends(e)
			meet(from, fromKind, g)
			meet(to, toKind, g)
			leg := [2]siteCode{from, to}
			if from != "" && to != "" && from != to && !slices.Contains(r.legs, leg) {
				r.legs = append(r.legs, leg)
			}
		}
	}
	for kind := sourceStop; kind <= lastStop; kind++ {
		r.add(order, kinds, visits, kind)
	}
	for i := range r.stations {
		c.describe(s, &r.stations[i])
	}
	return r
}

// add numbers the sites of a kind: each of the middle for itself, those of an
// end together.
func (r *route) add(order []siteCode, kinds map[siteCode]stationKind, visits map[siteCode][]group, kind stationKind) {
	shared := -1
	for _, code := range order {
		if kinds[code] != kind {
			continue
		}
		if shared < 0 || kind == middleStop {
			shared = len(r.stations)
			r.stations = append(r.stations, station{No: shared + 1, kind: kind})
		}
		st := &r.stations[shared]
		st.Sites = append(st.Sites, code)
		r.number[code] = st.No
		for _, g := range visits[code] {
			if !slices.ContainsFunc(st.groups, func(x group) bool { return x.stage == g.stage && x.from.Equal(g.from) }) {
				st.groups = append(st.groups, g)
			}
		}
	}
}

// ends tells between which sites an event moved the grain, or where it lay.
func (s *story) ends(e event) (from, to siteCode, fromKind, toKind stationKind) {
	switch e.stage {
	case stageHarvest:
		return "", siteCode(e.actor), 0, sourceStop
	case stagePurchase:
		return siteCode(e.with), s.siteOf(e.actor), sourceStop, middleStop
	case stageStore, stageWithdraw:
		if e.bin != "" {
			return "", siteCode(e.bin[:21]), 0, middleStop
		}
		return "", s.siteOf(e.actor), 0, middleStop
	case stageTransport:
		return s.siteOf(e.actor), s.siteOf(e.with), middleStop, middleStop
	case stageProcess:
		return "", s.siteOf(e.actor), 0, middleStop
	case stageSell:
		return s.siteOf(e.actor), s.siteOf(e.with), middleStop, lastStop
	}
	return "", "", 0, 0
}

// siteOf is where an enterprise has the grain: its depot that the path goes
// through, where there is one.
func (s *story) siteOf(uscc string) siteCode {
	for _, bin := range s.bins() {
		if strings.HasPrefix(bin, uscc) && uscc != "" {
			return siteCode(bin[:21])
		}
	}
	return siteCode(uscc)
}

// bins that the path goes through, by code.
func (s *story) bins() []string {
	if s.binCodes == nil {
		s.binCodes = []string{}
		for _, n := range s.nodes {
			if record.IsBinCode(n.Bin) && !slices.Contains(s.binCodes, n.Bin) {
				s.binCodes = append(s.binCodes, n.Bin)
			}
		}
		slices.Sort(s.binCodes)
	}
	return s.binCodes
}

// describe puts a station into words.
func (c cast) describe(s *story, st *station) {
	var names, where, words []string
	for _, code := range st.Sites {
		names = once(names, c.siteName(s, code))
		where = once(where, c.siteDivision(s, code))
	}
	slices.SortStableFunc(st.groups, func(a, b group) int {
		return cmp.Or(a.from.Compare(b.from), cmp.Compare(slices.Index(stages, a.stage), slices.Index(stages, b.stage)))
	})
	var all group
	for _, g := range st.groups {
		words = once(words, c.say("stage."+string(g.stage)))
		all.events = append(all.events, g.events...)
	}
	st.Names, st.Where, st.Stages = c.list("party", names), c.list("thing", where), c.join(words)
	all = newGroup("", all.events)
	st.When = c.days(all.from, all.to)
}

func once(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// siteName is the enterprise, and its depot where that has a name.
func (c cast) siteName(s *story, code siteCode) string {
	name := c.name(code.uscc())
	if f, ok := s.facilities[string(code)]; ok && f.Name != "" && !c.hidden[code.uscc()] {
		return name + " " + f.Name
	}
	return name
}

// siteDivision is the division that a site lies in. Of who is not named it is
// not told either.
func (c cast) siteDivision(s *story, code siteCode) string {
	if c.hidden[code.uscc()] {
		return ""
	}
	if e, ok := s.enterprises[code.uscc()]; ok && e.Division != "" {
		return c.place(e.Division)
	}
	return ""
}

// stops writes the numbers of the stations that a step touches: "2", "1 → 2".
func (r *route) stops(s *story, g group) string {
	var from, to []int
	for _, e := range g.events {
		a, b, _, _ := s.ends(e)
		if n := r.number[a]; n > 0 && !slices.Contains(from, n) {
			from = append(from, n)
		}
		if n := r.number[b]; n > 0 && !slices.Contains(to, n) {
			to = append(to, n)
		}
	}
	switch {
	case len(to) == 0:
		return ""
	case len(from) == 0 || slices.Equal(from, to):
		return numbers(to)
	}
	return numbers(from) + " → " + numbers(to)
}

func numbers(list []int) string {
	slices.Sort(list)
	words := make([]string, 0, 3)
	for i, n := range list {
		if i == 3 {
			words = append(words, "…")
			break
		}
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ", ")
}

// where names the divisions of a step.
func (c cast) where(s *story, g group) string {
	var names []string
	for _, e := range g.events {
		if e.stage == stageHarvest {
			names = once(names, c.harvestPlace(s, e.lot))
			continue
		}
		if _, to, _, _ := s.ends(e); to != "" {
			names = once(names, c.siteDivision(s, to))
		}
	}
	return c.list("thing", names)
}

func (c cast) harvestPlace(s *story, lot string) string {
	for _, n := range s.nodes {
		if n.ID == lot && n.Lot != nil && n.Lot.Origin != "" {
			return c.place(n.Lot.Origin)
		}
	}
	return ""
}
