package epcis

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/record"
)

// MaxEvents bounds the events of one document.
const MaxEvents = 500

// Document is an EPCIS document as it came.
type Document struct {
	Context       jsontext.Value `json:"@context"`
	Type          string         `json:"type"`
	SchemaVersion string         `json:"schemaVersion"`
	CreationDate  string         `json:"creationDate,omitempty"`
	Body          struct {
		EventList []jsontext.Value `json:"eventList"`
	} `json:"epcisBody"`
	Header jsontext.Value `json:"epcisHeader,omitzero"`
}

// ReadDocument reads an EPCISDocument with its events, undecoded. Members that
// say nothing about events (sender, receiver, id) are passed over; master data
// is refused, since who and where is for a regulator to register.
func ReadDocument(data []byte) (*Document, error) {
	d := new(Document)
	if err := json.Unmarshal(data, d); err != nil {
		return nil, asField(err)
	}
	switch {
	case d.Type != "EPCISDocument":
		return nil, &FieldError{"type", "is not EPCISDocument"}
	case d.SchemaVersion != "2.0" && !strings.HasPrefix(d.SchemaVersion, "2.0."):
		return nil, &FieldError{"schemaVersion", "is not 2.0"}
	case len(d.Context) == 0:
		return nil, &FieldError{"@context", "is missing"}
	case len(d.Header) > 0:
		return nil, &FieldError{"epcisHeader", "master data does not come in this way: a regulator registers enterprises and facilities"}
	case len(d.Body.EventList) == 0:
		return nil, &FieldError{"epcisBody/eventList", "is empty"}
	case len(d.Body.EventList) > MaxEvents:
		return nil, &FieldError{"epcisBody/eventList", fmt.Sprintf("has more than %d events", MaxEvents)}
	}
	return d, nil
}

// asField names the member that a decoder stumbled over.
func asField(err error) error {
	var semantic *json.SemanticError
	if errors.As(err, &semantic) && semantic.JSONPointer != "" {
		return &FieldError{strings.TrimPrefix(string(semantic.JSONPointer), "/"), "is not of the type that it must be"}
	}
	var known *FieldError
	if errors.As(err, &known) {
		return err
	}
	return &FieldError{"", "is not JSON: " + err.Error()}
}

// Batches tells the lot of a retail batch. Its error is shown to the sender.
type Batches func(gtin, batch string) (lot string, err error)

// NoBatches is for a place that knows no ledger: lots go by their own URIs
// there.
func NoBatches(_, _ string) (string, error) {
	return "", errors.New("name the lot as " + lotURI + "<lot id>: which lot a batch is, only the ledger knows")
}

// read is an event in plain words, with its tree.
func read(raw, context jsontext.Value, batches Batches) (*Event, map[string]any, error) {
	tree, err := readTree(raw, 0)
	if err != nil {
		return nil, nil, asField(err)
	}
	object, ok := tree.(map[string]any)
	if !ok {
		return nil, nil, &FieldError{"", "is not an object"}
	}
	around := any(nil)
	if len(context) > 0 {
		if around, err = readTree(context, 0); err != nil {
			return nil, nil, asField(err)
		}
	}
	p := plain{prefix: prefixOf(around, object["@context"]), lotOf: batches}
	delete(object, "@context")
	envelope := object[Namespace+"envelope"]
	if p.prefix != "" && envelope == nil {
		envelope = object[p.prefix+":envelope"]
	}
	if object, err = p.event(object); err != nil {
		return nil, nil, err
	}
	if envelope != nil {
		object["gl:envelope"] = envelope // signed: nothing in it is rewritten
	}
	again, err := json.Marshal(object)
	if err != nil {
		return nil, nil, err
	}
	e := new(Event)
	if err := json.Unmarshal(again, e); err != nil {
		return nil, nil, asField(err)
	}
	return e, object, nil
}

// Payload is what an event says in the words of the ledger: what its issuer
// has to sign. The same event always gives the same payload. context is the
// document's @context.
//
// An event that cannot be mapped, or of which a part would be lost, is a
// *FieldError.
func Payload(raw, context jsontext.Value, batches Batches) (record.Payload, error) {
	p, _, err := payload(raw, context, batches)
	return p, err
}

func payload(raw, context jsontext.Value, batches Batches) (record.Payload, map[string]any, error) {
	e, tree, err := read(raw, context, batches)
	if err != nil {
		return nil, nil, err
	}
	p, err := e.toPayload()
	if err != nil {
		return nil, nil, err
	}
	back := FromPayload(p)
	if back == nil {
		return nil, nil, &FieldError{"errorDeclaration", "a record of this type cannot be taken back"}
	}
	derived, err := treeOf(back)
	if err != nil {
		return nil, nil, err
	}
	return p, tree, left(tree, derived, "")
}

func treeOf(e *Event) (any, error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return readTree(raw, 0)
}

// Captured is an event that is ready for the ledger.
type Captured struct {
	ID       string // of the record
	Payload  record.Payload
	Envelope []byte
	Sealed   [][]byte
}

// Capture maps an event that carries its signed envelope (gl:envelope, and
// gl:sealedParts where it has any). What was signed must say what the event
// says; whether the signatures hold is for the ledger.
func Capture(raw, context jsontext.Value, batches Batches) (Captured, error) {
	var c Captured
	p, tree, err := payload(raw, context, batches)
	if err != nil {
		return c, err
	}
	c.Payload = p
	if tree["gl:envelope"] == nil {
		return c, &FieldError{"gl:envelope", "is missing: the ledger takes only what its issuer has signed"}
	}
	if c.Envelope, err = json.Marshal(tree["gl:envelope"], json.Deterministic(true)); err != nil {
		return c, err
	}
	env, err := record.DecodeEnvelope(c.Envelope)
	if err != nil {
		return c, &FieldError{"gl:envelope", err.Error()}
	}
	if c.Envelope, err = env.Encode(); err != nil {
		return c, err
	}
	c.ID = env.ID()
	if err := sameWords(&env, p); err != nil {
		return c, err
	}
	if c.Sealed, err = sealedParts(tree["gl:sealedParts"]); err != nil {
		return c, err
	}
	return c, checkID(text(tree["eventID"]), c.ID, p)
}

// sameWords holds the signed payload against the event's.
func sameWords(env *record.Envelope, p record.Payload) error {
	t, err := env.Type()
	if err == nil && t != p.Type() {
		err = &FieldError{"gl:envelope", fmt.Sprintf("signs a record of type %s where the event says %s", t, p.Type())}
	}
	if err != nil {
		return err
	}
	signed, err := record.DecodePayload(t, env.Payload)
	if err != nil {
		return &FieldError{"gl:envelope", err.Error()}
	}
	a, err1 := treeOfPayload(signed)
	b, err2 := treeOfPayload(p)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	for _, err := range []error{left(a, b, "payload"), left(b, a, "payload")} {
		var f *FieldError
		if errors.As(err, &f) {
			return &FieldError{"gl:envelope", "the signed payload says something else than the event: " + f.Field}
		}
	}
	return nil
}

func treeOfPayload(p record.Payload) (any, error) {
	raw, err := record.EncodePayload(p)
	if err != nil {
		return nil, err
	}
	return readTree(raw, 0)
}

func sealedParts(v any) (parts [][]byte, err error) {
	if v == nil {
		return nil, nil
	}
	raw, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(raw, &parts)
	}
	if err != nil {
		return nil, &FieldError{"gl:sealedParts", "is not a list of base64 texts"}
	}
	return parts, nil
}

// checkID holds an event's own id against the one that its record gives it.
func checkID(given, id string, p record.Payload) error {
	if a := record.AnnulmentOf(p); a != nil {
		id = a.Record
	}
	if given != "" && given != EventID(id) {
		return &FieldError{"eventID", "is derived from the signed record: leave it out, or give " + EventID(id)}
	}
	return nil
}
