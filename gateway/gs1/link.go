// Package gs1 reads and writes GS1 Digital Link URIs (GS1 Digital Link
// Standard: URI Syntax), plain and compressed. It knows their form alone;
// what a link leads to is for others. No IO.
//
// Sources: GS1 Digital Link Standard, releases 1.0 to 1.4; GS1 General
// Specifications for the identifiers.
package gs1

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Element is an application identifier with its value, for example 10 and a
// batch number.
type Element struct {
	AI    string
	Value string
}

// Link is a Digital Link: the key, its qualifiers in their order, attributes,
// and whatever else stood in the query, in the order in which it came.
type Link struct {
	Key        Element
	Qualifiers []Element
	Attributes []Element
	Other      []Pair
}

// Pair is a parameter of a query that is no application identifier.
type Pair struct{ Name, Value string }

// Error says which identifier or place of a link breaks the standard, and how.
type Error struct {
	Where string // an application identifier, "path" or "query"
	Why   string
}

func (e *Error) Error() string { return e.Where + ": " + e.Why }

// ErrNoLink: the address does not look like a Digital Link at all.
var ErrNoLink = errors.New("gs1: not a Digital Link")

// MaxLink bounds the text of a link: a QR code holds less than 3 kB.
const MaxLink = 4096

// Qualifiers of a GTIN in the order that the standard gives. The third-party
// extension stands alone.
var gtinQualifiers = []string{AICPV, AIBatch, AISerial}

// Parse reads path and query of a Digital Link, both as they came (percent-
// encoded). Aliases of older versions are understood, and GTINs of 8, 12 and
// 13 digits. Links of other keys than a GTIN are checked no further than
// their key.
//
// The error is ErrNoLink, or an *Error that names what the standard does not
// allow.
func Parse(path, query string) (Link, error) {
	var l Link
	if len(path)+len(query) > MaxLink {
		return l, &Error{"path", "is too long"}
	}
	elements, err := readPath(path)
	if err != nil {
		return l, err
	}
	l.Key, l.Qualifiers = elements[0], elements[1:]
	if err := l.readQuery(query); err != nil {
		return l, err
	}
	return l, l.check()
}

// readPath reads pairs of identifier and value from the first segment on.
func readPath(path string) ([]Element, error) {
	segments := strings.Split(strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/"), "/")
	if key := number(segments[0]); !primary[key] {
		return nil, ErrNoLink
	}
	if len(segments)%2 != 0 {
		return nil, &Error{"path", "ends with an identifier that has no value"}
	}
	var elements []Element
	for i := 0; i < len(segments); i += 2 {
		ai := number(segments[i])
		if formats[ai] == nil {
			return nil, &Error{"path", fmt.Sprintf("%q is no application identifier", segments[i])}
		}
		value, err := url.PathUnescape(segments[i+1])
		if err != nil {
			return nil, &Error{ai, "has a wrong percent-encoding"}
		}
		if ai == AIGTIN {
			value = PadGTIN(value)
		}
		elements = append(elements, Element{ai, value})
	}
	return elements, nil
}

// number is the identifier that an alias stands for; everything else stands
// for itself.
func number(s string) string {
	if n := aliases[s]; n != "" {
		return n
	}
	return s
}

// readQuery divides a query into attributes and what is no business of GS1.
func (l *Link) readQuery(query string) error {
	for _, pair := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }) {
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(rawName)
		value, err2 := url.QueryUnescape(strings.ReplaceAll(rawValue, "+", "%2B")) // + is a character of GS1's set
		if err1 != nil || err2 != nil {
			return &Error{"query", "has a wrong percent-encoding"}
		}
		ai := number(name)
		switch {
		case formats[ai] != nil:
			l.Attributes = append(l.Attributes, Element{ai, value})
		case allDigits(name):
			return &Error{"query", fmt.Sprintf("%q is no application identifier; all-numeric names are kept for those", name)}
		default:
			plain, err := url.QueryUnescape(rawValue)
			if err != nil {
				return &Error{"query", "has a wrong percent-encoding"}
			}
			l.Other = append(l.Other, Pair{name, plain})
		}
	}
	return nil
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// check holds a link against the rules of its key.
func (l *Link) check() error {
	seen := map[string]bool{}
	for _, e := range slices.Concat([]Element{l.Key}, l.Qualifiers, l.Attributes) {
		if seen[e.AI] {
			return &Error{e.AI, "stands twice"}
		}
		seen[e.AI] = true
		if err := CheckValue(e.AI, e.Value); err != nil {
			return err
		}
	}
	if l.Key.AI != AIGTIN {
		return nil
	}
	if err := checkOrder(l.Qualifiers); err != nil {
		return err
	}
	for _, e := range l.Attributes {
		switch {
		case slices.Contains(gtinQualifiers, e.AI) || e.AI == AITPX:
			return &Error{e.AI, "qualifies the key and belongs in the path, not in the query"}
		case primary[e.AI] && !slices.Contains(attributeKeys, e.AI):
			return &Error{e.AI, "is a key of its own and cannot stand beside a GTIN"}
		}
	}
	return nil
}

// attributeKeys are keys that may also say something about a product: to whom
// it goes, where it was made, who is paid, under which shipment.
var attributeKeys = []string{"253", "255", "401", "402", "410", "411", "412", "413", "414", "415", "417", "8003"}

func checkOrder(qualifiers []Element) error {
	last := -1
	for _, q := range qualifiers {
		if q.AI == AITPX {
			if len(qualifiers) != 1 {
				return &Error{AITPX, "stands alone behind its GTIN"}
			}
			return nil
		}
		i := slices.Index(gtinQualifiers, q.AI)
		switch {
		case i < 0:
			return &Error{q.AI, "does not qualify a GTIN and belongs in the query"}
		case i < last:
			return &Error{q.AI, "stands out of order: 22, 10, 21"}
		}
		last = i
	}
	return nil
}

// Value is the value of an identifier in the path, and whether it stands there.
func (l *Link) Value(ai string) (string, bool) {
	if l.Key.AI == ai {
		return l.Key.Value, true
	}
	for _, q := range l.Qualifiers {
		if q.AI == ai {
			return q.Value, true
		}
	}
	return "", false
}

// Path writes key and qualifiers in the one form that the standard prefers:
// numbers, GTIN of 14 digits, everything encoded that need be.
func (l *Link) Path() string {
	var b strings.Builder
	for _, e := range append([]Element{l.Key}, l.Qualifiers...) {
		b.WriteString("/" + e.AI + "/" + Escape(e.Value))
	}
	return b.String()
}

// Query writes attributes and the rest of the query, without a question mark.
func (l *Link) Query() string {
	var pairs []string
	for _, e := range l.Attributes {
		pairs = append(pairs, e.AI+"="+Escape(e.Value))
	}
	for _, p := range l.Other {
		pairs = append(pairs, Escape(p.Name)+"="+Escape(p.Value))
	}
	return strings.Join(pairs, "&")
}

// String is path and query.
func (l *Link) String() string {
	if q := l.Query(); q != "" {
		return l.Path() + "?" + q
	}
	return l.Path()
}

// BatchClass is the class-level URI of a retail batch under GS1's own domain,
// the form in which EPCIS events name it.
func BatchClass(gtin, batch string) string {
	return ClassPrefix + AIGTIN + "/" + gtin + "/" + AIBatch + "/" + Escape(batch)
}

// ClassPrefix begins the canonical form of every Digital Link.
const ClassPrefix = "https://id.gs1.org/"

// ParseBatchClass reads a class-level URI of a batch under any domain. It
// reports false for everything else, links with a serial number included.
func ParseBatchClass(uri string) (gtin, batch string, ok bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", "", false
	}
	l, err := Parse(u.EscapedPath(), u.RawQuery)
	if err != nil || l.Key.AI != AIGTIN || len(l.Qualifiers) != 1 || l.Qualifiers[0].AI != AIBatch {
		return "", "", false
	}
	return l.Key.Value, l.Qualifiers[0].Value, true
}

// Escape percent-encodes all but RFC 3986's unreserved characters.
func Escape(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}
