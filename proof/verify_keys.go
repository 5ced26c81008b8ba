package proof

import (
	"maps"
	"slices"

	"github.com/grainledger/grainledger/record"
)

// keys is the registry as the bundle proves it: which key is whose, from where
// on in the log and until where. Everything in it is asked for by name and
// verified when it is asked for, down to the root.
type keys struct {
	trust   *Trust
	entries []Entry
	facts   []*facts
	key     map[string]int   // the record that registers a key, by key id
	org     map[string]int   // the last record that registers an enterprise, by USCC
	revoked map[string]int   // the record that revokes a key
	roots   []rootKeys       // the trusted set, its former ones, then as the log has them
	present int              // of roots: the set that none has replaced
	state   map[int]progress // of the registry's records
	points  map[string]*record.PublicKey
}

type progress int

const (
	asked progress = iota + 1 // being verified: to need it again is a circle
	proved
)

// rootKeys is keys that the root had from a place in the log on.
type rootKeys struct {
	from      uint64
	threshold int
	points    map[string]*record.PublicKey
}

// registry reads the registry records and proves each one; those that nothing
// needs are found when all else is done.
func (v *verification) registry(c *Check) error {
	k := &keys{
		trust: v.trust, entries: v.bundle.Registry, key: map[string]int{}, org: map[string]int{},
		revoked: map[string]int{}, state: map[int]progress{}, points: map[string]*record.PublicKey{},
	}
	v.keys = k
	k.addRoot(0, v.trust.Root.Threshold, v.trust.Root.Keys)
	for _, f := range v.trust.Root.Former {
		k.addRoot(0, f.Threshold, f.Keys)
	}
	for i := range k.entries {
		if err := k.read(i); err != nil {
			return err
		}
	}
	for i := range k.entries {
		if err := k.prove(i); err != nil {
			return err
		}
	}
	c.Numbers["keys"] = int64(len(k.key))
	c.Numbers["enterprises"] = int64(len(k.org))
	c.Numbers["revoked"] = int64(len(k.revoked))
	return nil
}

func (k *keys) addRoot(from uint64, threshold int, points []string) {
	set := rootKeys{from: from, threshold: threshold, points: map[string]*record.PublicKey{}}
	for _, point := range points {
		if p, err := record.ParsePublicKey(point); err == nil {
			set.points[p.ID()] = p
		}
	}
	known := slices.ContainsFunc(k.roots, func(r rootKeys) bool {
		return maps.EqualFunc(r.points, set.points, func(*record.PublicKey, *record.PublicKey) bool { return true })
	})
	k.roots = append(k.roots, set)
	if from > k.roots[k.present].from && !known { // a set that the reader knows of as former stays so
		k.present = len(k.roots) - 1
	}
}

// byPresent wants the issuer's own signature as it would be taken today: of the
// root that of its present keys.
func (k *keys) byPresent(f *facts, who signers) bool {
	return who.uscc[f.Issuer] || f.Issuer == k.trust.Root.USCC && k.roots[k.present].enough(who.roots)
}

func (s *rootKeys) enough(signers map[string]bool) bool {
	n := 0
	for id := range signers {
		if s.points[id] != nil {
			n++
		}
	}
	return n >= s.threshold
}

// read notes what a registry record is about, before any is believed.
func (k *keys) read(i int) error {
	f, ok := readFacts(&k.entries[i])
	if !ok {
		return fails("malformed", at("registry", i))
	}
	k.facts = append(k.facts, f)
	switch {
	case f.kind == record.TypeEnterprise:
		k.org[f.USCC] = i
	case f.kind == record.TypeKey && f.Action == record.KeyRegister:
		p, err := record.ParsePublicKey(f.PublicKey)
		if err != nil {
			return fails("malformed", at("registry", i))
		}
		if _, twice := k.key[p.ID()]; twice {
			return fails("twice", at("registry", i))
		}
		k.key[p.ID()], k.points[p.ID()] = i, p
	case f.kind == record.TypeKey && f.Action == record.KeyRevoke:
		k.revoked[f.KeyID] = i
	case f.kind == record.TypeKey && f.Action == record.KeyRoot:
	default:
		return fails("not_registry", at("registry", i))
	}
	return nil
}

// prove verifies a registry record: its signatures, and that its issuer may
// say what it says.
func (k *keys) prove(i int) error {
	switch k.state[i] {
	case proved:
		return nil
	case asked:
		return fails("circle", at("registry", i))
	}
	k.state[i] = asked
	f, where := k.facts[i], at("registry", i)
	who, err := k.signed(&k.entries[i], where)
	if err != nil {
		return err
	}
	root, err := k.byIssuer(f, who, where)
	if err != nil {
		return err
	}
	if err := k.mayRegister(f, root, where); err != nil {
		return err
	}
	if f.kind == record.TypeKey && f.Action == record.KeyRoot {
		k.addRoot(f.index, f.Threshold, f.Keys)
	}
	k.state[i] = proved
	return nil
}

// mayRegister: the root everything, an enterprise its own keys, a regulator
// what belongs to its division.
func (k *keys) mayRegister(f *facts, root bool, where string) error {
	if root {
		return nil
	}
	subject, division := f.Subject, ""
	switch {
	case f.kind == record.TypeEnterprise:
		division = f.Division
	case f.Action == record.KeyRoot:
		return fails("not_the_root", where)
	case f.Issuer == subject:
		return nil
	default:
		org, err := k.enterprise(subject, where)
		if err != nil {
			return err
		}
		division = org.Division
	}
	regulator, err := k.enterprise(f.Issuer, where)
	if err != nil {
		return err
	}
	if regulator.Kind != record.KindRegulator || !record.Covers(regulator.Division, division) {
		return fails("no_authority", where)
	}
	return nil
}

// enterprise is what a registry record says of an enterprise.
func (k *keys) enterprise(uscc, where string) (*facts, error) {
	i, ok := k.org[uscc]
	if !ok {
		return nil, fails("unknown_enterprise", where)
	}
	return k.facts[i], k.prove(i)
}

// signers is whose signatures a record has.
type signers struct {
	roots map[string]bool // ids of keys of the root
	uscc  map[string]bool
}

// signed verifies every signature of a record. It looks at nothing that the
// record says.
func (k *keys) signed(e *Entry, where string) (signers, error) {
	who := signers{roots: map[string]bool{}, uscc: map[string]bool{}}
	pae := e.Envelope.PAE()
	for _, s := range e.Envelope.Signatures {
		point, uscc, err := k.signer(s.KeyID, e.Index, where)
		if err != nil {
			return who, err
		}
		if !point.Verify(pae, s.Sig) {
			return who, fails("bad_signature", where)
		}
		if uscc == "" {
			who.roots[s.KeyID] = true
		} else {
			who.uscc[uscc] = true
		}
	}
	return who, nil
}

// byIssuer wants the issuer among the signers, of the root as many keys as it
// needs. It tells whether it was the root.
func (k *keys) byIssuer(f *facts, who signers, where string) (root bool, err error) {
	if f.Issuer == k.trust.Root.USCC && k.enoughOf(who.roots, f.index) {
		return true, nil
	}
	if !who.uscc[f.Issuer] {
		return false, fails("not_signed_by_issuer", where)
	}
	return false, nil
}

// issued wants the issuer to have signed and to be registered.
func (k *keys) issued(f *facts, who signers, where string) error {
	root, err := k.byIssuer(f, who, where)
	if err == nil && !root {
		_, err = k.enterprise(f.Issuer, where)
	}
	return err
}

// signer is the key of that id and whose it is; of the root no USCC.
func (k *keys) signer(id string, index uint64, where string) (*record.PublicKey, string, error) {
	for _, set := range k.roots {
		if p := set.points[id]; p != nil && (set.from == 0 || set.from < index) {
			return p, "", nil
		}
	}
	i, ok := k.key[id]
	if !ok || k.entries[i].Index >= index {
		return nil, "", fails("unknown_key", where)
	}
	if r, gone := k.revoked[id]; gone && k.entries[r].Index < index {
		return nil, "", fails("revoked_key", where)
	}
	return k.points[id], k.facts[i].Subject, k.prove(i)
}

// enoughOf tells whether the signers are enough of one set of the root's keys.
func (k *keys) enoughOf(signers map[string]bool, index uint64) bool {
	return slices.ContainsFunc(k.roots, func(set rootKeys) bool {
		return set.enough(signers) && (set.from == 0 || set.from < index)
	})
}
