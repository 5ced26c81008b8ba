package client

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/record"
)

// Submission is a signed record with the sealed parts that travel beside it.
// As JSON it is the envelope with one more member, "sealed", a list of the
// parts in base64.
type Submission struct {
	Envelope record.Envelope
	Sealed   [][]byte // each as record.Seal made it, in the order in which the payload names them
}

// wireSubmission is the JSON form.
type wireSubmission struct {
	PayloadType string             `json:"payloadType"`
	Payload     []byte             `json:"payload"`
	Signatures  []record.Signature `json:"signatures"`
	Sealed      [][]byte           `json:"sealed,omitempty"`
}

// MarshalJSON writes the form that the gateway takes.
func (s Submission) MarshalJSON() ([]byte, error) {
	return json.Marshal(wireSubmission{
		PayloadType: s.Envelope.PayloadType,
		Payload:     s.Envelope.Payload,
		Signatures:  s.Envelope.Signatures,
		Sealed:      s.Sealed,
	})
}

// UnmarshalJSON reads that form strictly. A refusal is a *record.Error.
func (s *Submission) UnmarshalJSON(data []byte) error {
	var w wireSubmission
	if err := json.Unmarshal(data, &w, json.RejectUnknownMembers(true)); err != nil {
		return record.Refuse(record.Malformed, "not a submission: %v", err)
	}
	e := record.Envelope{PayloadType: w.PayloadType, Payload: w.Payload, Signatures: w.Signatures}
	encoded, err := e.Encode()
	if err != nil {
		return err
	}
	if e, err = record.DecodeEnvelope(encoded); err != nil {
		return err
	}
	s.Envelope, s.Sealed = e, w.Sealed
	return nil
}

// ParseSubmissions reads one submission or a JSON array of them. A refusal is
// a *record.Error.
func ParseSubmissions(data []byte) ([]Submission, error) {
	if jsontext.Value(data).Kind() != '[' {
		var one Submission
		if err := json.Unmarshal(data, &one); err != nil {
			return nil, plain(err)
		}
		return []Submission{one}, nil
	}
	var many []Submission
	if err := json.Unmarshal(data, &many); err != nil {
		return nil, plain(err)
	}
	return many, nil
}

// plain finds the refusal in what the JSON library wrapped around it.
func plain(err error) error {
	var e *record.Error
	if errors.As(err, &e) {
		return e
	}
	return record.Refuse(record.Malformed, "not a submission: %v", err)
}

// Sign signs a payload with one or more keys of its issuer (or of
// counterparties that confirm it). A payload that has sealed parts must name
// them already; add the parts to the Submission.
func Sign(p record.Payload, keys ...*record.PrivateKey) (Submission, error) {
	e, err := record.Sign(p, keys...)
	return Submission{Envelope: e}, err
}
