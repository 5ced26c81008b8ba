package registry

import (
	"slices"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// key registers, revokes or (for the root) replaces keys. An enterprise acts
// for itself; a regulator for the enterprises of its division.
func key(c *state.Case, p *record.Key) error {
	if p.Action == record.KeyRoot {
		return rotateRoot(c, p)
	}
	if err := mayManageKeys(c, p.Subject); err != nil {
		return err
	}
	if p.Action == record.KeyRegister {
		return registerKey(c, p)
	}
	return revokeKey(c, p)
}

func mayManageKeys(c *state.Case, uscc string) error {
	if uscc == c.Root.USCC {
		return record.Refuse(record.NotAuthorised, "the root's keys change by a key record with action root")
	}
	if uscc == c.Issuer.USCC {
		return nil
	}
	if c.Issuer.Kind != record.KindRegulator {
		return record.Refuse(record.NotAuthorised, "only a regulator or the enterprise itself manages its keys")
	}
	_, err := subject(c, uscc)
	return err
}

func registerKey(c *state.Case, p *record.Key) error {
	public, err := record.ParsePublicKey(p.PublicKey)
	if err != nil {
		return &record.Error{Code: record.BadField, Field: "publicKey", Detail: err.Error()}
	}
	if slices.Contains(c.Root.Keys, public.Point()) {
		return record.Refuse(record.NotAuthorised, "this is a key of the root")
	}
	at := record.KeyKey(public.ID())
	if was := state.Get[record.RegisteredKey](c.View, at); was != nil {
		return record.Refuse(record.NotAuthorised, "this key is registered already; a key is registered once")
	}
	state.Put(c.View, at, &record.RegisteredKey{
		ID: public.ID(), USCC: p.Subject, PublicKey: public.Point(),
		NotBefore: p.NotBefore, NotAfter: p.NotAfter, Record: c.ID,
	})
	return nil
}

// revokeKey: what the key signed before this place in the ledger stands.
func revokeKey(c *state.Case, p *record.Key) error {
	was := state.Get[record.RegisteredKey](c.View, record.KeyKey(p.KeyID))
	if was == nil || was.USCC != p.Subject {
		return record.Refuse(record.UnknownKey, "%s has no such key", p.Subject)
	}
	if was.Revoked != "" {
		return record.Refuse(record.KeyNotValid, "the key is revoked already")
	}
	now := *was
	now.Revoked = c.ID
	state.Put(c.View, record.KeyKey(p.KeyID), &now)
	return nil
}

// rotateRoot replaces the root's keys. That enough of the present ones signed
// was checked with the signatures. A key that goes stays known as a revoked one
// of the root, so that what it signed still gets its first receipt.
func rotateRoot(c *state.Case, p *record.Key) error {
	if c.Issuer.USCC != c.Root.USCC || p.Subject != c.Root.USCC {
		return record.Refuse(record.NotAuthorised, "only the root replaces the root's keys")
	}
	now := *c.Root
	now.Threshold, now.Keys = p.Threshold, make([]string, len(p.Keys))
	for i, point := range p.Keys {
		public, err := record.ParsePublicKey(point)
		if err != nil {
			return &record.Error{Code: record.BadField, Field: "keys", Detail: err.Error()}
		}
		if state.Get[record.RegisteredKey](c.View, record.KeyKey(public.ID())) != nil {
			return record.Refuse(record.NotAuthorised, "key %s is registered already; a key is registered once", public.ID())
		}
		now.Keys[i] = public.Point()
	}
	for _, point := range c.Root.Keys {
		if slices.Contains(now.Keys, point) {
			continue
		}
		public, err := record.ParsePublicKey(point)
		if err != nil {
			return &record.Error{Code: record.Internal, Detail: err.Error()}
		}
		state.Create(c.View, record.KeyKey(public.ID()), &record.RegisteredKey{
			ID: public.ID(), USCC: c.Root.USCC, PublicKey: point, Record: c.Root.Genesis, Revoked: c.ID,
		})
	}
	state.Put(c.View, record.RootKey, &now)
	return nil
}
