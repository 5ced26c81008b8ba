package contract

import (
	"slices"
	"sync"
	"time"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// verify checks the signatures of a batch in parallel, as far as their keys
// are known before the batch. A key that the batch itself registers is left
// to authenticate.
func (c *Contract) verify(view *state.View, root *record.Root, items []item) {
	points := map[string]*record.PublicKey{} // by key id
	for _, p := range root.Keys {
		if k, err := c.keys.parse(p); err == nil {
			points[k.ID()] = k
		}
	}
	for i := range items {
		if items[i].refused != nil {
			continue
		}
		for _, s := range items[i].envelope.Signatures {
			if points[s.KeyID] != nil {
				continue
			}
			if reg := state.Get[record.RegisteredKey](view, record.KeyKey(s.KeyID)); reg != nil {
				if k, err := c.keys.parse(reg.PublicKey); err == nil {
					points[s.KeyID] = k
				}
			}
		}
	}
	c.parallel(len(items), func(i int) { items[i].verify(points) })
}

func (it *item) verify(points map[string]*record.PublicKey) {
	if it.refused != nil {
		return
	}
	it.checked = make([]checkedSignature, len(it.envelope.Signatures))
	for i, s := range it.envelope.Signatures {
		if k := points[s.KeyID]; k != nil {
			it.checked[i] = checkedSignature{done: true, good: k.Verify(it.pae, s.Sig)}
		}
	}
}

// signers is who signed a record.
type signers struct {
	issuer []*record.RegisteredKey // registered keys of the issuer; of the root the retired ones
	roots  int                     // present keys of the root
	others []*record.RegisteredKey
	// assumed: nobody signed, and the record is decided as if its issuer had.
	assumed bool
}

// authenticated is who signed a record of a batch.
func (b *batch) authenticated(it *item) (*signers, error) {
	return b.contract.authenticate(b.view, state.Get[record.Root](b.view, record.RootKey), it)
}

// authenticate wants every signature to hold and one at least to be the
// issuer's (for the root: as many of its keys as its threshold says). A
// signature depends on the bytes alone; whether the key is still good is
// asked later, so that a record sent again after its key was revoked still
// gets its first receipt.
func (c *Contract) authenticate(view *state.View, root *record.Root, it *item) (*signers, error) {
	who := &signers{}
	issuer := it.payload.Head().Issuer
	for i, s := range it.envelope.Signatures {
		reg, isRoot, err := c.signer(view, root, s.KeyID)
		if err != nil {
			return nil, err
		}
		good := it.checked[i].good
		if !it.checked[i].done {
			k, err := c.keys.parse(reg.PublicKey)
			if err != nil {
				return nil, internal(err)
			}
			good = k.Verify(it.pae, s.Sig)
		}
		switch {
		case !good:
			return nil, record.Refuse(record.BadSignature, "signature %d does not verify", i)
		case isRoot && issuer == root.USCC:
			who.roots++
		case !isRoot && reg.Device == "" && reg.USCC == issuer:
			who.issuer = append(who.issuer, reg)
		default:
			who.others = append(who.others, reg)
		}
	}
	switch {
	case who.roots == 0 && len(who.issuer) == 0:
		return nil, record.Refuse(record.BadSignature, "no signature by a registered key of the issuer")
	case who.roots > 0 && who.roots < root.Threshold:
		return nil, record.Refuse(record.TooFewSigned, "%d of %d root signatures", who.roots, root.Threshold)
	}
	return who, nil
}

// signer finds the key of a signature among the root's and the registered.
func (c *Contract) signer(view *state.View, root *record.Root, keyID string) (*record.RegisteredKey, bool, error) {
	for _, p := range root.Keys {
		k, err := c.keys.parse(p)
		if err != nil {
			return nil, false, internal(err)
		}
		if k.ID() == keyID {
			return &record.RegisteredKey{ID: keyID, USCC: root.USCC, PublicKey: p}, true, nil
		}
	}
	reg := state.Get[record.RegisteredKey](view, record.KeyKey(keyID))
	if reg == nil {
		return nil, false, record.Refuse(record.BadSignature, "key %s is not registered", keyID)
	}
	return reg, false, nil
}

// mustBeGood wants a key of the issuer that may sign at the transaction's time.
func (s *signers) mustBeGood(now time.Time) error {
	if s.roots > 0 || s.assumed {
		return nil
	}
	if !slices.ContainsFunc(s.issuer, func(k *record.RegisteredKey) bool { return k.GoodAt(now) }) {
		return record.Refuse(record.KeyNotValid, "the issuer's key is revoked, expired or not yet valid")
	}
	return nil
}

// cosigners lists the counterparties that signed with a good key.
func (s *signers) cosigners(now time.Time, p record.Payload) []string {
	var out []string
	for _, party := range record.Counterparties(p) {
		if slices.Contains(out, party) {
			continue
		}
		if slices.ContainsFunc(s.others, func(k *record.RegisteredKey) bool { return k.USCC == party && k.Device == "" && k.GoodAt(now) }) {
			out = append(out, party)
		}
	}
	slices.Sort(out)
	return out
}

// keyCache remembers parsed public keys by their point. Parsing is a pure
// function of the point, so the cache cannot change a decision.
type keyCache struct {
	mu   sync.RWMutex
	keys map[string]*record.PublicKey
}

// maxCachedKeys bounds the cache; beyond it everything is forgotten at once.
const maxCachedKeys = 20000

func newKeyCache() *keyCache { return &keyCache{keys: map[string]*record.PublicKey{}} }

func (c *keyCache) parse(point string) (*record.PublicKey, error) {
	c.mu.RLock()
	k := c.keys[point]
	c.mu.RUnlock()
	if k != nil {
		return k, nil
	}
	k, err := record.ParsePublicKey(point)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.keys) >= maxCachedKeys {
		clear(c.keys)
	}
	c.keys[point] = k
	return k, nil
}
