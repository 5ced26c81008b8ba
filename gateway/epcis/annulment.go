package epcis

import "github.com/grainledger/grainledger/record"

// annulment is the void or correct that an error declaration stands for.
func (e *Event) annulment(was record.Payload) (record.Payload, error) {
	d := e.ErrorDeclaration
	issuer, ref, ok := readDoc(d.Document)
	if !ok {
		return nil, &FieldError{"errorDeclaration/gl:document", "is not " + docURI + "<USCC>:<number>, the document of who declares"}
	}
	a := record.Annulment{Of: record.Reference{Issuer: was.Head().Issuer, Ref: was.Head().Ref}, Reason: d.Words}
	var err error
	if a.Regulator, err = partyOf("errorDeclaration/gl:regulator", d.Regulator); err != nil {
		return nil, err
	}
	if a.Original, err = e.original(was); err != nil {
		return nil, err
	}
	a.Record = a.Original.ID()
	h := record.Header{Issuer: issuer, Ref: ref, OccurredAt: d.DeclarationTime}
	switch {
	case d.Reason == "did_not_occur" && len(d.CorrectiveEventIDs) == 0:
		return &record.Void{Header: h, Annulment: a}, nil
	case d.Reason == "incorrect_data" && len(d.CorrectiveEventIDs) == 1:
		id, ok := RecordOf(d.CorrectiveEventIDs[0])
		if !ok {
			return nil, &FieldError{"errorDeclaration/correctiveEventIDs/0", "is not " + eventURI + "<record id>"}
		}
		return &record.Correct{Header: h, Annulment: a, Replacement: id}, nil
	}
	return nil, &FieldError{"errorDeclaration/reason", "is did_not_occur without, or incorrect_data with one corrective event"}
}

func partyOf(field, uri string) (string, error) {
	r := reading{}
	uscc := r.party(field, uri)
	return uscc, r.err
}

// original is what was signed: as it stands in the declaration, or as this
// package writes it.
func (e *Event) original(was record.Payload) (record.Original, error) {
	o := record.Original{Type: was.Type(), Payload: e.ErrorDeclaration.Original}
	again, err := record.EncodePayload(was)
	if err != nil {
		return o, err
	}
	if o.Payload == nil {
		o.Payload = again
		return o, nil
	}
	signed, err := record.DecodePayload(o.Type, o.Payload)
	if err != nil {
		return o, &FieldError{"errorDeclaration/gl:original", "is not the payload of this event"}
	}
	if written, err := record.EncodePayload(signed); err != nil || string(written) != string(again) {
		return o, &FieldError{"errorDeclaration/gl:original", "says something else than this event"}
	}
	return o, nil
}
