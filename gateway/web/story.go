package web

import (
	"slices"
	"strings"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// story is what the index says about one lot and how it came to be: all that
// a page is built from.
type story struct {
	lot     *index.Lot
	origins []index.Origin
	nodes   []index.Node // the lot itself and what it was made from
	edges   []index.Edge
	reports map[string][]record.Inspection // by lot id or bin code
	cut     bool                           // the path goes on beyond what was read

	enterprises map[string]record.RegisteredEnterprise // by USCC
	facilities  map[string]record.RegisteredFacility   // by code: depots of the path
	credits     map[string]Credit                      // by USCC; nil where nobody keeps any
	binCodes    []string                               // what bins has found
}

// ownNode makes sure that the lot itself is among the nodes, so that the path
// has an end even where the trace has nothing to tell.
func (s *story) ownNode() {
	if slices.ContainsFunc(s.nodes, func(n index.Node) bool { return n.ID == s.lot.Lot }) {
		return
	}
	state := s.lot.LotState
	s.nodes = append(s.nodes, index.Node{ID: state.Lot, Lot: &state, Records: []index.Record{{
		ID: state.Record, Type: state.Kind, Issuer: state.Issuer, IssuerName: s.lot.IssuerName,
		OccurredAt: state.OccurredAt, Place: s.lot.RecordPlace,
	}}})
}

// retail tells whether the lot is a batch that has a QR code.
func (s *story) retail() bool { return s.lot.GTIN != "" && s.lot.Batch != "" }

// binsOf names the bins whose mixture the lot was withdrawn from.
func (s *story) binsOf(lot string) []string {
	mixes := map[string]string{}
	for _, n := range s.nodes {
		if n.Bin != "" {
			mixes[n.ID] = n.Bin
		}
	}
	var bins []string
	for _, e := range s.edges {
		if bin := mixes[e.Parent]; e.Child == lot && bin != "" && !slices.Contains(bins, bin) {
			bins = append(bins, bin)
		}
	}
	return bins
}

// parties lists every enterprise that the story names.
func (s *story) parties() []string {
	seen := map[string]bool{"": true}
	var out []string
	add := func(codes ...string) {
		for _, code := range codes {
			if !seen[code] {
				seen[code] = true
				out = append(out, code)
			}
		}
	}
	for _, n := range s.nodes {
		for _, r := range n.Records {
			add(r.Issuer)
			if p := decode(r); p != nil {
				add(record.Counterparties(p)...)
			}
		}
	}
	for _, list := range s.reports {
		for _, i := range list {
			add(i.Lab)
		}
	}
	for _, o := range s.origins {
		add(o.Issuer)
	}
	for _, cause := range s.lot.Causes {
		add(cause.Issuer, cause.To)
	}
	// The lot's own maker first: where there are too many, it is not left out.
	slices.SortFunc(out, func(a, b string) int {
		if (a == s.lot.Issuer) != (b == s.lot.Issuer) {
			if a == s.lot.Issuer {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return out
}

// decode reads what a record says; nil where the index brought no payload or
// one of a type that this gateway does not know.
func decode(r index.Record) record.Payload {
	if len(r.Payload) == 0 {
		return nil
	}
	p, err := record.DecodePayload(r.Type, r.Payload)
	if err != nil {
		return nil
	}
	return p
}

// hidden is the set of enterprises that are not named to the public because
// they bought, stored or withdrew grain of a secret nature on this path.
func (s *story) hidden(ref *reference) map[string]bool {
	out := map[string]bool{}
	for _, n := range s.nodes {
		if n.Lot == nil || !ref.secret(n.Lot.Nature) {
			continue
		}
		switch n.Lot.Kind {
		case record.TypePurchase, record.TypeWithdraw:
			out[n.Lot.Issuer] = true
		}
	}
	return out
}
