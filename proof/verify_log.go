package proof

import (
	"encoding/hex"
	"slices"

	"github.com/grainledger/grainledger/record"
)

// checkpoint wants the note of a trusted log under that log's own key.
func (v *verification) checkpoint(c *Check) error {
	note, err := ParseNote([]byte(v.bundle.Checkpoint))
	if err != nil {
		return fails("malformed", "checkpoint")
	}
	v.note = note
	i := slices.IndexFunc(v.trust.Logs, func(l TrustedLog) bool { return l.Origin == note.Origin })
	if i < 0 {
		return fails("unknown_log", "checkpoint")
	}
	if key, err := record.ParsePublicKey(v.trust.Logs[i].Key); err != nil || !note.SignedBy(key) {
		return fails("bad_signature", "checkpoint")
	}
	if note.Size > maxExact {
		return fails("malformed", "checkpoint")
	}
	c.Numbers["size"] = int64(note.Size)
	c.Names = []string{note.Origin}
	return nil
}

// witnesses counts those that cosigned. A line that calls itself a trusted
// witness's, or the log's once more, and does not hold is a failure: somebody
// has written it. Lines of strangers are counted and prove nothing.
func (v *verification) witnesses(c *Check) error {
	var newest int64
	trusted := map[string]*record.PublicKey{}
	for _, w := range v.trust.Witnesses {
		key, err := record.ParsePublicKey(w.Key)
		if err != nil {
			return fails("malformed", "trust")
		}
		trusted[w.Name] = key
	}
	var strangers, own int64
	seen := map[string]bool{}
	for _, l := range v.note.Lines {
		key := trusted[l.Name]
		switch {
		case l.Name == v.note.Origin:
			own++
		case key == nil:
			strangers++
		case seen[l.Name]:
			return fails("twice", "checkpoint")
		default:
			at, ok := v.note.CosignedBy(l.Name, key)
			if !ok {
				return fails("bad_signature", "checkpoint")
			}
			newest = max(newest, at.Unix())
			seen[l.Name] = true
			c.Names = append(c.Names, l.Name)
		}
	}
	if own != 1 {
		return fails("twice", "checkpoint")
	}
	if len(seen) < v.trust.WitnessesNeeded {
		return fails("too_few_witnesses", "checkpoint")
	}
	c.Numbers["cosigned"] = int64(len(seen))
	c.Numbers["needed"] = int64(v.trust.WitnessesNeeded)
	c.Numbers["strangers"] = strangers
	if len(seen) == 0 {
		c.Outcome, c.Why = NotChecked, "no_witness_trusted"
		return nil
	}
	c.Numbers["newest"] = newest // Unix seconds
	return nil
}

// inclusion wants every record under the checkpoint. The leaf is made from
// the bytes that were signed, so that no other record stands in its place.
func (v *verification) inclusion(c *Check) error {
	for _, list := range v.lists() {
		for i := range list.entries {
			e := &list.entries[i]
			leaf, err := leafOf(e.Envelope.ID())
			if err != nil || VerifyInclusion(e.Index, v.note.Size, leaf, e.Path, v.note.Root) != nil {
				return fails("not_in_log", at(list.name, i))
			}
			c.Numbers["records"]++
		}
	}
	return nil
}

// leafOf is the leaf of a record: the hash over the bytes of its id.
func leafOf(id string) (Hash, error) {
	raw, err := hex.DecodeString(id)
	return LeafHash(raw), err
}

type entryList struct {
	name    string
	entries []Entry
}

func (v *verification) lists() []entryList {
	return []entryList{{"records", v.bundle.Records}, {"registry", v.bundle.Registry}}
}
