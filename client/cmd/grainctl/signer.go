package main

import (
	"crypto/rand"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

// signer signs drafts with their issuers' keys.
type signer struct {
	ring  *client.Keyring
	keys  map[string]*record.PrivateKey
	seals map[string][]byte
}

func newSigner(ring *client.Keyring) *signer {
	return &signer{ring: ring, keys: map[string]*record.PrivateKey{}, seals: map[string][]byte{}}
}

func (s *signer) sign(d *season.Draft) (client.Submission, error) {
	key, err := s.key(d.Head.Issuer)
	if err != nil {
		return client.Submission{}, err
	}
	var seal []byte
	if len(d.Secrets) > 0 {
		if seal, err = s.seal(d.Head.Issuer); err != nil {
			return client.Submission{}, err
		}
	}
	payload, parts, err := d.Seal(seal)
	if err != nil {
		return client.Submission{}, err
	}
	envelope, err := record.SignBytes(d.Type, payload, key)
	return client.Submission{Envelope: envelope, Sealed: parts}, err
}

// key is the issuer's key. An issuer that is not registered has one made, so
// that it is the ledger that refuses its rows; where the issuer is not even a
// USCC the key is thrown away, since its form is refused before its signature
// is looked at.
func (s *signer) key(issuer string) (key *record.PrivateKey, err error) {
	if k := s.keys[issuer]; k != nil {
		return k, nil
	}
	if record.ValidUSCC(issuer) {
		key, _, err = s.ring.EnsureKey(issuer)
	} else {
		key, err = record.GenerateKey()
	}
	if err == nil {
		s.keys[issuer] = key
	}
	return key, err
}

func (s *signer) seal(issuer string) (key []byte, err error) {
	if k := s.seals[issuer]; k != nil {
		return k, nil
	}
	if record.ValidUSCC(issuer) {
		key, err = s.ring.EnsureSealingKey(issuer)
	} else {
		key = make([]byte, 32)
		rand.Read(key) // never fails
	}
	if err == nil {
		s.seals[issuer] = key
	}
	return key, err
}
