package interop

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/tjfoc/gmsm/sm3"
)

// Envelope is a record on its way: a DSSE envelope.
type Envelope struct {
	PayloadType string      `json:"payloadType"`
	Payload     []byte      `json:"payload"`
	Signatures  []Signature `json:"signatures"`
}

// Signature is one signature of an envelope.
type Signature struct {
	KeyID string `json:"keyid"`
	Sig   []byte `json:"sig"`
}

// Sign wraps a payload in an envelope with one signature of key. Its error is
// the payload's, that is no JSON, or the random source's.
func Sign(recordType string, payload any, key *Key) (*Envelope, error) {
	raw, err := json.Marshal(payload)
	if err != nil {
		return nil, err
	}
	e := &Envelope{PayloadType: "application/vnd.grainledger." + recordType + "+json", Payload: raw}
	sig, err := key.private.Sign(rand.Reader, e.signed(), nil)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	e.Signatures = []Signature{{KeyID: key.ID, Sig: sig}}
	return e, nil
}

// ID is the record's id: it depends on what was said, not on who signed.
func (e *Envelope) ID() string { return hex.EncodeToString(sm3.Sm3Sum(e.signed())) }

// signed is the DSSE pre-authentication encoding, of which the signature is.
func (e *Envelope) signed() []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(e.PayloadType), e.PayloadType, len(e.Payload), e.Payload)
}
