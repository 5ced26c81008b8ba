package web

import (
	"slices"

	"github.com/grainledger/grainledger/record"
)

// quality is an inspection report against the national limits.
type quality struct {
	Lab      string
	When     string
	Verdict  *badge
	Grade    string
	Storage  *badge
	Safety   []finding // items with a food-safety limit
	Other    []finding
	Missing  string
	Standard []string // the rules that it was judged by
	ID       string
}

// finding is one inspected item.
type finding struct {
	Item    string
	Value   string
	Limit   string
	Verdict *badge // nil where no limit speaks of it
}

func (c cast) quality(r *record.Inspection) *quality {
	q := &quality{
		Lab: c.name(r.Lab), When: c.day(parseTime(r.OccurredAt)), ID: short(r.Record),
		Verdict: &badge{c.say("verdict.pass"), good},
		Grade:   c.known("grade."+r.Grade, r.Grade), Storage: c.storage(r.Storage),
	}
	switch {
	case !judged(r):
		q.Verdict = nil
	case !r.Passed || !r.Safe:
		q.Verdict = &badge{c.say("verdict.fail"), bad}
	}
	for _, f := range r.Items {
		if f.Safety {
			q.Safety = append(q.Safety, c.finding(f))
		} else {
			q.Other = append(q.Other, c.finding(f))
		}
	}
	missing := make([]string, len(r.Missing))
	for i, m := range r.Missing {
		missing[i], _ = c.item(m)
	}
	q.Missing = c.join(missing)
	for _, rule := range r.Rules {
		if rule.Document != "" && !slices.Contains(q.Standard, rule.Document) {
			q.Standard = append(q.Standard, rule.Document)
		}
	}
	return q
}

func (c cast) finding(f record.Finding) finding {
	label, unit := c.item(f.Item)
	out := finding{Item: label, Value: withUnit(string(f.Value), unit)}
	switch f.Bound {
	case "max":
		out.Limit = "≤ " + string(f.Limit)
	case "min":
		out.Limit = "≥ " + string(f.Limit)
	}
	switch f.Verdict {
	case "within":
		out.Verdict = &badge{c.say("verdict.pass"), good}
	case "beyond":
		out.Verdict = &badge{c.say("verdict.fail"), bad}
	}
	return out
}

func withUnit(value, unit string) string {
	switch unit {
	case "":
		return value
	case "%":
		return value + "%"
	}
	return value + " " + unit
}

// storage is the 储存品质 class in its one word.
func (c cast) storage(class string) *badge {
	if class == "" {
		return nil
	}
	tones := map[string]tone{"suitable": good, "marginal": warn, "unsuitable": bad}
	t, ok := tones[class]
	if !ok {
		t = info
	}
	return &badge{c.known("storage."+class, class), t}
}

// known says the text of a key, or the plain word where the catalogue has
// none (a class that later rules have added).
func (c cast) known(key, word string) string {
	if word == "" || !c.has(key) {
		return word
	}
	return c.say(key)
}

func (c cast) join(words []string) string {
	text := ""
	for i, w := range words {
		if i > 0 {
			text += c.say("list.comma")
		}
		text += w
	}
	return text
}
