package ledger

import (
	"slices"
	"time"

	"github.com/grainledger/grainledger/record"
)

// Submission is one record as it came: the JSON of its envelope, and the
// sealed parts that travel beside it.
type Submission struct {
	Envelope []byte
	Sealed   [][]byte
	Peer     string // who brought it; empty: nobody's share is counted
}

// pending is a record that waits for its turn or is in flight.
type pending struct {
	seq      uint64 // place in the order of arrival
	arrived  time.Time
	known    record.Verdict // names the record, decides nothing
	envelope []byte
	size     int    // bytes that the queue accounts for
	issuer   string // as the record claims: no signature is checked yet
	peer     string
	seals    []Seal
	reads    []string // keys, without those of writes
	writes   []string

	ticket *Ticket
	slot   int // of the ticket's receipts

	order
}

// inspect checks a submission as far as the gateway can: everything that the
// ledger would refuse for its form is refused here by the same functions, so
// that it does not cost a transaction. The verdict names the record as far as
// it could be read, and is a refusal where pending is nil.
func inspect(s Submission, now time.Time) (*pending, record.Verdict) {
	var known record.Verdict
	refuse := func(err error) (*pending, record.Verdict) {
		v := record.Refusal(err)
		v.ID, v.Type, v.Issuer, v.Ref = known.ID, known.Type, known.Issuer, known.Ref
		return nil, v
	}
	env, err := record.DecodeEnvelope(s.Envelope)
	if err != nil {
		return refuse(err)
	}
	known.ID = env.ID()
	if known.Type, err = env.Type(); err != nil {
		return refuse(err)
	}
	payload, err := record.DecodePayload(known.Type, env.Payload)
	if err != nil {
		return refuse(err)
	}
	head := payload.Head()
	known.Issuer, known.Ref = head.Issuer, head.Ref
	if err := record.Check(payload, now); err != nil {
		return refuse(err)
	}
	seals, err := inspectSealed(s.Sealed, known.ID, payload)
	if err != nil {
		return refuse(err)
	}
	p := &pending{known: known, envelope: s.Envelope, size: len(s.Envelope), issuer: head.Issuer, peer: s.Peer, seals: seals}
	for _, seal := range seals {
		p.size += len(seal.Part)
	}
	p.reads, p.writes = touched(&env, payload)
	return p, known
}

// inspectSealed wants every part to belong to the record and to be named by
// it. Parts may be left out; they can come later, with the same record again.
func inspectSealed(parts [][]byte, id string, payload record.Payload) ([]Seal, error) {
	head, names := payload.Head(), record.SealedNames(payload)
	var seals []Seal
	for _, part := range parts {
		name, err := record.CheckSealed(part, head.Issuer, head.Ref)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(names, name) {
			return nil, &record.Error{Code: record.BadSealed, Field: "sealed", Detail: "the record names no such part"}
		}
		if !slices.ContainsFunc(seals, func(s Seal) bool { return s.Name == name }) {
			seals = append(seals, Seal{Record: id, Issuer: head.Issuer, Ref: head.Ref, Name: name, Part: part})
		}
	}
	return seals, nil
}

// touched lists each key once: what a record's rules read and write, and the
// keys of its signers, which are read.
func touched(env *record.Envelope, payload record.Payload) (reads, writes []string) {
	t := record.Touched(payload)
	writes = distinct(t.Written())
	for _, s := range env.Signatures {
		t.Reads = append(t.Reads, record.KeyKey(s.KeyID))
	}
	reads = slices.DeleteFunc(distinct(t.Reads), func(key string) bool {
		_, written := slices.BinarySearch(writes, key)
		return written
	})
	return reads, writes
}

func distinct(keys []string) []string {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	return slices.Compact(keys)
}
