package record

import (
	"strings"
	"time"
)

// What a key record does.
const (
	KeyRegister = "register"
	KeyRevoke   = "revoke"
	KeyRoot     = "root" // the root replaces its own keys
)

// Key registers or revokes a key of an enterprise, or replaces the keys of
// the root. An enterprise may do so for itself, signing with a key that is
// still good; a regulator for those of its division.
type Key struct {
	Header
	Action    string   `json:"action"`
	Subject   string   `json:"subject"`             // USCC whose key it is
	PublicKey string   `json:"publicKey,omitempty"` // register: 04||x||y hex
	NotBefore string   `json:"notBefore,omitempty"` // register: RFC 3339
	NotAfter  string   `json:"notAfter,omitempty"`  // register: RFC 3339
	KeyID     string   `json:"keyId,omitempty"`     // revoke
	Threshold int      `json:"threshold,omitzero"`  // root: signatures needed
	Keys      []string `json:"keys,omitempty"`      // root: public keys
}

func (*Key) Type() Type { return TypeKey }

func (p *Key) check(c *checker) {
	c.uscc("subject", p.Subject)
	c.oneOf("action", p.Action, KeyRegister, KeyRevoke, KeyRoot)
	switch p.Action {
	case KeyRegister:
		c.publicKey("publicKey", p.PublicKey)
		c.optionalTime("notBefore", p.NotBefore)
		c.optionalTime("notAfter", p.NotAfter)
		p.checkOrder(c)
	case KeyRevoke:
		c.hash("keyId", p.KeyID)
	case KeyRoot:
		checkRootKeys(c, p.Threshold, p.Keys)
	}
	p.checkAbsent(c)
}

// checkOrder wants a key's validity to begin before it ends.
func (p *Key) checkOrder(c *checker) {
	from, err1 := parseTime(p.NotBefore)
	to, err2 := parseTime(p.NotAfter)
	if err1 == nil && err2 == nil && !from.Before(to) {
		c.fail(BadField, "notAfter", "is not after notBefore")
	}
}

// checkAbsent refuses what belongs to another action, so that nobody signs a
// key record that says two things.
func (p *Key) checkAbsent(c *checker) {
	const why = "belongs to another action"
	if p.Action != KeyRegister {
		c.absent("publicKey", p.PublicKey != "", why)
		c.absent("notBefore", p.NotBefore != "", why)
		c.absent("notAfter", p.NotAfter != "", why)
	}
	c.absent("keyId", p.Action != KeyRevoke && p.KeyID != "", why)
	c.absent("threshold", p.Action != KeyRoot && p.Threshold != 0, why)
	c.absent("keys", p.Action != KeyRoot && len(p.Keys) != 0, why)
}

func checkRootKeys(c *checker, threshold int, keys []string) {
	switch {
	case len(keys) == 0:
		c.fail(BadField, "keys", "is empty")
	case len(keys) > MaxSignatures:
		c.fail(TooLarge, "keys", "has more than %d items", MaxSignatures)
	}
	if threshold < 1 || threshold > len(keys) {
		c.fail(BadField, "threshold", "must be between 1 and the number of keys")
	}
	points := make([]string, len(keys))
	for i, k := range keys {
		c.publicKey(at("keys", i), k)
		points[i] = strings.ToLower(k) // one key has one point, in whatever case
	}
	c.distinct("keys", points)
}

func (p *Key) touch(t *Touches) {
	switch p.Action {
	case KeyRegister:
		t.read(EnterpriseKey(p.Subject))
		if k, err := ParsePublicKey(p.PublicKey); err == nil {
			t.write(KeyKey(k.ID()))
		}
	case KeyRevoke:
		t.read(EnterpriseKey(p.Subject))
		t.write(KeyKey(p.KeyID))
	case KeyRoot:
		t.write(RootKey)
		for _, point := range p.Keys {
			if k, err := ParsePublicKey(point); err == nil {
				t.read(KeyKey(k.ID()))
			}
		}
	}
}

// CheckRoot tells whether a root is well formed.
func CheckRoot(r *Root) error {
	c := &checker{}
	c.uscc("uscc", r.USCC)
	c.text("name", r.Name, 200)
	c.digits("division", r.Division, 6)
	checkRootKeys(c, r.Threshold, r.Keys)
	if c.first == nil {
		return nil
	}
	return c.first
}

// GoodAt tells whether the key may sign at a transaction's time. A revocation
// counts from its place in the ledger, whatever the time.
func (k *RegisteredKey) GoodAt(now time.Time) bool {
	from, err := parseTime(k.NotBefore)
	early := err == nil && now.Before(from)
	until, err := parseTime(k.NotAfter)
	late := err == nil && now.After(until)
	return k.Revoked == "" && !early && !late
}
