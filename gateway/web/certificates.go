package web

import (
	"slices"

	"github.com/grainledger/grainledger/record"
)

// certificate is an inspection report in the list of all of the path.
type certificate struct {
	Number   string // as its lab numbers it
	Lab      string
	Stage    string
	When     string
	Standard string
	Verdict  badge
}

// certificates lists the reports of the path, the newest first: those that
// stand open, and the others.
type certificates struct {
	Open, Rest []certificate
}

// openReports is how many reports stand before the fold.
const openReports = 6

func (c cast) certificates(events []event) certificates {
	var reports []event
	for _, e := range events {
		if e.report != nil {
			reports = append(reports, e)
		}
	}
	slices.SortStableFunc(reports, func(a, b event) int { return b.at.Compare(a.at) })
	list := make([]certificate, len(reports))
	for i, e := range reports {
		list[i] = c.certificate(e)
	}
	if len(list) <= openReports+1 {
		return certificates{Open: list}
	}
	return certificates{Open: list[:openReports], Rest: list[openReports:]}
}

func (c cast) certificate(e event) certificate {
	out := certificate{
		Number: short(e.report.Record), Lab: c.name(e.report.Lab), Stage: c.say("stage." + string(e.stage)),
		When: c.day(e.at), Standard: c.join(documents(e.report)), Verdict: c.reportVerdict(e.report),
	}
	if e.record != nil && e.record.Ref != "" {
		out.Number = e.record.Ref
	}
	return out
}

// reportVerdict is a report in a word. One of which no rule speaks is not
// called passed.
func (c cast) reportVerdict(r *record.Inspection) badge {
	switch {
	case !judged(r):
		return badge{c.say("verdict.unjudged"), info}
	case !r.Passed || !r.Safe:
		return badge{c.say("verdict.fail"), bad}
	}
	return badge{c.say("verdict.pass"), good}
}

// documents are the standards that a report was judged by, each once.
func documents(r *record.Inspection) []string {
	var out []string
	for _, rule := range r.Rules {
		out = once(out, rule.Document)
	}
	return out
}
