package record

import (
	"fmt"

	"github.com/go-json-experiment/json"
)

// response is a verdict as it stands in the response of its transaction. That
// has the envelopes as its argument, in the same order, so what they say of a
// record that was not refused is left out here; and so is what most verdicts
// say. A refusal names its record in full.
type response struct {
	ID      string  `json:"id,omitempty"`
	Type    Type    `json:"type,omitempty"`
	Issuer  string  `json:"issuer,omitempty"`
	Ref     string  `json:"ref,omitempty"`
	Outcome Outcome `json:"verdict,omitempty"` // accepted where it is not said
	Code    Code    `json:"code,omitzero"`
	Reason  string  `json:"reason,omitempty"`
	Field   string  `json:"field,omitempty"`
	Detail  string  `json:"detail,omitempty"`
	Flags   []Flag  `json:"flags,omitempty"`
	Tx      string  `json:"tx,omitempty"`   // this transaction where it is not said
	Index   int     `json:"index,omitzero"` // of an accepted record its place in the list, and not said
}

// EncodeVerdicts writes the response of transaction tx: one verdict for each
// envelope of its argument.
func EncodeVerdicts(tx string, verdicts []Verdict) ([]byte, error) {
	out := make([]response, len(verdicts))
	for i, v := range verdicts {
		if v.Tx == tx {
			v.Tx = ""
		}
		if v.Outcome != Rejected {
			v.ID, v.Type, v.Issuer, v.Ref = "", "", "", ""
		}
		if v.Outcome == Accepted {
			v.Outcome, v.Index = "", 0
		}
		out[i] = response(v)
	}
	return json.Marshal(out)
}

// DecodeVerdicts reads the response of transaction tx, which had so many
// envelopes. named gives id, type, issuer and ref of the record at a place; it
// is asked of those that were not refused. Members of a later version are
// passed over.
func DecodeVerdicts(tx string, data []byte, envelopes int, named func(place int) (Verdict, error)) ([]Verdict, error) {
	var in []response
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, err
	}
	if len(in) != envelopes {
		return nil, fmt.Errorf("%d verdicts on %d records", len(in), envelopes)
	}
	out := make([]Verdict, len(in))
	for i := range in {
		v := Verdict(in[i])
		if v.Outcome == "" {
			v.Outcome, v.Index = Accepted, i
		}
		if v.Outcome != Rejected {
			known, err := named(i)
			if err != nil {
				return nil, fmt.Errorf("record %d: %w", i, err)
			}
			v.ID, v.Type, v.Issuer, v.Ref = known.ID, known.Type, known.Issuer, known.Ref
			if v.Tx == "" {
				v.Tx = tx
			}
		}
		out[i] = v
	}
	return out, nil
}

// ReadVerdicts is DecodeVerdicts for who has the envelopes and nothing else.
func ReadVerdicts(tx string, data []byte, envelopes [][]byte) ([]Verdict, error) {
	return DecodeVerdicts(tx, data, len(envelopes), func(place int) (Verdict, error) {
		e, err := DecodeEnvelope(envelopes[place])
		if err != nil {
			return Verdict{}, err
		}
		var h Header
		err = json.Unmarshal(e.Payload, &h)
		return e.Named(&h), err
	})
}

// Named is what every verdict on the record says of it. The envelope has been
// decoded, so it names a type.
func (e *Envelope) Named(h *Header) Verdict {
	t, _ := e.Type()
	return Verdict{ID: e.ID(), Type: t, Issuer: h.Issuer, Ref: h.Ref}
}
