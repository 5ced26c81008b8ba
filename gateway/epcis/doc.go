// Package epcis maps records of the ledger to EPCIS 2.0 events and back
// (GS1 EPCIS and CBV, release 2.0). One record is one event. The mapping is
// pure: it reads no index and no clock, so that client and gateway come to
// the same payload.
//
// What the standard has no word for stands in members of one namespace,
// Namespace, under the prefix gl. docs/epcis.md has the table of both ways.
package epcis

// Namespace of the extension members.
const Namespace = "urn:grainledger:epcis:"

// Versions that are spoken.
const (
	Version    = "2.0.0"
	CBVVersion = "2.0.0"
	// StandardContext is GS1's own JSON-LD context.
	StandardContext = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
)

// Context is the @context of every document: GS1's and the one namespace of
// the extensions.
func Context() []any {
	return []any{StandardContext, map[string]string{"gl": Namespace}}
}

// FieldError says which member of an event cannot be mapped, and why.
type FieldError struct {
	Field string // as a JSON pointer without the leading slash
	Why   string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Why }
