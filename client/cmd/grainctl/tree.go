package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/grainledger/grainledger/client"
)

// tree prints a trace as an indented tree. What several branches lead to is
// written out once.
type tree struct {
	out   strings.Builder
	nodes map[string]client.TraceNode
	next  map[string][]branch
	shown map[string]bool
}

// branch leads from a node to the one below it on the page.
type branch struct {
	to    string
	grams int64
}

func printTree(w io.Writer, t *client.Trace) error {
	p := &tree{nodes: map[string]client.TraceNode{}, next: map[string][]branch{}, shown: map[string]bool{}}
	for _, n := range t.Nodes {
		p.nodes[n.ID] = n
	}
	for _, e := range t.Edges {
		from, to := e.Child, e.Parent
		if t.Direction == client.Down {
			from, to = to, from
		}
		p.next[from] = append(p.next[from], branch{to, e.Grams})
	}
	p.out.WriteString(t.Lot + p.describe(t.Lot) + "\n")
	p.below(t.Lot, "")
	_, err := io.WriteString(w, p.out.String())
	return err
}

func (p *tree) below(id, indent string) {
	p.shown[id] = true
	branches := p.next[id]
	for i, b := range branches {
		corner, deeper := "├─ ", "│  "
		if i == len(branches)-1 {
			corner, deeper = "└─ ", "   "
		}
		fmt.Fprintf(&p.out, "%s%s%s kg  %s%s", indent, corner, kilograms(b.grams), b.to, p.describe(b.to))
		if p.shown[b.to] && len(p.next[b.to]) > 0 {
			p.out.WriteString("  (see above)\n")
			continue
		}
		p.out.WriteByte('\n')
		p.below(b.to, indent+deeper)
	}
}

// describe says what a node is, after its id.
func (p *tree) describe(id string) string {
	n, ok := p.nodes[id]
	switch {
	case !ok:
		return ""
	case n.Lot == nil:
		return strings.Join(append([]string{"", "mix in bin " + n.Bin}, warnings(&n.Standing)...), "  ")
	}
	l := n.Lot
	words := []string{"", string(l.Kind), day(l.OccurredAt), "by " + issuer(n)}
	if l.Product != "" {
		words = append(words, l.Product)
	}
	if l.Origin != "" {
		words = append(words, fmt.Sprintf("%d %s from %s", l.HarvestYear, l.Variety, l.Origin))
	}
	if l.GTIN != "" {
		words = append(words, "GTIN "+l.GTIN+" batch "+l.Batch)
	}
	return strings.Join(append(words, warnings(&n.Standing)...), "  ")
}

// warnings says in capitals what is the matter with a node.
func warnings(s *client.Standing) (words []string) {
	for _, w := range []struct {
		applies bool
		word    string
	}{
		{s.Recalled, "RECALLED"}, {s.Held, "ON HOLD"}, {s.NonFood != "", "NOT FOR FOOD"}, {s.UnderReview, "UNDER REVIEW"},
	} {
		if w.applies {
			words = append(words, w.word)
		}
	}
	return words
}

func issuer(n client.TraceNode) string {
	for _, r := range n.Records {
		if r.Issuer == n.Lot.Issuer && r.IssuerName != "" {
			return r.IssuerName
		}
	}
	return n.Lot.Issuer
}

func day(occurredAt string) string {
	d, _, _ := strings.Cut(occurredAt, "T")
	return d
}

// kilograms writes grams as kilograms, without zeros at the end.
func kilograms(grams int64) string {
	sign := ""
	if grams < 0 {
		sign, grams = "-", -grams
	}
	s := fmt.Sprintf("%s%d.%03d", sign, grams/1000, grams%1000)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
