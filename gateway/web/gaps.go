package web

import (
	"github.com/grainledger/grainledger/record"
)

// gaps lists what the ledger does not have about this path, in plain words. A
// page that shows only what is there would let the reader think it is all.
func (c cast) gaps(s *story, events []event, r *route, own *record.Inspection) []string {
	var out []string
	add := func(key string, pairs ...any) { out = append(out, c.say("gap."+key, pairs...)) }
	count := func(has func(event) bool) int { return group{events: events}.count(has) }
	at := func(st stage) int { return count(func(e event) bool { return e.stage == st }) }
	if missing := 1 - known(s); missing > unknownFrom && !s.cut {
		add("origin", "share", percent(missing))
	}
	if n := count(unconfirmed); n > 0 {
		add("seller", "n", n, "all", at(stagePurchase))
	}
	if at(stageWithdraw) > 0 && at(stageCheckOut) == 0 {
		add("outbound")
	}
	if s.retail() && own == nil {
		add("product")
	}
	if own != nil && len(own.Missing) > 0 {
		words := make([]string, len(own.Missing))
		for i, m := range own.Missing {
			words[i], _ = c.item(m)
		}
		add("items", "list", c.join(words))
	}
	if at(stageTrade) > 0 && at(stageTransport) == 0 {
		add("transport")
	}
	if s.retail() && at(stageSell) == 0 {
		add("sale")
	}
	unplaced := 0
	for _, st := range r.stations {
		for _, code := range st.Sites {
			if _, ok := c.spotOf(s, code); !ok {
				unplaced++
			}
		}
	}
	if unplaced > 0 {
		add("position", "n", unplaced)
	}
	return out
}

func known(s *story) float64 {
	sum := 0.0
	for _, o := range s.origins {
		sum += o.Share
	}
	return sum
}

// unconfirmed tells whether a purchase lacks the seller's signature.
func unconfirmed(e event) bool {
	if e.stage != stagePurchase {
		return false
	}
	for _, f := range flagsOf(e) {
		if f == record.FlagUnconfirmed {
			return true
		}
	}
	return false
}
