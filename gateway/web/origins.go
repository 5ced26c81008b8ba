package web

import (
	"slices"

	"github.com/grainledger/grainledger/gateway/index"
)

// origins is who grew the grain, with the share of each.
type origins struct {
	Summary string
	Top     []origin
	Rest    []origin // behind a fold
	RestSum string   // the share of Rest together
	Unknown *origin  // the share that no harvest record speaks for
}

// origin is one grower's share.
type origin struct {
	Name    string
	Detail  string
	Percent string
	Bar     string // width between 0 and 100
	share   float64
}

// shownOrigins is how many growers stand before the fold.
const shownOrigins = 6

// unknownFrom is the least missing share that is worth a word; below lies
// what rounding leaves.
const unknownFrom = 0.0005

func (c cast) origins(list []index.Origin) origins {
	rows := c.byGrower(list)
	var out origins
	known := 0.0
	for _, r := range rows {
		known += r.share
	}
	if missing := 1 - known; missing > unknownFrom {
		row := newOrigin(c.say("origin.unknown"), c.say("origin.unknown.detail"), missing)
		out.Unknown = &row
	}
	if len(rows) > 0 {
		out.Summary = c.say("origin.summary", "growers", len(rows), "lots", len(list))
	}
	// A fold that hides a single row would take more room than the row.
	if len(rows) <= shownOrigins+1 {
		out.Top = rows
		return out
	}
	out.Top, out.Rest = rows[:shownOrigins], rows[shownOrigins:]
	rest := 0.0
	for _, r := range out.Rest {
		rest += r.share
	}
	out.RestSum = percent(rest)
	return out
}

// byGrower adds up the harvest lots of one grower in one place, the largest
// share first.
func (c cast) byGrower(list []index.Origin) []origin {
	type key struct{ issuer, place string }
	var keys []key
	lots := map[key][]index.Origin{}
	for _, o := range list {
		k := key{o.Issuer, o.Place}
		if lots[k] == nil {
			keys = append(keys, k)
		}
		lots[k] = append(lots[k], o)
	}
	rows := make([]origin, 0, len(keys))
	for _, k := range keys {
		share := 0.0
		for _, o := range lots[k] {
			share += o.Share
		}
		rows = append(rows, newOrigin(c.name(k.issuer), c.originDetail(k.place, lots[k]), share))
	}
	slices.SortStableFunc(rows, func(a, b origin) int {
		switch {
		case a.share > b.share:
			return -1
		case a.share < b.share:
			return 1
		}
		return 0
	})
	return rows
}

func newOrigin(name, detail string, share float64) origin {
	return origin{Name: name, Detail: detail, Percent: percent(share), Bar: bar(share), share: share}
}

// originDetail: place, harvest years, number of harvest lots.
func (c cast) originDetail(place string, lots []index.Origin) string {
	var parts, years []string
	if place != "" {
		parts = append(parts, c.place(place))
	}
	for _, o := range lots {
		if y := year(o.HarvestYear); y != "" && !slices.Contains(years, y) {
			years = append(years, y)
		}
	}
	slices.Sort(years)
	for _, y := range years {
		parts = append(parts, c.say("origin.year", "y", y))
	}
	if len(lots) > 1 {
		parts = append(parts, c.say("origin.lots", "n", len(lots)))
	}
	text := ""
	for i, p := range parts {
		if i > 0 {
			text += " · "
		}
		text += p
	}
	return text
}
