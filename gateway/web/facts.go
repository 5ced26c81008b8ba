package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/grainledger/grainledger/gateway/index"
)

// facts are what a shopper wants to know at a glance. A weight stands here
// for retail batches alone: what lies in a depot is nobody's business.
func (c cast) facts(s *story) []fact {
	var out []fact
	add := func(f fact, key string) {
		if f.Value != "" {
			f.Label = c.say("fact." + key)
			out = append(out, f)
		}
	}
	add(fact{Value: c.places(s)}, "origin")
	add(fact{Value: c.varieties(s)}, "variety")
	add(fact{Value: c.years(s)}, "year")
	kind := ".lot"
	if s.retail() {
		kind = ".batch"
	}
	add(fact{Value: c.name(s.lot.Issuer), Name: true}, "maker"+kind)
	add(fact{Value: c.day(parseTime(s.lot.OccurredAt))}, "date"+kind)
	if s.retail() {
		add(fact{Value: c.weight(s.lot.Grams)}, "weight")
		add(fact{Value: s.lot.Batch, Code: true}, "batch")
		add(fact{Value: printed(s.lot.GTIN), Code: true}, "gtin")
	} else {
		add(fact{Value: s.lot.Lot, Code: true}, "lot")
	}
	return out
}

// byShare lists what pick finds in the origins, the largest share first; what
// the lot itself says where there are no origins.
func byShare(s *story, own string, pick func(index.Origin) string) []string {
	share := map[string]float64{}
	var keys []string
	for _, o := range s.origins {
		key := pick(o)
		if key == "" {
			continue
		}
		if _, seen := share[key]; !seen {
			keys = append(keys, key)
		}
		share[key] += o.Share
	}
	slices.SortStableFunc(keys, func(a, b string) int {
		switch {
		case share[a] > share[b]:
			return -1
		case share[a] < share[b]:
			return 1
		}
		return 0
	})
	if len(keys) == 0 && own != "" {
		keys = []string{own}
	}
	return keys
}

func (c cast) places(s *story) string {
	codes := byShare(s, s.lot.Origin, func(o index.Origin) string { return o.Place })
	for i, code := range codes {
		codes[i] = c.place(code)
	}
	return c.list("thing", codes)
}

func (c cast) varieties(s *story) string {
	codes := byShare(s, s.lot.Variety, func(o index.Origin) string { return o.Variety })
	for i, code := range codes {
		codes[i] = c.variety(code)
	}
	return c.list("thing", codes)
}

func (c cast) years(s *story) string {
	years := byShare(s, year(s.lot.HarvestYear), func(o index.Origin) string { return year(o.HarvestYear) })
	for i, y := range years {
		years[i] = c.say("year", "y", y)
	}
	return c.list("thing", years)
}

// printed is a GTIN as it stands under the bar code, where thirteen digits are
// the rule: people compare the two by eye.
func printed(gtin string) string { return strings.TrimPrefix(gtin, "0") }

func year(y int) string {
	if y == 0 {
		return ""
	}
	return strconv.Itoa(y)
}
