package record

import (
	"errors"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Type names what a record says, for example "harvest".
type Type string

// PayloadType is the type as a DSSE payload type.
func (t Type) PayloadType() string { return payloadTypePrefix + string(t) + payloadTypeSuffix }

// Payload is what a record says. The set of payloads is closed: each type of
// this package is one.
type Payload interface {
	// Type is the record type.
	Type() Type
	// Head is what every payload begins with.
	Head() *Header
	// check reports what is wrong with the payload's own form.
	check(c *checker)
	// touch names the state that the record's rules read and write.
	touch(t *Touches)
}

// Header is what every payload begins with.
type Header struct {
	Issuer     string `json:"issuer"`     // USCC of the party that says it
	Ref        string `json:"ref"`        // the issuer's own document number; names the record for its issuer
	OccurredAt string `json:"occurredAt"` // when it happened, RFC 3339 with offset
}

// Head makes an embedding payload satisfy Payload.
func (h *Header) Head() *Header { return h }

// Time is OccurredAt as a time; the zero time where it is malformed.
func (h *Header) Time() time.Time {
	t, err := parseTime(h.OccurredAt)
	if err != nil {
		return time.Time{}
	}
	return t
}

// parseTime is stricter than package time, which also takes hours of one
// digit, a comma before the fraction and offsets of a day and more.
func parseTime(s string) (time.Time, error) {
	if !shapedRFC3339(s) {
		return time.Time{}, errors.New("not a time in RFC 3339 with offset")
	}
	return time.Parse(time.RFC3339, s)
}

// shapedRFC3339 tells whether s is dddd-dd-ddTdd:dd:dd, up to nine digits of
// a fraction, and Z or an offset below 24:00.
func shapedRFC3339(s string) bool {
	if len(s) < 20 || !matches(s[:19], "dddd-dd-ddTdd:dd:dd") {
		return false
	}
	rest := s[19:]
	if rest[0] == '.' {
		rest = strings.TrimLeft(rest[1:], "0123456789")
		if n := len(s) - 20 - len(rest); n < 1 || n > 9 {
			return false
		}
	}
	if rest == "Z" {
		return true
	}
	return (matches(rest, "+dd:dd") || matches(rest, "-dd:dd")) && rest[1:3] < "24" && rest[4:6] < "60"
}

// matches compares with a pattern in which d is any digit.
func matches(s, pattern string) bool {
	if len(s) != len(pattern) {
		return false
	}
	for i := range len(s) {
		digit := s[i] >= '0' && s[i] <= '9'
		if pattern[i] == 'd' && !digit || pattern[i] != 'd' && s[i] != pattern[i] {
			return false
		}
	}
	return true
}

// payloads makes an empty payload for each type whose rules are in force.
var payloads = map[Type]func() Payload{
	TypeEnterprise: func() Payload { return new(Enterprise) },
	TypeFacility:   func() Payload { return new(Facility) },
	TypeKey:        func() Payload { return new(Key) },
	TypeDevice:     func() Payload { return new(Device) },
	TypeRule:       func() Payload { return new(Rule) },
	TypeHarvest:    func() Payload { return new(Harvest) },
	TypePurchase:   func() Payload { return new(Purchase) },
	TypeInspect:    func() Payload { return new(Inspect) },
	TypeStore:      func() Payload { return new(Store) },
	TypeWithdraw:   func() Payload { return new(Withdraw) },
	TypeSplit:      func() Payload { return new(Split) },
	TypeMerge:      func() Payload { return new(Merge) },
	TypeProcess:    func() Payload { return new(Process) },
	TypeShip:       func() Payload { return new(Ship) },
	TypeReceive:    func() Payload { return new(Receive) },
	TypeReturn:     func() Payload { return new(Return) },
	TypeCancelShip: func() Payload { return new(CancelShip) },
	TypeSell:       func() Payload { return new(Sell) },
	TypeAdjust:     func() Payload { return new(Adjust) },
	TypeWriteOff:   func() Payload { return new(WriteOff) },
	TypeCheckpoint: func() Payload { return new(Checkpoint) },
	TypeHold:       func() Payload { return new(Hold) },
	TypeRecall:     func() Payload { return new(Recall) },
	TypeRelease:    func() Payload { return new(Release) },
}

// Void and correct decode what they take back, so they join when the others
// are there.
func init() {
	payloads[TypeVoid] = func() Payload { return new(Void) }
	payloads[TypeCorrect] = func() Payload { return new(Correct) }
}

// reserved are the types that the design names and whose rules come later.
// Their records are refused with UnsupportedType until then.
var reserved = map[Type]bool{
	"stocktake": true, "nature-change": true, "payment": true, "filing": true, "plan": true,
	"credit": true, "objection": true, "repair": true, "measure": true, "rating": true,
}

// Types lists the types whose rules are in force, in no particular order.
func Types() []Type {
	all := make([]Type, 0, len(payloads))
	for t := range payloads {
		all = append(all, t)
	}
	return all
}

// NewPayload makes an empty payload of a type.
func NewPayload(t Type) (Payload, error) {
	if make, ok := payloads[t]; ok {
		return make(), nil
	}
	if reserved[t] {
		return nil, Refuse(UnsupportedType, "the rules for %q records are not in force on this ledger yet", string(t))
	}
	return nil, &Error{Code: UnsupportedType, Field: "payloadType", Detail: "names no record type"}
}

// DecodePayload reads a payload strictly. The form of its fields is checked
// by Check, which needs a time.
func DecodePayload(t Type, data []byte) (Payload, error) {
	p, err := NewPayload(t)
	if err != nil {
		return nil, err
	}
	if len(data) > MaxPayloadBytes {
		return nil, &Error{Code: TooLarge, Field: "payload"}
	}
	if !plain(data) {
		if err := scanStrict(data); err != nil {
			return nil, err
		}
	}
	if err := DecodeStrict(data, p); err != nil {
		return nil, err
	}
	return p, nil
}

// EncodePayload writes the payload as the bytes that get signed. Members
// stand in the order of the type, empty texts and lists are left out where
// they are optional; who signs other bytes for the same content signs another
// record.
func EncodePayload(p Payload) ([]byte, error) { return json.Marshal(p) }

// MaxClockSkew is how far occurredAt may lie after the transaction's time,
// since people's clocks differ.
const MaxClockSkew = 15 * time.Minute

// Check tells whether the payload's fields have their form at the time now
// (the transaction's time in the ledger). Where several reasons apply it
// gives the one with the lowest code.
func Check(p Payload, now time.Time) error {
	c := &checker{now: now}
	h := p.Head()
	c.uscc("issuer", h.Issuer)
	c.ref("ref", h.Ref)
	c.occurred(h.OccurredAt)
	p.check(c)
	if c.first == nil {
		return nil
	}
	return c.first
}
