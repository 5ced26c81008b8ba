package web

import (
	"strings"

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
	Standard []string // the rules that it was judged by
	ID       string
}

// finding is one inspected item.
type finding struct {
	Item     string
	Value    string // empty where it was not tested
	Limit    string
	Standard string // number and year of what sets the limit
	Verdict  badge
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
			q.Safety = append(q.Safety, c.finding(r, f))
		} else {
			q.Other = append(q.Other, c.finding(r, f))
		}
	}
	for _, m := range r.Missing {
		label, _ := c.item(m)
		row := finding{Item: label, Standard: c.standardOf(r, m), Verdict: badge{c.say("verdict.untested"), info}}
		if c.ofSafety(m) {
			q.Safety = append(q.Safety, row)
		} else {
			q.Other = append(q.Other, row)
		}
	}
	q.Standard = documents(r)
	return q
}

// standardOf is the document, with its year, that sets an item's limit: the
// rule of the report that belongs to the family of the item. It is empty where
// the report was judged by none of that family.
func (c cast) standardOf(r *record.Inspection, item string) string {
	family := c.voice.names.items.Names[item].Standard
	for _, rule := range r.Rules {
		switch family {
		case "":
			if rule.Table == record.TableGrades {
				return rule.Document
			}
		case record.TableStorage:
			if rule.Table == record.TableStorage {
				return rule.Document
			}
		default:
			if rule.Table == record.TableSafety && strings.HasPrefix(rule.Document, family+"-") {
				return rule.Document
			}
		}
	}
	return ""
}

// ofSafety tells whether an item is one of food safety.
func (c cast) ofSafety(item string) bool {
	return strings.HasPrefix(c.voice.names.items.Names[item].Standard, "GB ")
}

func (c cast) finding(r *record.Inspection, f record.Finding) finding {
	label, unit := c.item(f.Item)
	out := finding{Item: label, Value: withUnit(string(f.Value), unit), Verdict: badge{c.say("verdict.noted"), info}}
	switch f.Bound {
	case "max":
		out.Limit = "≤ " + string(f.Limit)
	case "min":
		out.Limit = "≥ " + string(f.Limit)
	}
	switch f.Verdict {
	case "within":
		out.Verdict, out.Standard = badge{c.say("verdict.pass"), good}, c.standardOf(r, f.Item)
	case "beyond":
		out.Verdict, out.Standard = badge{c.say("verdict.fail"), bad}, c.standardOf(r, f.Item)
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
