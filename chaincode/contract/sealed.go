package contract

import (
	"errors"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/grainledger/grainledger/record"
)

// seal stores sealed parts of accepted records in the private collection. It
// writes nothing public; the parts come in the transient data, each under the
// SM3 by which its record names it. One part that does not fit refuses the
// call, with the part's place in the list: the caller sends the others again.
func (c *Contract) seal(stub Stub, arg []byte) error {
	if _, err := c.now(stub); err != nil {
		return err
	}
	var req record.SealRequest
	if err := json.Unmarshal(arg, &req, json.RejectUnknownMembers(true)); err != nil {
		return record.Refuse(record.BadCall, "the argument is not a seal request")
	}
	if err := req.Check(); err != nil {
		return err
	}
	parts, err := stub.GetTransient()
	if err != nil {
		return internal(err)
	}
	if err := checkParts(&req, parts); err != nil {
		return err
	}
	if err := checkNamed(stub, &req); err != nil {
		return err
	}
	for _, p := range req.Parts {
		if err := stub.PutPrivateData(record.SealedCollection, p.Name, parts[p.Name]); err != nil {
			return internal(err)
		}
	}
	return nil
}

// checkParts wants the parts that came to be those of the request, each of
// them well-formed and under its own name.
func checkParts(req *record.SealRequest, parts map[string][]byte) error {
	for i, p := range req.Parts {
		part, came := parts[p.Name]
		if !came {
			return badPart(i, "the part did not come with the call")
		}
		name, err := record.CheckSealed(part, p.Issuer, p.Ref)
		var refused *record.Error
		if errors.As(err, &refused) {
			return &record.Error{Code: refused.Code, Field: record.SealField(i, "name"), Detail: refused.Detail}
		}
		if name != p.Name {
			return badPart(i, "the part that came under this name has another")
		}
	}
	if len(parts) > len(req.Parts) { // no name stands twice in the request
		return &record.Error{Code: record.BadSealed, Field: "parts", Detail: "a part came with the call that the request does not name"}
	}
	return nil
}

// checkNamed wants every part to be named by its record. All records are read
// at once: on a peer each read is a round trip.
func checkNamed(stub Stub, req *record.SealRequest) error {
	place := map[string]int{} // of each entry among the keys
	var keys []string
	for _, p := range req.Parts {
		key := record.EntryKey(p.Issuer, p.Ref)
		if _, known := place[key]; !known {
			place[key] = len(keys)
			keys = append(keys, key)
		}
	}
	values, err := stub.GetMultipleStates(keys...)
	if err != nil {
		return internal(err)
	}
	entries := make([]*record.Entry, len(keys))
	for i, p := range req.Parts {
		n := place[record.EntryKey(p.Issuer, p.Ref)]
		if len(values[n]) == 0 {
			return &record.Error{Code: record.UnknownRecord, Field: record.SealField(i, "ref"), Detail: p.Ref + " of " + p.Issuer}
		}
		if entries[n] == nil {
			entries[n] = new(record.Entry)
			if err := json.Unmarshal(values[n], entries[n]); err != nil {
				return internal(err)
			}
		}
		if !slices.Contains(entries[n].Sealed, p.Name) {
			return badPart(i, "the record names no such part")
		}
	}
	return nil
}

func badPart(i int, detail string) *record.Error {
	return &record.Error{Code: record.BadSealed, Field: record.SealField(i, "name"), Detail: detail}
}
