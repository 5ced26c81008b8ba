package epcis

import (
	"net/url"
	"strings"

	"github.com/grainledger/grainledger/gateway/gs1"
	"github.com/grainledger/grainledger/record"
)

// URIs of the things that records name. A lot has no GS1 key, so its class is
// a URN; a retail batch is named by its Digital Link as well (Rename).
const (
	lotURI      = "urn:grainledger:lot:"      // lot id
	binURI      = "urn:grainledger:bin:"      // code of a bin: what lies in it; with :<epoch> a transformation
	facilityURI = "urn:grainledger:facility:" // LS/T 1714 code: a place
	partyURI    = "urn:grainledger:party:"    // USCC
	docURI      = "urn:grainledger:doc:"      // USCC, colon, the party's own document number
	eventURI    = "ni:///sm3;"                // record id
)

// LotURI is the class of a lot.
func LotURI(lot string) string { return lotURI + lot }

// BinURI is the class of what lies in a bin.
func BinURI(bin string) string { return binURI + bin }

// PartyURI names a party.
func PartyURI(uscc string) string { return partyURI + uscc }

// FacilityURI names a depot, warehouse or bin as a place.
func FacilityURI(code string) string { return facilityURI + code }

// DocURI names a document by the party that numbered it.
func DocURI(issuer, ref string) string { return docURI + issuer + ":" + gs1.Escape(ref) }

// EventID is the id of a record's event: its SM3 in the ni form (RFC 6920,
// written in hex as CBV writes hashes; sm3 has no name in that registry).
func EventID(record string) string { return eventURI + record }

// RecordOf is the record that an event id names; false where it names none.
func RecordOf(eventID string) (string, bool) {
	id, ok := strings.CutPrefix(eventID, eventURI)
	return id, ok && len(id) == 64 && strings.Trim(id, "0123456789abcdef") == ""
}

// LotOf is the lot that a class names; false where it names none.
func LotOf(class string) (string, bool) { return strings.CutPrefix(class, lotURI) }

// targetURI names a lot, or what lies in a bin.
func targetURI(target string) string {
	if record.IsBinCode(target) {
		return BinURI(target)
	}
	return LotURI(target)
}

// readDoc divides the name of a document.
func readDoc(uri string) (issuer, ref string, ok bool) {
	rest, ok := strings.CutPrefix(uri, docURI)
	if !ok {
		return "", "", false
	}
	issuer, escaped, ok := strings.Cut(rest, ":")
	if !ok {
		return "", "", false
	}
	ref, err := url.PathUnescape(escaped)
	return issuer, ref, err == nil
}
