package record

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A packed batch is the envelopes of a transaction in about a third of the
// room: base64 and the names of members are left out, and the rest is
// deflated. On a channel each byte of a transaction is copied, hashed and
// checked some dozens of times on its way through endorsers, orderers and
// peers, so that room is time. Nothing is lost: opened, every envelope has the
// bytes that it had.
//
// The form: packMagic, then deflated for each envelope a kind, and either its
// JSON, or its payload type, payload, number of signatures, and key id and
// signature of each. Texts have their length before them as uvarint.
const packMagic = "GLP1"

// MaxPackedBytes bounds what a packed batch may hold once opened.
const MaxPackedBytes = 64 << 20

// Kinds of packed envelopes.
const (
	packedJSON   = 0 // as it came: encoding it anew would give other bytes
	packedFields = 1
)

// PackBatch packs the envelopes of a transaction.
func PackBatch(envelopes [][]byte) ([]byte, error) {
	var plain []byte
	for i, raw := range envelopes {
		var err error
		if plain, err = appendPacked(plain, raw); err != nil {
			return nil, fmt.Errorf("envelope %d: %w", i, err)
		}
	}
	out := bytes.NewBufferString(packMagic)
	w, err := flate.NewWriter(out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(plain)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

func appendPacked(b, raw []byte) ([]byte, error) {
	e, err := DecodeEnvelope(raw)
	if err == nil {
		again, err := e.Encode()
		if err != nil {
			return nil, err
		}
		if bytes.Equal(again, raw) {
			return e.appendFields(append(b, packedFields)), nil
		}
	}
	if len(raw) > MaxEnvelopeBytes {
		return nil, &Error{Code: TooLarge, Detail: "envelope is too long for a batch"}
	}
	return appendText(append(b, packedJSON), raw), nil
}

func (e *Envelope) appendFields(b []byte) []byte {
	b = appendText(b, e.PayloadType)
	b = appendText(b, e.Payload)
	b = binary.AppendUvarint(b, uint64(len(e.Signatures)))
	for _, s := range e.Signatures {
		b = appendText(b, s.KeyID)
		b = appendText(b, s.Sig)
	}
	return b
}

func appendText[T string | []byte](b []byte, s T) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// OpenBatch splits the argument of a transaction into envelopes, undecoded:
// packed, or a JSON array as DecodeBatch reads it. What opens to more than
// MaxPackedBytes is refused.
func OpenBatch(data []byte) ([][]byte, error) {
	packed, ok := bytes.CutPrefix(data, []byte(packMagic))
	if !ok {
		return DecodeBatch(data)
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), MaxPackedBytes+1))
	switch {
	case err != nil:
		return nil, &Error{Code: Malformed, Detail: "the packed batch is damaged"}
	case len(plain) > MaxPackedBytes:
		return nil, &Error{Code: TooLarge, Detail: "the packed batch holds too much"}
	}
	r := unpacker{plain}
	var out [][]byte
	for len(r.rest) > 0 {
		raw, err := r.envelope()
		if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
	return out, nil
}

// unpacker reads a packed batch from its front.
type unpacker struct{ rest []byte }

var errPacked = &Error{Code: Malformed, Detail: "the packed batch does not hold together"}

func (r *unpacker) envelope() ([]byte, error) {
	kind := r.rest[0]
	r.rest = r.rest[1:]
	switch kind {
	case packedJSON:
		return r.text(MaxEnvelopeBytes)
	case packedFields:
		e, err := r.fields()
		if err != nil {
			return nil, err
		}
		return e.Encode()
	}
	return nil, errPacked
}

func (r *unpacker) fields() (e Envelope, err error) {
	t, err := r.text(MaxEnvelopeBytes)
	if err != nil {
		return e, err
	}
	e.PayloadType = string(t)
	if e.Payload, err = r.text(MaxPayloadBytes); err != nil {
		return e, err
	}
	n, err := r.number(MaxSignatures)
	if err != nil {
		return e, err
	}
	e.Signatures = make([]Signature, n)
	for i := range e.Signatures {
		id, err := r.text(MaxEnvelopeBytes)
		if err != nil {
			return e, err
		}
		e.Signatures[i].KeyID = string(id)
		if e.Signatures[i].Sig, err = r.text(MaxEnvelopeBytes); err != nil {
			return e, err
		}
	}
	return e, nil
}

func (r *unpacker) text(limit int) ([]byte, error) {
	n, err := r.number(min(limit, len(r.rest)))
	if err != nil || n > len(r.rest) {
		return nil, errPacked
	}
	s := r.rest[:n:n]
	r.rest = r.rest[n:]
	return s, nil
}

func (r *unpacker) number(limit int) (int, error) {
	n, width := binary.Uvarint(r.rest)
	if width <= 0 || n > uint64(limit) {
		return 0, errPacked
	}
	r.rest = r.rest[width:]
	return int(n), nil
}
