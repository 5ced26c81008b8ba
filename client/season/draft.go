package season

import (
	"time"

	"github.com/grainledger/grainledger/record"
)

// Draft is a record before it is sealed and signed.
type Draft struct {
	Type record.Type
	Head record.Header
	// Secrets are what must not be public; each becomes a sealed part. They
	// marshal to JSON objects.
	Secrets []any
	// KeepSealed: the sealed parts stay with the issuer until the ledger
	// has a place for them.
	KeepSealed bool

	rootless bool // the issuer is the root, which was not given
	// payload is nil for a type whose rules are not in force yet.
	payload record.Payload
	encode  func(sealed []string) ([]byte, error)
}

// Registered is the USCC that the draft registers as an enterprise, empty
// where it does not.
func (d *Draft) Registered() string {
	if e, ok := d.payload.(*record.Enterprise); ok {
		return e.USCC
	}
	return ""
}

// Seal seals the draft's secrets under the issuer's sealing key and writes the
// payload that names them. Parts are what travels beside the envelope. The
// same draft under the same key gives the same bytes, hence the same record.
// The key may be nil where there are no Secrets.
func (d *Draft) Seal(key []byte) (payload []byte, parts [][]byte, err error) {
	var names []string
	for _, s := range d.Secrets {
		part, name, err := record.Seal(key, d.Head.Issuer, d.Head.Ref, s)
		if err != nil {
			return nil, nil, err
		}
		names, parts = append(names, name), append(parts, part)
	}
	if payload, err = d.encode(names); err != nil {
		return nil, nil, err
	}
	if d.KeepSealed {
		parts = nil
	}
	return payload, parts, nil
}

// plain drafts a record that holds nothing secret.
func plain(p record.Payload) *Draft {
	return sealing(p, func([]string) {})
}

// sealing drafts a record; name puts the names of its sealed parts in.
func sealing(p record.Payload, name func(sealed []string), secrets ...any) *Draft {
	return &Draft{
		Type:    p.Type(),
		Head:    *p.Head(),
		Secrets: secrets,
		payload: p,
		encode: func(sealed []string) ([]byte, error) {
			name(sealed)
			return record.EncodePayload(p)
		},
	}
}

// Check tells whether the record will have the form that the ledger wants, at
// the time now; the error is a *record.Error. Where the issuer is the root and
// the root is not known, or the type is not in force, it has nothing to say.
func (d *Draft) Check(now time.Time) error {
	if d.payload == nil || d.rootless {
		return nil
	}
	// The names of sealed parts belong to the form; any key will do here.
	if _, _, err := d.Seal([]byte{0}); err != nil {
		return err
	}
	return record.Check(d.payload, now)
}

// fault is the refusal of a draft some of whose cells could not be read: the
// one with the lowest code, as the ledger would choose, from those cells and
// from the form of the rest.
func (d *Draft) fault(found *record.Error) *record.Error {
	err := d.Check(d.Head.Time())
	if rest, ok := err.(*record.Error); ok && rest.Code < found.Code {
		return rest
	}
	return found
}

// RegistryTime is occurredAt of the records that tables without a time column
// make. It is a constant, so that the same row is the same record at every
// import; that a registration lies long before what refers to it is harmless,
// since the ledger judges a key's validity at transaction time.
func RegistryTime() time.Time {
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.FixedZone("", 8*3600))
}
