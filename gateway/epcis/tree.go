package epcis

import (
	"fmt"
	"sort"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/gateway/gs1"
)

// maxDepth bounds the nesting of an event.
const maxDepth = 12

// readTree reads JSON into maps, lists and scalars as they were written, so
// that no number loses a digit.
func readTree(v jsontext.Value, depth int) (any, error) {
	if depth > maxDepth {
		return nil, &FieldError{"", "is nested too deep"}
	}
	switch v.Kind() {
	case '{':
		var m map[string]jsontext.Value
		if err := json.Unmarshal(v, &m); err != nil {
			return nil, err
		}
		out := make(map[string]any, len(m))
		for k, inner := range m {
			t, err := readTree(inner, depth+1)
			if err != nil {
				return nil, err
			}
			out[k] = t
		}
		return out, nil
	case '[':
		var l []jsontext.Value
		if err := json.Unmarshal(v, &l); err != nil {
			return nil, err
		}
		out := make([]any, len(l))
		for i, inner := range l {
			t, err := readTree(inner, depth+1)
			if err != nil {
				return nil, err
			}
			out[i] = t
		}
		return out, nil
	case '"':
		var s string
		err := json.Unmarshal(v, &s)
		return s, err
	}
	return jsontext.Value(v), nil
}

// plain rewrites an event into the words of this package: the prefix of the
// extensions, CBV words without their namespace, and lots for the Digital
// Links of retail batches.
type plain struct {
	prefix string // that the document's contexts give to Namespace
	lotOf  func(gtin, batch string) (string, error)
}

func (p plain) event(t map[string]any) (map[string]any, error) {
	out, err := p.value(t, "", bareWord(text(t["bizStep"])) == "commissioning")
	if err != nil {
		return nil, err
	}
	return out.(map[string]any), nil
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func (p plain) value(v any, at string, commissioning bool) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, inner := range v {
			name, err := p.name(k, at)
			if err != nil {
				return nil, err
			}
			if out[name], err = p.value(inner, join(at, name), commissioning); err != nil {
				return nil, err
			}
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			var err error
			if out[i], err = p.value(inner, fmt.Sprintf("%s/%d", at, i), commissioning); err != nil {
				return nil, err
			}
		}
		return out, nil
	case string:
		switch {
		case strings.HasSuffix(at, "/epcClass") && !(commissioning && strings.HasPrefix(at, "outputQuantityList/")):
			return p.class(v, at)
		case strings.HasSuffix(at, "/type"):
			return p.word(v), nil
		}
		return bareWord(v), nil
	}
	return v, nil
}

func (p plain) name(k, at string) (string, error) {
	prefix, rest, curie := strings.Cut(k, ":")
	switch {
	case strings.HasPrefix(k, Namespace):
		return "gl:" + k[len(Namespace):], nil
	case curie && prefix == p.prefix:
		return "gl:" + rest, nil
	case prefix == "gl" && curie:
		return "", &FieldError{join(at, k), "@context does not give gl the namespace " + Namespace}
	}
	return k, nil
}

// word is a type, which may be an item of ours.
func (p plain) word(s string) string {
	if name, err := p.name(s, ""); err == nil {
		return bareWord(name)
	}
	return bareWord(s)
}

// class names the lot of a retail batch.
func (p plain) class(s, at string) (string, error) {
	gtin, batch, ok := gs1.ParseBatchClass(s)
	if !ok {
		return s, nil
	}
	lot, err := p.lotOf(gtin, batch)
	if err != nil {
		return "", &FieldError{at, err.Error()}
	}
	return LotURI(lot), nil
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "/" + name
}

// bareWord is a word of the Core Business Vocabulary without its namespace,
// of which there are two.
func bareWord(s string) string {
	if rest, ok := strings.CutPrefix(s, "https://ref.gs1.org/cbv/"); ok {
		if _, word, ok := strings.Cut(rest, "-"); ok {
			return word
		}
	}
	if rest, ok := strings.CutPrefix(s, "urn:epcglobal:cbv:"); ok {
		kind, word, _ := strings.Cut(rest, ":")
		switch kind {
		case "bizstep", "disp", "btt", "sdt", "er":
			return word
		}
	}
	return s
}

// prefixOf is the prefix that contexts give to Namespace, the first by name
// where one gives several; empty for none.
func prefixOf(contexts ...any) string {
	for i := len(contexts) - 1; i >= 0; i-- {
		switch c := contexts[i].(type) {
		case []any:
			if p := prefixOf(c...); p != "" {
				return p
			}
		case map[string]any:
			first := ""
			for name, iri := range c {
				if iri == Namespace && (first == "" || name < first) {
					first = name
				}
			}
			if first != "" {
				return first
			}
		}
	}
	return ""
}

// left finds a member of an event that the derived event does not have, or has
// otherwise: it would be dropped.
func left(came, derived any, at string) error {
	switch came := came.(type) {
	case map[string]any:
		d, ok := derived.(map[string]any)
		if !ok {
			return &FieldError{at, "cannot be mapped"}
		}
		return leftOfObject(came, d, at)
	case []any:
		d, _ := derived.([]any)
		if len(came) == 0 { // says nothing
			return nil
		}
		if len(d) != len(came) {
			return &FieldError{at, fmt.Sprintf("has %d elements where the record says %d", len(came), len(d))}
		}
		return leftOfList(came, d, at)
	case string:
		if d, ok := derived.(string); ok && d == came {
			return nil
		}
	case jsontext.Value:
		if d, ok := derived.(jsontext.Value); ok && sameScalar(came, d) {
			return nil
		}
	}
	if derived == nil {
		return &FieldError{at, "cannot be mapped: the record has no place for it"}
	}
	return &FieldError{at, fmt.Sprintf("is not what the record says here (%s)", show(derived))}
}

func show(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	if s, ok := v.(jsontext.Value); ok {
		return string(s)
	}
	return "something else"
}

// derivedOnly are members that the ledger gives itself.
var derivedOnly = map[string]bool{"@context": true, "recordTime": true, "eventID": true, "eventTime": true,
	"gl:envelope": true, "gl:sealedParts": true}

func leftOfObject(came, derived map[string]any, at string) error {
	names := make([]string, 0, len(came))
	for name := range came {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if at == "" && derivedOnly[name] {
			continue
		}
		if err := left(came[name], derived[name], join(at, name)); err != nil {
			return err
		}
	}
	return nil
}

// leftOfList compares documents, sources and destinations in any order,
// everything else in its order.
func leftOfList(came, derived []any, at string) error {
	anyOrder := at == "bizTransactionList" || at == "sourceList" || at == "destinationList"
	used := make([]bool, len(derived))
	for i := range came {
		here := fmt.Sprintf("%s/%d", at, i)
		if !anyOrder {
			if err := left(came[i], derived[i], here); err != nil {
				return err
			}
			continue
		}
		found := false
		for j := range derived {
			if !used[j] && left(came[i], derived[j], here) == nil {
				used[j], found = true, true
				break
			}
		}
		if !found {
			return &FieldError{here, "cannot be mapped: the record has no place for it"}
		}
	}
	return nil
}

func sameScalar(a, b jsontext.Value) bool {
	if a.Kind() != '0' || b.Kind() != '0' || strings.ContainsAny(string(a), "eE") {
		return string(a) == string(b)
	}
	return plainNumber(string(a)) == plainNumber(string(b))
}
