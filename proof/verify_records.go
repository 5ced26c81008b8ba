package proof

import (
	"slices"
	"strings"

	"github.com/grainledger/grainledger/record"
)

// signatures wants every signature of the records on the path to hold, by a
// key that belonged to its issuer, or to a counterparty that signed too.
func (v *verification) signatures(c *Check) error {
	v.path = newPath()
	for i := range v.bundle.Records {
		e, where := &v.bundle.Records[i], at("records", i)
		f, _, err := v.issued(e, where)
		if err != nil {
			return err
		}
		v.path.add(f)
		c.Numbers["records"]++
		c.Numbers["signatures"] += int64(len(f.signers))
	}
	issuers := map[string]bool{}
	for _, f := range v.path.facts {
		issuers[f.Issuer] = true
	}
	c.Numbers["issuers"] = int64(len(issuers))
	return nil
}

// issued reads a record when its signatures hold, and wants its issuer's among
// them.
func (v *verification) issued(e *Entry, where string) (*facts, signers, error) {
	who, err := v.keys.signed(e, where)
	if err != nil {
		return nil, who, err
	}
	f, ok := readFacts(e)
	if !ok {
		return nil, who, fails("malformed", where)
	}
	return f, who, v.keys.issued(f, who, where)
}

// anchor wants the checkpoint record to be the log owner's and to say the same
// as the checkpoint.
func (v *verification) anchor(*Check) error {
	e := &Entry{Envelope: v.bundle.Anchor.Envelope, Index: v.note.Size}
	f, who, err := v.issued(e, "anchor")
	if err != nil {
		return err
	}
	if f.kind != typeCheckpoint {
		return fails("malformed", "anchor")
	}
	note, err := ParseNote(f.Note)
	if err != nil || note.Checkpoint != v.note.Checkpoint {
		return fails("another_checkpoint", "anchor")
	}
	if !strings.HasPrefix(note.Origin, f.Issuer+"/") || !v.keys.byPresent(f, who) {
		return fails("not_by_owner", "anchor")
	}
	log := slices.IndexFunc(v.trust.Logs, func(l TrustedLog) bool { return l.Origin == note.Origin })
	key, err := record.ParsePublicKey(v.trust.Logs[log].Key)
	if err != nil || f.KeyID != key.ID() {
		return fails("another_key", "anchor")
	}
	return v.unneeded(f)
}

// unneeded finds registry records that no signature rests upon: evidence that
// proves nothing has no place in a bundle.
func (v *verification) unneeded(anchor *facts) error {
	k := v.keys
	needed := map[int]bool{}
	var need func(f *facts)
	mark := func(i int, ok bool) {
		if ok && !needed[i] {
			needed[i] = true
			need(k.facts[i])
		}
	}
	need = func(f *facts) {
		i, ok := k.org[f.Issuer]
		mark(i, ok)
		for _, id := range f.signers {
			i, ok = k.key[id]
			mark(i, ok)
			i, ok = k.revoked[id]
			mark(i, ok)
		}
		if f.kind == record.TypeKey {
			i, ok = k.org[f.Subject]
			mark(i, ok)
		}
	}
	need(anchor)
	for _, f := range v.path.facts {
		need(f)
	}
	for i, f := range k.facts {
		if !needed[i] && f.Action != record.KeyRoot {
			return fails("unneeded", at("registry", i))
		}
	}
	return nil
}
