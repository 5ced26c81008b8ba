package web

import (
	"slices"

	"github.com/grainledger/grainledger/record"
)

// step is one station on the time line of a page.
type step struct {
	Stage    stage
	Icon     string
	Title    string
	Stops    string // numbers of the stations, as the map has them
	Where    string
	When     string // for people
	Date     string // for machines
	Lines    []string
	Verdict  *badge
	Warnings []string
	Evidence []evidence
	More     int // records beyond those in Evidence
	Count    int // of records
}

// badge is a verdict in a word.
type badge struct {
	Word string
	Tone tone
}

// tone is how a message should be felt.
type tone string

const (
	good tone = "good"
	warn tone = "warn"
	bad  tone = "bad"
	info tone = "info"
)

// evidence is one signed record, as short as it can be told from others.
type evidence struct {
	ID     string
	Signer string
	Block  uint64
	Placed bool // Block is known
	When   string
	State  string // what has become of it since; empty where nothing has
}

// maxEvidence is how many records a step lists.
const maxEvidence = 12

// Steps that stand open on a long path, at its beginning and at its end; those
// between them stand behind a fold.
const (
	openFirst = 7
	openLast  = 8
)

// timeline is the steps of a path: all of a short one, and of a long one those
// before, behind and after the fold.
type timeline struct {
	First, Folded, Last []step
}

func fold(steps []step) timeline {
	if len(steps) <= openFirst+openLast+2 { // a fold that hides two steps saves nothing
		return timeline{First: steps}
	}
	last := len(steps) - openLast
	return timeline{First: steps[:openFirst], Folded: steps[openFirst:last], Last: steps[last:]}
}

func (c cast) steps(s *story, groups []group, r *route) []step {
	var out []step
	for _, g := range groups {
		st := c.step(s, g)
		st.Stops, st.Where = r.stops(s, g), c.where(s, g)
		out = append(out, st)
	}
	return out
}

func (c cast) step(s *story, g group) step {
	st := step{
		Stage: g.stage, Icon: icon(g.stage), Count: len(g.events), Title: c.say("stage." + string(g.stage)),
		When: c.days(g.from, g.to), Lines: c.lines(s, g), Warnings: c.warnings(g),
	}
	if !g.from.IsZero() {
		st.Date = g.from.Format("2006-01-02")
	}
	st.Verdict = c.groupVerdict(g)
	st.Evidence, st.More = c.evidence(g)
	return st
}

// groupVerdict says in a word what the reports of a step came to.
func (c cast) groupVerdict(g group) *badge {
	reports, failed, unsafe := 0, 0, 0
	for _, e := range g.events {
		if e.report == nil || !judged(e.report) {
			continue
		}
		reports++
		if !e.report.Safe {
			unsafe++
		}
		if !e.report.Passed || !e.report.Safe {
			failed++
		}
	}
	switch {
	case reports == 0:
		return nil
	case unsafe > 0 || failed == reports:
		return &badge{c.say("verdict.fail"), bad}
	case failed > 0:
		return &badge{c.say("verdict.partly", "n", failed), warn}
	}
	return &badge{c.say("verdict.pass"), good}
}

// warnings puts the flags of a step into plain words, each once.
func (c cast) warnings(g group) []string {
	counts := map[record.Flag]int{}
	var order []record.Flag
	for _, e := range g.events {
		for _, f := range flagsOf(e) {
			if counts[f]++; counts[f] == 1 {
				order = append(order, f)
			}
		}
	}
	slices.Sort(order)
	var out []string
	for _, f := range order {
		key := "flag." + string(f)
		if !c.has(key) {
			continue
		}
		out = append(out, c.say(key)+c.howMany(counts[f], len(g.events)))
	}
	if n := g.count(func(e event) bool { return e.record != nil && e.record.Voided != nil }); n > 0 {
		out = append(out, c.say("flag.taken-back")+c.howMany(n, len(g.events)))
	}
	if n := g.count(func(e event) bool { return e.record != nil && e.record.Voided == nil && e.record.UnderReview }); n > 0 {
		out = append(out, c.say("flag.review")+c.howMany(n, len(g.events)))
	}
	return out
}

// howMany of the events of a step a flag is about.
func (c cast) howMany(n, all int) string {
	switch {
	case all == 1:
		return ""
	case n == all:
		return c.say("flag.all", "n", n)
	}
	return c.say("flag.count", "n", n, "all", all)
}

// flagsOf leaves out what has been put right since: a seller that signed
// later has confirmed the purchase.
func flagsOf(e event) []record.Flag {
	if e.record == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.record.Flags), func(f record.Flag) bool {
		return f == record.FlagUnconfirmed && slices.Contains(e.record.Cosigned, e.with)
	})
}

func (c cast) evidence(g group) (list []evidence, more int) {
	for _, e := range g.events {
		if len(list) == maxEvidence {
			return list, len(g.events) - maxEvidence
		}
		switch {
		case e.record != nil:
			list = append(list, evidence{
				ID: short(e.record.ID), Signer: c.signer(*e.record), Block: e.record.Place.Block,
				Placed: e.record.Place.Time != "", When: c.day(e.at), State: c.stateOf(e.record),
			})
		case e.report != nil:
			list = append(list, evidence{ID: short(e.report.Record), Signer: c.name(e.report.Lab), When: c.day(e.at)})
		}
	}
	return list, 0
}

// icon is the drawing of a stage.
func icon(s stage) string {
	switch s {
	case stageHarvest:
		return "harvest"
	case stagePurchase:
		return "scale"
	case stageCheckIn, stageCheckStored, stageCheckOut, stageCheckProduct:
		return "check"
	case stageStore:
		return "in"
	case stageWithdraw:
		return "out"
	case stageTrade, stageRearrange:
		return "hands"
	case stageTransport:
		return "truck"
	case stageProcess:
		return "mill"
	case stageSell:
		return "shop"
	case stageOrder:
		return "flag"
	}
	return "dot"
}

// all are the steps in order, folded or not.
func (t timeline) all() []step { return slices.Concat(t.First, t.Folded, t.Last) }
