package web

import (
	"slices"
	"time"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// reportEvents lists the inspections on the path: those of its lots, and of
// each bin those that spoke for the grain that was taken out. signed are the
// records of them that the trace brought.
func (s *story) reportEvents(signed map[string]*index.Record) []event {
	seen := map[string]bool{}
	var out []event
	add := func(list []record.Inspection) {
		for i := range list {
			if seen[list[i].Record] {
				continue
			}
			seen[list[i].Record] = true
			out = append(out, event{
				stage: stageOfReport(list[i].Stage), at: parseTime(list[i].OccurredAt),
				actor: list[i].Lab, lot: list[i].Target, report: &list[i], record: signed[list[i].Record],
			})
		}
	}
	for _, n := range s.nodes {
		if n.Lot == nil {
			continue
		}
		add(s.reports[n.ID])
		for _, bin := range s.binsOf(n.ID) {
			add(reportsOfBin(s.reports[bin], s.firstDeposit(bin), parseTime(n.Lot.OccurredAt)))
		}
	}
	return out
}

func stageOfReport(name string) stage {
	switch name {
	case record.StagePurchase:
		return stageCheckIn
	case record.StageOutbound:
		return stageCheckOut
	case record.StageProduct:
		return stageCheckProduct
	}
	return stageCheckStored
}

// reportsOfBin picks, of all that was ever reported about a bin, what speaks
// for a withdrawal: the reports while the grain lay there, and of the
// outbound ones only the last before it. Newest first, as they come.
func reportsOfBin(list []record.Inspection, from, until time.Time) []record.Inspection {
	var out []record.Inspection
	outbound := false
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b record.Inspection) int {
		return parseTime(b.OccurredAt).Compare(parseTime(a.OccurredAt))
	})
	for _, r := range list {
		at := parseTime(r.OccurredAt)
		if at.After(until) || at.Before(from) {
			continue
		}
		if r.Stage == record.StageOutbound {
			if outbound {
				continue
			}
			outbound = true
		}
		out = append(out, r)
	}
	return out
}

// firstDeposit is when the first grain of the path came into the bin; the
// zero time where the trace does not tell.
func (s *story) firstDeposit(bin string) time.Time {
	var first time.Time
	for _, n := range s.nodes {
		for _, r := range n.Records {
			store, ok := decode(r).(*record.Store)
			if !ok || store.Bin != bin {
				continue
			}
			if t := parseTime(r.OccurredAt); first.IsZero() || t.Before(first) {
				first = t
			}
		}
	}
	return first
}

// verdictReport is the report that speaks for the lot itself: the newest of
// its product stage, else the newest of any.
func (s *story) verdictReport() *record.Inspection {
	var best *record.Inspection
	for i := range s.reports[s.lot.Lot] {
		r := &s.reports[s.lot.Lot][i]
		if judged(r) && (best == nil || better(r, best)) {
			best = r
		}
	}
	return best
}

// judged tells whether a rule spoke of anything in the report. One of which no
// rule speaks has no verdict, and a page must not call it passed.
func judged(r *record.Inspection) bool {
	return slices.ContainsFunc(r.Items, func(f record.Finding) bool { return f.Verdict != "" })
}

func better(a, b *record.Inspection) bool {
	if pa, pb := a.Stage == record.StageProduct, b.Stage == record.StageProduct; pa != pb {
		return pa
	}
	return parseTime(a.OccurredAt).After(parseTime(b.OccurredAt))
}

// rawReport is the newest report on the grain that the lot was made from,
// the nearest to the lot: its outbound inspection, as a rule.
func (s *story) rawReport(events []event) *record.Inspection {
	var best *record.Inspection
	for _, e := range events {
		if e.report == nil || e.lot == s.lot.Lot || e.stage != stageCheckOut {
			continue
		}
		if best == nil || e.at.After(parseTime(best.OccurredAt)) {
			best = e.report
		}
	}
	return best
}
