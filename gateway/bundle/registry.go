package bundle

import (
	"context"
	"errors"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// addRegistry adds the registry records that say whose the signing keys are,
// and those behind their signatures in turn, down to the root.
func (b *building) addRegistry(ctx context.Context) error {
	root, err := b.index.Root(ctx)
	if err != nil {
		return err
	}
	r := &registry{building: b, root: root, rootKeys: map[string]bool{}}
	for _, point := range root.Keys {
		if k, err := record.ParsePublicKey(point); err == nil {
			r.rootKeys[k.ID()] = true
		}
	}
	for len(b.signed) > 0 {
		next := b.signed[0]
		b.signed = b.signed[1:]
		if err := r.behind(ctx, &next); err != nil {
			return err
		}
	}
	inOrder(b.bundle.Registry)
	return nil
}

type registry struct {
	*building
	root     record.Root
	rootKeys map[string]bool
	rotated  bool // the root's key records are in
}

// behind adds what stands behind the signatures of a record.
func (r *registry) behind(ctx context.Context, e *record.Envelope) error {
	var said struct {
		Issuer  string `json:"issuer"`
		Action  string `json:"action"`
		Subject string `json:"subject"`
	}
	if err := json.Unmarshal(e.Payload, &said); err != nil {
		return err
	}
	if err := r.enterprise(ctx, said.Issuer); err != nil {
		return err
	}
	if t, _ := e.Type(); t == record.TypeKey && said.Action != record.KeyRoot {
		if err := r.enterprise(ctx, said.Subject); err != nil {
			return err
		}
	}
	ids := make([]string, len(e.Signatures))
	for i, s := range e.Signatures {
		ids[i] = s.KeyID
	}
	keys, err := r.index.KeysByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		k, registered := keys[id]
		switch {
		case r.rootKeys[id] || registered && k.Record == r.root.Genesis:
			err = r.rotations(ctx)
		case registered:
			err = r.key(ctx, &k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// key adds the record that registered a key, and the one that revoked it if
// that stands under the checkpoint too.
func (r *registry) key(ctx context.Context, k *record.RegisteredKey) error {
	if err := r.add(ctx, k.Record); err != nil {
		return err
	}
	if k.Revoked == "" {
		return nil
	}
	err := r.add(ctx, k.Revoked)
	if errors.Is(err, ErrNotAnchored) {
		return nil
	}
	return err
}

// rotations adds the records by which the root replaced its keys.
func (r *registry) rotations(ctx context.Context) error {
	if r.rotated {
		return nil
	}
	r.rotated = true
	former, err := r.index.KeysOf(ctx, r.root.USCC)
	if err != nil {
		return err
	}
	for _, k := range former {
		if k.Record != r.root.Genesis || k.Revoked == "" {
			continue
		}
		if err := r.add(ctx, k.Revoked); err != nil && !errors.Is(err, ErrNotAnchored) {
			return err
		}
	}
	return nil
}

// enterprise adds the record that registers an enterprise. The root needs
// none.
func (r *registry) enterprise(ctx context.Context, uscc string) error {
	if uscc == r.root.USCC || uscc == "" {
		return nil
	}
	e, err := r.index.Registered(ctx, uscc)
	if errors.Is(err, index.ErrNotFound) {
		return nil // the verifier says what is missing
	}
	if err != nil {
		return err
	}
	return r.add(ctx, e.Record)
}

// add adds a registry record once, and has what stands behind it added.
func (r *registry) add(ctx context.Context, id string) error {
	if id == "" || r.need[id] {
		return nil
	}
	rec, err := r.index.Record(ctx, id)
	if err != nil {
		return err
	}
	entry, err := r.entry(ctx, &rec)
	if err != nil {
		return err
	}
	r.need[id] = true
	if len(r.bundle.Registry) == proof.MaxBundleRecords {
		return index.ErrTooLarge
	}
	r.bundle.Registry = append(r.bundle.Registry, entry)
	r.signed = append(r.signed, entry.Envelope)
	return nil
}
