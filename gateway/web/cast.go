package web

import (
	"github.com/grainledger/grainledger/gateway/index"
)

// cast names the enterprises of a story.
type cast struct {
	voice
	names  map[string]string
	hidden map[string]bool
}

func newCast(s *story, v voice) cast {
	names := map[string]string{}
	for code, e := range s.enterprises {
		names[code] = e.Name
	}
	for _, n := range s.nodes {
		for _, r := range n.Records {
			if r.IssuerName != "" {
				names[r.Issuer] = r.IssuerName
			}
		}
	}
	for _, o := range s.origins {
		if o.IssuerName != "" {
			names[o.Issuer] = o.IssuerName
		}
	}
	if s.lot.IssuerName != "" {
		names[s.lot.Issuer] = s.lot.IssuerName
	}
	return cast{voice: v, names: names, hidden: s.hidden(v.names)}
}

// name of an enterprise: its code where the registry has no name, and a
// general word where it must not be named.
func (c cast) name(uscc string) string {
	switch {
	case c.hidden[uscc]:
		return c.say("party.hidden")
	case uscc == "":
		return c.say("party.person")
	case c.names[uscc] != "":
		return c.names[uscc]
	}
	return uscc
}

// namesOf writes several enterprises, each once.
func (c cast) namesOf(codes []string) string {
	var names []string
	seen := map[string]bool{}
	for _, code := range codes {
		if n := c.name(code); !seen[n] {
			seen[n] = true
			names = append(names, n)
		}
	}
	return c.list("party", names)
}

func (c cast) signer(r index.Record) string { return c.name(r.Issuer) }
