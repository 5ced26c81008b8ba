package bundle

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/tlog"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// Trust is a trust file as this gateway has it: the root, its former keys, and
// the log with the key under its newest anchored checkpoint. Witnesses are
// those that the operator named.
func (m *Maker) Trust(ctx context.Context) (*proof.Trust, error) {
	anchor, err := m.log.Anchored(ctx)
	if errors.Is(err, tlog.ErrNotAnchored) {
		return nil, ErrNotAnchored
	}
	if err != nil {
		return nil, err
	}
	root, err := m.index.Root(ctx)
	if err != nil {
		return nil, err
	}
	t := &proof.Trust{
		Root: proof.TrustedRoot{USCC: root.USCC, Threshold: root.Threshold, Keys: root.Keys},
		Logs: []proof.TrustedLog{}, Witnesses: m.witnesses,
	}
	if t.Root.Former, err = m.formerRoots(ctx, root); err != nil {
		return nil, err
	}
	log, err := m.logKey(ctx, anchor, root)
	if err != nil {
		return nil, err
	}
	t.Logs = append(t.Logs, log)
	return t, nil
}

// logKey is the key under the anchored checkpoint. The ledger has checked
// that it is the log owner's.
func (m *Maker) logKey(ctx context.Context, a tlog.Anchor, root record.Root) (log proof.TrustedLog, err error) {
	note, err := proof.ParseNote(a.Note)
	if err != nil {
		return log, err
	}
	r, err := m.index.Record(ctx, a.Record)
	if errors.Is(err, index.ErrNotFound) {
		return log, ErrNotAnchored
	}
	if err != nil {
		return log, err
	}
	var said struct {
		KeyID string `json:"keyId"`
	}
	if err := json.Unmarshal(r.Payload, &said); err != nil {
		return log, err
	}
	log.Origin = note.Origin
	for _, point := range root.Keys {
		if k, err := record.ParsePublicKey(point); err == nil && k.ID() == said.KeyID {
			log.Key = point
			return log, nil
		}
	}
	keys, err := m.index.KeysByID(ctx, []string{said.KeyID})
	if err != nil {
		return log, err
	}
	k, ok := keys[said.KeyID]
	if !ok {
		return log, fmt.Errorf("bundle: key %s of checkpoint record %s is not registered", said.KeyID, a.Record)
	}
	log.Key = k.PublicKey
	return log, nil
}

// formerRoots are the sets of keys that the root had before its present one.
// Each rotation names the set that followed; of the first set the index knows
// those keys that a rotation took away, and not how many of them had to sign.
func (m *Maker) formerRoots(ctx context.Context, root record.Root) ([]proof.FormerRoot, error) {
	keys, err := m.index.KeysOf(ctx, root.USCC)
	if err != nil {
		return nil, err
	}
	named := map[string]bool{}
	rotations := map[string]bool{}
	var former []proof.FormerRoot
	for _, k := range keys {
		if k.Record != root.Genesis || k.Revoked == "" || rotations[k.Revoked] {
			continue
		}
		rotations[k.Revoked] = true
		r, err := m.index.Record(ctx, k.Revoked)
		if err != nil {
			return nil, err
		}
		var set proof.FormerRoot
		if err := json.Unmarshal(r.Payload, &set); err != nil {
			return nil, err
		}
		for _, point := range set.Keys {
			named[point] = true
		}
		former = append(former, set)
	}
	var first proof.FormerRoot
	for _, k := range keys {
		if k.Record == root.Genesis && !named[k.PublicKey] {
			first.Keys = append(first.Keys, k.PublicKey)
		}
	}
	if len(first.Keys) > 0 {
		first.Threshold = 1
		former = append(former, first)
	}
	return former, nil
}
