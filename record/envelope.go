package record

import (
	"encoding/hex"
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// Limits at the door of the ledger.
const (
	MaxPayloadBytes  = 128 << 10 // bytes of one payload
	MaxEnvelopeBytes = 192 << 10 // bytes of one envelope as JSON
	MaxSignatures    = 16        // signatures of one envelope
)

const (
	payloadTypePrefix = "application/vnd.grainledger."
	payloadTypeSuffix = "+json"
)

// Envelope is a DSSE envelope. Payload holds the signed bytes as they came:
// nothing ever encodes them again.
type Envelope struct {
	PayloadType string      `json:"payloadType"`
	Payload     []byte      `json:"payload"`
	Signatures  []Signature `json:"signatures"`
}

// Signature is one signature of an envelope.
type Signature struct {
	KeyID string `json:"keyid"` // PublicKey.ID of the signer's key
	Sig   []byte `json:"sig"`   // SM2 with SM3, ASN.1 DER
}

// DecodeEnvelope reads one envelope strictly: unknown and repeated members,
// wrong base64 and anything over its limit are refused.
func DecodeEnvelope(data []byte) (Envelope, error) {
	var e Envelope
	if len(data) > MaxEnvelopeBytes {
		return e, &Error{Code: TooLarge, Detail: "envelope over " + strconv.Itoa(MaxEnvelopeBytes) + " bytes"}
	}
	if err := DecodeStrict(data, &e); err != nil {
		return e, err
	}
	return e, e.check()
}

// Check tells whether the envelope is within its limits and signed by somebody,
// as DecodeEnvelope does.
func (e *Envelope) Check() error { return e.check() }

// DecodeUnsigned reads an envelope that nobody has signed yet, as strictly.
func DecodeUnsigned(data []byte) (Envelope, error) {
	var e Envelope
	if len(data) > MaxEnvelopeBytes {
		return e, &Error{Code: TooLarge, Detail: "envelope over " + strconv.Itoa(MaxEnvelopeBytes) + " bytes"}
	}
	if err := DecodeStrict(data, &e); err != nil {
		return e, err
	}
	if len(e.Signatures) > 0 {
		return e, &Error{Malformed, "signatures", "the envelope is signed"}
	}
	if err := e.checkPayload(); err != nil {
		return e, err
	}
	_, err := e.Type()
	return e, err
}

func (e *Envelope) checkPayload() error {
	switch {
	case len(e.Payload) == 0:
		return &Error{Malformed, "payload", "is empty"}
	case len(e.Payload) > MaxPayloadBytes:
		return &Error{TooLarge, "payload", "over " + strconv.Itoa(MaxPayloadBytes) + " bytes"}
	}
	return nil
}

func (e *Envelope) check() error {
	if err := e.checkPayload(); err != nil {
		return err
	}
	switch {
	case len(e.Signatures) > MaxSignatures:
		return &Error{TooLarge, "signatures", "more than " + strconv.Itoa(MaxSignatures)}
	case len(e.Signatures) == 0:
		return &Error{BadSignature, "signatures", "the envelope is not signed"}
	}
	seen := make(map[string]bool, len(e.Signatures))
	for i, s := range e.Signatures {
		field := "signatures/" + strconv.Itoa(i)
		if len(s.KeyID) != 64 || !isHex(s.KeyID) {
			return &Error{Malformed, field + "/keyid", "is not an SM3 in lower-case hex"}
		}
		if seen[s.KeyID] {
			return &Error{Malformed, field + "/keyid", "signs twice"}
		}
		seen[s.KeyID] = true
		if len(s.Sig) < 8 || len(s.Sig) > 72 {
			return &Error{Malformed, field + "/sig", "is not a DER signature"}
		}
	}
	_, err := e.Type()
	return err
}

// Type is the record type that the payload type names.
func (e *Envelope) Type() (Type, error) {
	s, ok := strings.CutPrefix(e.PayloadType, payloadTypePrefix)
	if ok {
		s, ok = strings.CutSuffix(s, payloadTypeSuffix)
	}
	if !ok {
		return "", &Error{Malformed, "payloadType", "is not application/vnd.grainledger.<type>+json"}
	}
	return Type(s), nil
}

// PAE is the DSSE pre-authentication encoding: the bytes that are signed.
func (e *Envelope) PAE() []byte {
	b := make([]byte, 0, 32+len(e.PayloadType)+len(e.Payload))
	b = append(b, "DSSEv1 "...)
	b = strconv.AppendInt(b, int64(len(e.PayloadType)), 10)
	b = append(b, ' ')
	b = append(b, e.PayloadType...)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(len(e.Payload)), 10)
	b = append(b, ' ')
	return append(b, e.Payload...)
}

// ID is the record's id: SM3 of the PAE, lower-case hex.
func (e *Envelope) ID() string { return SM3(e.PAE()) }

// Encode writes the envelope as JSON, the form in which it travels.
func (e *Envelope) Encode() ([]byte, error) { return json.Marshal(e) }

// Sign wraps the payload in an envelope signed by each of the keys.
func Sign(p Payload, keys ...*PrivateKey) (Envelope, error) {
	payload, err := EncodePayload(p)
	if err != nil {
		return Envelope{}, err
	}
	return SignBytes(p.Type(), payload, keys...)
}

// SignBytes wraps payload bytes that exist already.
func SignBytes(t Type, payload []byte, keys ...*PrivateKey) (Envelope, error) {
	e := Envelope{PayloadType: t.PayloadType(), Payload: payload}
	for _, k := range keys {
		if err := e.AddSignature(k); err != nil {
			return Envelope{}, err
		}
	}
	return e, nil
}

// AddSignature signs the envelope with one more key, as a co-signer does.
func (e *Envelope) AddSignature(k *PrivateKey) error {
	if k == nil {
		return errors.New("sign: no key")
	}
	sig, err := k.Sign(e.PAE())
	if err != nil {
		return err
	}
	e.Signatures = append(e.Signatures, Signature{KeyID: k.Public().ID(), Sig: sig})
	return nil
}

func isHex(s string) bool {
	if strings.ToLower(s) != s {
		return false
	}
	_, err := hex.DecodeString(s)
	return err == nil
}
