package web

import (
	"strconv"
	"strings"
	"time"
)

// beijing is the time that Chinese papers mean.
var beijing = time.FixedZone("UTC+8", 8*3600)

func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.In(beijing)
}

// day writes a date; the zero time is an empty text.
func (v voice) day(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case v.language == english:
		return t.In(beijing).Format("2 Jan 2006")
	}
	return t.In(beijing).Format("2006年1月2日")
}

// days writes a span of dates without saying anything twice.
func (v voice) days(from, to time.Time) string {
	first, last := v.day(from), v.day(to)
	if first == "" || last == "" || first == last {
		return first + strings.TrimPrefix(last, first)
	}
	from, to = from.In(beijing), to.In(beijing)
	if from.Year() != to.Year() {
		return first + " – " + last
	}
	if v.language == english {
		return from.Format("2 Jan") + " – " + last
	}
	return first + " – " + to.Format("1月2日")
}

func (v voice) moment(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case v.language == english:
		return t.In(beijing).Format("2 Jan 2006, 15:04") + " (UTC+8)"
	}
	return t.In(beijing).Format("2006年1月2日 15:04")
}

// weight writes grams as people say them: tonnes from a tonne on, else kg.
func (v voice) weight(grams int64) string {
	const kilogram, tonne = 1_000, 1_000_000
	if grams >= tonne {
		return v.say("unit.tonnes", "n", decimals(grams/kilogram, 3))
	}
	return v.say("unit.kilograms", "n", decimals(grams, 3))
}

// decimals writes n/10^places, with commas at the thousands and without
// trailing zeros.
func decimals(n int64, places int) string {
	scale := int64(1)
	for range places {
		scale *= 10
	}
	whole := strconv.FormatInt(n/scale, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	fraction := strconv.FormatInt(scale+n%scale, 10)[1:]
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		return whole + "." + fraction
	}
	return whole
}

// percent writes a share between 0 and 1 with one digit behind the point. A
// share too small for that is "<0.1%" and never "0%"; "100%" is all of it.
func percent(share float64) string {
	switch s := strconv.FormatFloat(share*100, 'f', 1, 64); {
	case share >= 0.99999:
		return "100%"
	case s == "100.0":
		return "99.9%"
	case s == "0.0":
		return "<0.1%"
	default:
		return strings.TrimSuffix(s, ".0") + "%"
	}
}

// bar is a share as a width between 0 and 100; the smallest can still be seen.
func bar(share float64) string {
	return strconv.FormatFloat(min(max(share*100, 0.8), 100), 'f', 1, 64)
}

// short is the beginning of a record id, enough to compare by eye.
func short(id string) string {
	if len(id) <= 12 {
		return id
	}
	return id[:8] + "…" + id[len(id)-4:]
}
