// Package attest holds the rule of transparency logs: the ledger anchors a
// checkpoint only where the log continues what was anchored of it before.
package attest

import (
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// Decide applies the rule of a checkpoint record and writes its effect into
// the case's view. It reports false for other types.
func Decide(c *state.Case, p record.Payload) (bool, error) {
	if p, ok := p.(*record.Checkpoint); ok {
		return true, checkpoint(c, p)
	}
	return false, nil
}

// maxLines bounds the signatures under an anchored note. Each may cost a
// verification by every endorser; the ledger needs one, and witnesses sign
// afterwards.
const maxLines = 4

// checkpoint anchors a log's newest state. The same state again is anchored
// again: so a log of whose key there is a new one gets its signature under
// what it has.
func checkpoint(c *state.Case, p *record.Checkpoint) error {
	note, err := proof.ParseNote(p.NoteBytes())
	if err != nil {
		return &record.Error{Code: record.BadField, Field: "note", Detail: err.Error()}
	}
	if len(note.Lines) > maxLines {
		return &record.Error{Code: record.TooLarge, Field: "note", Detail: "has more signatures than a ledger needs"}
	}
	if err := signed(c, p, note); err != nil {
		return err
	}
	at := record.LogKey(note.Origin)
	was := state.Get[record.LogState](c.View, at)
	if err := continues(was, note, p.Consistency); err != nil {
		return err
	}
	state.Put(c.View, at, &record.LogState{Size: note.Size, Root: note.Root.String(), Record: c.ID, At: c.Now.UnixMilli()})
	return nil
}

// signed wants the note to carry the signature of the key that the record
// names, and that to be a key of the issuer that may sign now. The root has
// its own keys.
func signed(c *state.Case, p *record.Checkpoint, note *proof.Note) error {
	point, valid, err := keyOf(c, p)
	if err != nil {
		return err
	}
	key, err := record.ParsePublicKey(point)
	if err != nil {
		return &record.Error{Code: record.Internal, Detail: err.Error()}
	}
	switch {
	case !note.SignedBy(key):
		return record.Refuse(record.BadSignature, "the note is not signed by key %s", p.KeyID)
	case !valid:
		return record.Refuse(record.KeyNotValid, "the log's key is revoked, expired or not yet valid")
	}
	return nil
}

// keyOf is the point of the key that the record names, and whether it may
// sign now.
func keyOf(c *state.Case, p *record.Checkpoint) (point string, valid bool, err error) {
	if p.Issuer == c.Root.USCC {
		for _, point := range c.Root.Keys {
			if k, err := record.ParsePublicKey(point); err == nil && k.ID() == p.KeyID {
				return point, true, nil
			}
		}
	}
	k := state.Get[record.RegisteredKey](c.View, record.KeyKey(p.KeyID))
	if k == nil || k.USCC != p.Issuer || k.Device != "" {
		return "", false, record.Refuse(record.BadSignature, "%s is no registered key of the issuer", p.KeyID)
	}
	return k.PublicKey, k.GoodAt(c.Now), nil
}

// continues wants the log to begin with what was anchored of it. A log that
// was never anchored begins with nothing.
func continues(was *record.LogState, note *proof.Note, hashes []string) error {
	before, root := uint64(0), proof.EmptyRoot()
	path := make([]proof.Hash, len(hashes))
	var err error
	if was != nil {
		before = was.Size
		root, err = proof.ParseHash(was.Root)
	}
	for i := 0; i < len(hashes) && err == nil; i++ {
		path[i], err = proof.ParseHash(hashes[i])
	}
	switch {
	case err != nil:
		return &record.Error{Code: record.Internal, Detail: err.Error()}
	case note.Size < before:
		return record.Refuse(record.LogShrunk, "the log had %d leaves and has %d", before, note.Size)
	case note.Size == before && note.Root != root:
		return record.Refuse(record.LogForked, "the log had %d leaves under another root", before)
	}
	if err := proof.VerifyConsistency(before, note.Size, path, root, note.Root); err != nil {
		return record.Refuse(record.LogInconsistent, "no proof that the log begins with the %d leaves that were anchored", before)
	}
	return nil
}
