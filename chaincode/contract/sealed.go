package contract

import (
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/grainledger/grainledger/record"
)

// seal stores sealed parts of an accepted record in the private collection.
// It writes nothing public; the parts come in the transient data, each under
// the SM3 by which its record names it.
func (c *Contract) seal(stub Stub, arg []byte) error {
	if _, err := c.now(stub); err != nil {
		return err
	}
	var req record.SealRequest
	if err := json.Unmarshal(arg, &req, json.RejectUnknownMembers(true)); err != nil {
		return record.Refuse(record.BadCall, "the argument is not a seal request")
	}
	entry, err := entryOf(stub, &req)
	if err != nil {
		return err
	}
	parts, err := stub.GetTransient()
	if err != nil {
		return internal(err)
	}
	if len(parts) == 0 {
		return record.Refuse(record.BadSealed, "no sealed part came with the call")
	}
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		got, err := record.CheckSealed(parts[name], req.Issuer, req.Ref)
		if err != nil {
			return err
		}
		if got != name || !slices.Contains(entry.Sealed, name) {
			return record.Refuse(record.BadSealed, "the record names no part %s", name)
		}
		if err := stub.PutPrivateData(record.SealedCollection, name, parts[name]); err != nil {
			return internal(err)
		}
	}
	return nil
}

func entryOf(stub Stub, req *record.SealRequest) (*record.Entry, error) {
	values, err := stub.GetMultipleStates(record.EntryKey(req.Issuer, req.Ref))
	if err != nil {
		return nil, internal(err)
	}
	if len(values) != 1 || len(values[0]) == 0 {
		return nil, record.Refuse(record.UnknownRecord, "%s of %s", req.Ref, req.Issuer)
	}
	entry := new(record.Entry)
	if err := json.Unmarshal(values[0], entry); err != nil {
		return nil, internal(err)
	}
	return entry, nil
}
