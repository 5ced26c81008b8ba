package web

import (
	"cmp"
	"slices"
	"time"
)

// group is a step of the time line: events of one stage and one party.
type group struct {
	stage    stage
	events   []event // in order of time
	from, to time.Time
}

// maxPerStage is how many steps a stage may take before its parties are drawn
// together: a bin filled by forty buyers is one step, not forty. Fewer stand
// for themselves, and the fold keeps the page short.
const maxPerStage = 8

// groupEvents makes the steps of the time line, in order of time.
func groupEvents(events []event) []group {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	byStage := map[stage][]event{}
	for _, e := range events {
		byStage[e.stage] = append(byStage[e.stage], e)
	}
	var out []group
	for _, s := range stages {
		split := splitByParty(s, byStage[s])
		if len(split) > maxPerStage {
			split = [][]event{byStage[s]}
		}
		for _, list := range split {
			out = append(out, newGroup(s, list))
		}
	}
	slices.SortStableFunc(out, func(a, b group) int {
		return cmp.Or(a.from.Compare(b.from), cmp.Compare(slices.Index(stages, a.stage), slices.Index(stages, b.stage)))
	})
	return out
}

// splitByParty keeps the order in which the parties first appear.
func splitByParty(s stage, events []event) [][]event {
	if len(events) == 0 {
		return nil
	}
	if s == stageHarvest || s == stageOrder { // the origins name the growers, and the banner who ordered what
		return [][]event{events}
	}
	var keys []string
	parts := map[string][]event{}
	for _, e := range events {
		key := e.actor
		if s == stageTransport {
			key += ">" + e.with
		}
		if parts[key] == nil {
			keys = append(keys, key)
		}
		parts[key] = append(parts[key], e)
	}
	out := make([][]event, len(keys))
	for i, k := range keys {
		out[i] = parts[k]
	}
	return out
}

func newGroup(s stage, events []event) group {
	g := group{stage: s, events: events}
	for _, e := range events {
		if e.at.IsZero() {
			continue
		}
		if g.from.IsZero() || e.at.Before(g.from) {
			g.from = e.at
		}
		if e.at.After(g.to) {
			g.to = e.at
		}
	}
	return g
}

// distinct lists what pick finds, each once, in order; empty texts count as
// one like any other.
func (g group) distinct(pick func(event) string) []string {
	var out []string
	for _, e := range g.events {
		if s := pick(e); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (g group) actors() []string { return g.distinct(func(e event) string { return e.actor }) }
func (g group) others() []string { return g.distinct(func(e event) string { return e.with }) }
func (g group) lots() []string   { return g.distinct(func(e event) string { return e.lot }) }

func (g group) count(has func(event) bool) int {
	n := 0
	for _, e := range g.events {
		if has(e) {
			n++
		}
	}
	return n
}
