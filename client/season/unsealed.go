package season

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// OpenPart is what is to be sealed, for somebody else to seal who has the
// sealing key.
type OpenPart struct {
	Name string `json:"name"` // stands in the payload where the part's own name will
	Part string `json:"part"` // the sealed part with an empty salt
}

// Unsealed is the draft for somebody else to seal and sign: the payload with
// names that stand in for those of the parts, and the parts.
func (d *Draft) Unsealed() (payload []byte, open []OpenPart, err error) {
	payload, parts, err := d.Seal([]byte{0}) // any key: what it gives is replaced
	if err != nil {
		return nil, nil, err
	}
	for _, part := range parts {
		var doc record.SealedPart
		if err := json.Unmarshal(part, &doc); err != nil {
			return nil, nil, err
		}
		doc.Salt = ""
		raw, err := json.Marshal(&doc)
		if err != nil {
			return nil, nil, err
		}
		open = append(open, OpenPart{Name: record.SM3(part), Part: string(raw)})
	}
	return payload, open, nil
}

// Close seals what Unsealed gave. The same draft under the same key gives the
// same bytes as Seal.
func Close(key, payload []byte, open []OpenPart) (sealed []byte, parts [][]byte, err error) {
	for i, o := range open {
		var doc record.SealedPart
		if err := record.DecodeStrict([]byte(o.Part), &doc); err != nil || doc.Salt != "" {
			return nil, nil, fmt.Errorf("part %d is not an open part", i)
		}
		if len(o.Name) != 64 || bytes.Count(payload, []byte(o.Name)) != 1 {
			return nil, nil, fmt.Errorf("part %d does not stand once in its payload", i)
		}
		part, name, err := record.Seal(key, doc.Issuer, doc.Ref, doc.Content)
		if err != nil {
			return nil, nil, err
		}
		payload, parts = bytes.Replace(payload, []byte(o.Name), []byte(name), 1), append(parts, part)
	}
	return payload, parts, nil
}
