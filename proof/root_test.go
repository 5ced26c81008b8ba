package proof_test

import (
	"testing"

	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// rotated is a season whose root replaced its key on the way, and a record of
// the new root's: a lab registered after that has reported on the bin.
func rotated(t testing.TB) (*made, *proof.Bundle) {
	m := newMade(t)
	m.add(&record.Key{Header: head(rootUSCC, "ROOT-2"), Action: record.KeyRoot, Subject: rootUSCC, Threshold: 1,
		Keys: []string{m.key("root2").Public().Point()}}, "root")
	const late = "11320500014149683W"
	m.enterprise(late, "苏州市检测站", record.KindLab, "320500", rootUSCC, "root2")
	m.register(late, rootUSCC, "root2")
	m.add(&record.Inspect{Header: head(late, "JY-9"), Target: binCode, Stage: record.StageStorage,
		Items: []record.Measured{{Item: "moisture", Value: "13.0"}}}, late)
	b := new(proof.Bundle)
	m.again(b, append([]string{"JY-9"}, allRecords...), append([]string{"ROOT-2", "org-" + late, "key-" + late}, allRegistry...))
	return m, b
}

// TestReplacedRoot: who trusts the root's first keys follows it to the next,
// and who trusts the present ones takes the former as such.
func TestReplacedRoot(t *testing.T) {
	m, b := rotated(t)
	raw := encode(t, b)
	root, root2 := m.key("root").Public().Point(), m.key("root2").Public().Point()
	var questions []question
	for name, c := range map[string]struct {
		root  proof.TrustedRoot
		holds bool
	}{
		"the first keys":                  {proof.TrustedRoot{Keys: []string{root}}, true},
		"the present keys and the former": {proof.TrustedRoot{Keys: []string{root2}, Former: []proof.FormerRoot{{Threshold: 1, Keys: []string{root}}}}, true},
		"the present keys alone":          {proof.TrustedRoot{Keys: []string{root2}}, false},
		"other keys":                      {proof.TrustedRoot{Keys: []string{m.key("x").Public().Point()}}, false},
	} {
		trust := m.trust()
		trust.Root.Keys, trust.Root.Former = c.root.Keys, c.root.Former
		r := proof.VerifyBundle(raw, trust)
		if r.Holds != c.holds {
			t.Errorf("%s: %s", name, show(t, r))
		}
		questions = append(questions, question{name, raw, trust})
	}
	agree(t, questions)
}

// A rotation that the root did not sign makes nobody the root.
func TestForgedRotation(t *testing.T) {
	m := newMade(t)
	m.add(&record.Key{Header: head(rootUSCC, "ROOT-2"), Action: record.KeyRoot, Subject: rootUSCC, Threshold: 1,
		Keys: []string{m.key(regulator).Public().Point()}}, regulator)
	b := new(proof.Bundle)
	m.again(b, allRecords, append([]string{"ROOT-2"}, allRegistry...))
	raw, trust := encode(t, b), m.trust()
	if r := proof.VerifyBundle(raw, trust); r.Holds || r.Find(proof.CheckRegistry).Outcome != proof.Fails {
		t.Error(show(t, r))
	}
	agree(t, []question{{"forged", raw, trust}})
}

// TestReplacedRootAnchors: a log of the root's own is signed over with the
// root's present keys, not with those that it replaced.
func TestReplacedRootAnchors(t *testing.T) {
	var questions []question
	for _, signer := range []string{"root", "root2"} {
		m, b := rotated(t)
		n, err := proof.Sign(proof.Checkpoint{Origin: rootUSCC + "/records", Size: uint64(len(m.leaves)), Root: m.leaves.root()}, m.log)
		if err != nil {
			t.Fatal(err)
		}
		b.Checkpoint = string(n.Bytes())
		m.anchored(b, rootUSCC, "", n.Bytes(), signer)
		first := m.trust()
		first.Logs[0].Origin, first.WitnessesNeeded = n.Origin, 0
		now := m.trust()
		now.Logs[0].Origin, now.WitnessesNeeded = n.Origin, 0
		now.Root.Former = []proof.FormerRoot{{Threshold: 1, Keys: now.Root.Keys}}
		now.Root.Keys = []string{m.key("root2").Public().Point()}
		for _, trust := range []*proof.Trust{first, now} {
			r := proof.VerifyBundle(encode(t, b), trust)
			if r.Holds != (signer == "root2") || !r.Holds && r.Find(proof.CheckAnchor).Why != "not_by_owner" {
				t.Errorf("signed by %s: %s", signer, show(t, r))
			}
			questions = append(questions, question{"signed by " + signer, encode(t, b), trust})
		}
	}
	agree(t, questions)
}
