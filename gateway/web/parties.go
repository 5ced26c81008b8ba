package web

import "slices"

// party is an enterprise of the path as the public register has it.
type party struct {
	Name     string
	Kind     string
	Division string
	USCC     string
	Credit   *Credit
}

// parties lists the enterprises of the path that may be named, the maker first
// and then in order of the way.
type parties struct {
	Open, Rest []party
	Kept       bool // a ledger of credit stands behind this page
}

// openParties is how many enterprises stand before the fold.
const openParties = 4

func (c cast) parties(s *story, events []event) parties {
	order := []string{s.lot.Issuer}
	for _, g := range groupEvents(events) {
		for _, e := range g.events {
			for _, code := range []string{e.actor, e.with, e.carrier} {
				if code != "" && !slices.Contains(order, code) {
					order = append(order, code)
				}
			}
		}
	}
	out := parties{Kept: s.credits != nil}
	var list []party
	for _, code := range order {
		e, ok := s.enterprises[code]
		if !ok || c.hidden[code] {
			continue
		}
		p := party{Name: e.Name, Kind: c.known("kind."+e.Kind, e.Kind), USCC: code}
		if e.Division != "" {
			p.Division = c.place(e.Division)
		}
		if credit, ok := s.credits[code]; ok {
			p.Credit = &credit
		}
		list = append(list, p)
	}
	if len(list) <= openParties+1 {
		out.Open = list
		return out
	}
	out.Open, out.Rest = list[:openParties], list[openParties:]
	return out
}
