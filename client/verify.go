package client

import (
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// Verification says what was checked of a signed record, offline.
type Verification struct {
	ID          string // SM3 over payload type and payload, which the signatures cover
	Type        record.Type
	Head        record.Header     // what the payload says of issuer, ref and time
	Form        error             // why the payload is not of its type's form; nil where it is
	Signatures  []SignatureResult // in the order of the envelope
	SealedNamed int               // sealed parts that the payload names
	SealedGiven int               // of these, parts that were there and match
}

// SignatureResult is what became of one signature.
type SignatureResult struct {
	KeyID string
	Known bool // a key with this id was given
	Valid bool // and the signature is that key's over this record
}

// Verify checks a signed record with the given public keys and nothing else:
// its form, its id, its signatures, and that each sealed part that is there
// is one that the payload names. Whether the keys are registered, good today
// or the issuer's own, and whether the ledger accepted the record, it cannot
// tell.
//
// The error is a *record.Error: BadSignature where no signature of a given
// key is valid or any of them is not, BadSealed where a part does not match.
// The Verification holds what was found either way.
func Verify(s Submission, keys ...*record.PublicKey) (*Verification, error) {
	t, err := s.Envelope.Type()
	if err != nil {
		return nil, err
	}
	v := &Verification{ID: s.Envelope.ID(), Type: t}
	p, err := record.DecodePayload(t, s.Envelope.Payload)
	if err != nil {
		// The signature says who said it whether or not we know the type.
		v.Form = err
		_ = json.Unmarshal(s.Envelope.Payload, &v.Head)
	} else {
		v.Head = *p.Head()
		v.Form = record.Check(p, p.Head().Time())
		v.SealedNamed = len(record.SealedNames(p))
	}
	v.checkSignatures(&s.Envelope, keys)
	if err := v.verdict(); err != nil {
		return v, err
	}
	return v, v.checkSealed(p, s.Sealed)
}

func (v *Verification) checkSignatures(e *record.Envelope, keys []*record.PublicKey) {
	pae := e.PAE()
	for _, sig := range e.Signatures {
		r := SignatureResult{KeyID: sig.KeyID}
		for _, k := range keys {
			if k.ID() == sig.KeyID {
				r.Known, r.Valid = true, k.Verify(pae, sig.Sig)
			}
		}
		v.Signatures = append(v.Signatures, r)
	}
}

func (v *Verification) verdict() error {
	valid := 0
	for i, s := range v.Signatures {
		if s.Valid {
			valid++
		} else if s.Known {
			return &record.Error{Code: record.BadSignature, Field: fmt.Sprintf("signatures/%d", i),
				Detail: "is not the signature of its key over this record"}
		}
	}
	if valid == 0 {
		return &record.Error{Code: record.BadSignature, Field: "signatures", Detail: "none is of a key that was given"}
	}
	return nil
}

func (v *Verification) checkSealed(p record.Payload, parts [][]byte) error {
	if len(parts) == 0 {
		return nil
	}
	if p == nil {
		return &record.Error{Code: record.BadSealed, Field: "sealed", Detail: "parts of a payload that cannot be read"}
	}
	named := map[string]bool{}
	for _, n := range record.SealedNames(p) {
		named[n] = true
	}
	for i, part := range parts {
		name, err := record.CheckSealed(part, v.Head.Issuer, v.Head.Ref)
		if err != nil {
			return err
		}
		if !named[name] {
			return &record.Error{Code: record.BadSealed, Field: fmt.Sprintf("sealed/%d", i), Detail: "is not named by the payload"}
		}
		delete(named, name)
		v.SealedGiven++
	}
	return nil
}
