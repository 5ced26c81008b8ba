package web

import (
	"slices"
	"strconv"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// banner is a message that must not be overlooked.
type banner struct {
	Tone    tone
	Loud    bool // a recall or hold: it stands before everything else
	Title   string
	Text    string
	Details []fact // of what the issuer has made public
}

// banners, the worst first.
func (c cast) banners(s *story) []banner {
	var out []banner
	add := func(t tone, key string) {
		out = append(out, banner{Tone: t, Title: c.say("banner." + key), Text: c.say("banner." + key + ".text")})
	}
	alarm := func(kind, key string) {
		add(bad, key)
		loud := &out[len(out)-1]
		loud.Loud = true
		for _, cause := range s.lot.Causes {
			if cause.Kind == kind {
				loud.Details = append(loud.Details, c.causeFacts(s, &cause)...)
			}
		}
	}
	if s.lot.Recalled {
		alarm(record.MarkRecall, "recall")
	}
	if s.lot.Held {
		alarm(record.MarkHold, "hold")
	}
	own := s.verdictReport()
	switch {
	case s.lot.NonFood != "":
		add(bad, "nonfood")
	case own != nil && !own.Safe:
		add(bad, "unsafe")
	case own != nil && !own.Passed:
		add(warn, "failed")
	case own == nil && s.retail():
		add(warn, "unchecked")
	}
	if s.lot.NonFood == "" && partlyNonFood(s.lot.Parts) {
		add(warn, "partly-nonfood")
	}
	if s.lot.UnderReview {
		add(warn, "review")
		for _, cause := range s.lot.Causes {
			if cause.Kind == record.MarkReview {
				last := &out[len(out)-1]
				last.Details = append(last.Details, c.causeFacts(s, &cause)...)
			}
		}
	}
	if s.lot.Spreading {
		add(warn, "spreading")
	}
	return out
}

// causeFacts is what is public about a recall, a hold or a review: what
// consumers are told first.
func (c cast) causeFacts(s *story, cause *index.NamedCause) []fact {
	var out []fact
	add := func(key, value string, chinese bool) {
		if value != "" {
			out = append(out, fact{Label: c.say("cause." + key), Value: value, Name: chinese})
		}
	}
	add("notice", cause.Notice, true)
	if cause.Level > 0 {
		add("level", c.known("cause.level."+strconv.Itoa(cause.Level), strconv.Itoa(cause.Level)), false)
	}
	add("reason", cause.Reason, true)
	add("by", c.name(cause.Issuer), true)
	if cause.To != "" {
		add("to", c.name(cause.To), true)
	}
	add("document", cause.Document, true)
	if r := s.record(cause.ID); r != nil {
		add("when", c.day(parseTime(r.OccurredAt)), false)
	}
	if cause.Voided != "" {
		add("voided", short(cause.Voided), false)
	}
	if cause.Instead != "" {
		add("instead", short(cause.Instead), false)
	}
	return out
}

// record of the path by its id; nil where the trace did not bring it.
func (s *story) record(id string) *index.Record {
	for i := range s.nodes {
		for j := range s.nodes[i].Records {
			if r := &s.nodes[i].Records[j]; r.ID == id {
				return r
			}
		}
	}
	return nil
}

func partlyNonFood(parts []record.Part) bool {
	for _, p := range parts {
		if p.NonFood > 0 {
			return true
		}
	}
	return false
}

// stateOf says in a word what has become of a record since it was signed;
// empty where nothing has.
func (c cast) stateOf(r *index.Record) string {
	switch {
	case r.Voided != nil && r.Voided.Replacement != "":
		return c.say("record.corrected")
	case r.Voided != nil:
		return c.say("record.voided")
	case r.UnderReview:
		return c.say("record.review")
	}
	return ""
}

// actions tells what a step of orders came to: who recalled, held, released or
// took back what, and which of it is over.
func (c cast) actions(s *story, g group) []string {
	var out []string
	for _, kind := range []record.Type{record.TypeRecall, record.TypeHold, record.TypeRelease, record.TypeCorrect, record.TypeVoid} {
		of, over := group{}, 0
		for _, e := range g.events {
			if e.record.Type == kind {
				of.events = append(of.events, e)
				if s.over(e.record) {
					over++
				}
			}
		}
		n := len(of.events)
		if n > 0 {
			out = append(out, c.say("line.order."+string(kind), "who", c.namesOf(of.actors()), "n", n))
		}
		if over > 0 {
			out = append(out, c.say("line.order.over")+c.howMany(over, n))
		}
	}
	return out
}

// over tells whether a recall or hold is in force no longer. The release is a
// record about the order and not about grain, so no path brings it; but the
// marks that it lifted are gone from all that they stood on.
func (s *story) over(r *index.Record) bool {
	kind := map[record.Type]string{record.TypeRecall: record.MarkRecall, record.TypeHold: record.MarkHold}[r.Type]
	if kind == "" || s.lot.Spreading { // then some may have to be set yet
		return false
	}
	stands := func(m record.Mark) bool { return m.By == r.ID || m.Kind == kind && m.By == record.MarkMany }
	if slices.ContainsFunc(s.lot.Marks, stands) || slices.ContainsFunc(s.lot.Causes, func(k index.NamedCause) bool { return k.ID == r.ID }) {
		return false
	}
	return !slices.ContainsFunc(s.nodes, func(n index.Node) bool {
		return slices.ContainsFunc(n.Marks, stands) || n.Lot != nil && slices.ContainsFunc(n.Lot.Marks, stands)
	})
}
