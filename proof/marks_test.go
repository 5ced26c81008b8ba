package proof_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// TestMarks: records of types that make nothing, known to this program or not,
// belong to the path where they name a lot, bin or record of it.
func TestMarks(t *testing.T) {
	var questions []question
	for name, c := range map[string]struct {
		kind  record.Type
		says  func(m *made) string
		holds bool
	}{
		"a hold of a lot":                {"hold", func(*made) string { return `"target":"W-1"` }, true},
		"a mark on a bin, in a list":     {"recall", func(*made) string { return `"targets":[{"bin":"` + binCode + `"}]` }, true},
		"a record that is void":          {"void", func(m *made) string { e := m.entries["W"].Envelope; return `"record":"` + e.ID() + `"` }, true},
		"a hold of another lot":          {"hold", func(*made) string { return `"target":"W-2"` }, false},
		"a mark that names a lot as ref": {"hold", func(*made) string { return `"ref":"W-1","target":"W-2"` }, false},
	} {
		m := newMade(t)
		says := c.says(m)
		if c.holds || name == "a hold of another lot" {
			says = `"ref":"MARK",` + says
		}
		e, err := record.SignBytes(c.kind, fmt.Appendf(nil, `{"issuer":%q,"occurredAt":"2025-11-01T08:00:00+08:00",%s}`, regulator, says), m.key(regulator))
		if err != nil {
			t.Fatal(err)
		}
		m.put("MARK", e)
		b := new(proof.Bundle)
		m.again(b, append([]string{"MARK"}, allRecords...), allRegistry)
		raw, trust := encode(t, b), m.trust()
		if r := proof.VerifyBundle(raw, trust); r.Holds != c.holds || !c.holds && r.Find(proof.CheckPath).Why != "unconnected" {
			t.Errorf("%s: %s", name, show(t, r))
		}
		questions = append(questions, question{name, raw, trust})
	}
	agree(t, questions)
}

// TestWarnings: a bundle that holds and has a recall or a record taken back in
// it says so in its result, until a record in it releases that.
func TestWarnings(t *testing.T) {
	var questions []question
	for _, c := range []struct {
		name string
		refs []string
		why  string
	}{
		{"a record taken back", []string{"VD"}, "taken_back"},
		{"recalled", []string{"RC"}, "recalled"},
		{"a recall that is released", []string{"RC", "RL"}, ""},
		{"a recall is graver", []string{"VD", "RC"}, "recalled"},
		{"nothing", nil, ""},
	} {
		m := newMade(t)
		a, err := record.Annul(m.entries["JG"].Envelope, "x")
		if err != nil {
			t.Fatal(err)
		}
		m.add(&record.Void{Header: head(millUSCC, "VD"), Annulment: a}, millUSCC)
		m.add(&record.Recall{Header: head(regulator, "RC"), Targets: []string{madeLot}, Level: 1, Reason: "x", Notice: "x"}, regulator)
		recall := m.entries["RC"].Envelope
		m.add(&record.Release{Header: head(regulator, "RL"), Record: recall.ID(), Of: record.Reference{Issuer: regulator, Ref: "RC"}, Reason: "x"}, regulator)
		b := new(proof.Bundle)
		m.again(b, append(append([]string{}, allRecords...), c.refs...), allRegistry)
		raw, trust := encode(t, b), m.trust()
		r := proof.VerifyBundle(raw, trust)
		if got := r.Find(proof.CheckMarks); !r.Holds || got.Why != c.why || (got.Outcome == proof.Warns) != (c.why != "") ||
			strings.Contains(r.Result("en"), "WARNING") != (c.why != "") {
			t.Errorf("%s: %s, %s", c.name, r.Result("en"), show(t, r))
		}
		questions = append(questions, question{c.name, raw, trust})
	}
	agree(t, questions)
}
