package record

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// member is one place in the JSON of a payload type, found by reflection.
type member struct {
	path     []string
	typ      reflect.Type
	optional bool // may be left out
}

func (m member) field() string { return strings.Join(m.path, "/") }

var (
	anyValue = reflect.TypeFor[jsontext.Value]()
	anyBytes = reflect.TypeFor[[]byte]() // base64
)

// membersOf lists every member of a struct, the first item of every list and
// the members inside them.
func membersOf(t reflect.Type, at ...string) []member {
	var all []member
	for f := range t.Fields() {
		if f.Anonymous {
			all = append(all, membersOf(f.Type, at...)...)
			continue
		}
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		all = append(all, inside(member{append(slices.Clone(at), name), f.Type, option == "omitempty"})...)
	}
	return all
}

func inside(m member) []member {
	all := []member{m}
	switch {
	case m.typ == anyValue, m.typ == anyBytes:
	case m.typ.Kind() == reflect.Slice:
		all = append(all, inside(member{append(slices.Clone(m.path), "0"), m.typ.Elem(), true})...)
	case m.typ.Kind() == reflect.Struct:
		all = append(all, membersOf(m.typ, m.path...)...)
	}
	return all
}

func payloadMembers(p Payload) []member { return membersOf(reflect.TypeOf(p).Elem()) }

// fill gives every member of a value something, lists one item.
func fill(v reflect.Value) {
	switch {
	case v.Type() == anyValue:
		v.SetBytes([]byte(`{"a":1}`))
	case v.Type() == anyBytes:
		v.SetBytes([]byte("x"))
	case v.Kind() == reflect.String:
		v.SetString("x")
	case v.CanInt():
		v.SetInt(1)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

// filled is a payload of a type in which no member is left out. Its form is
// not valid; its JSON is.
func filled(t testing.TB, typ Type) Payload {
	t.Helper()
	p, err := NewPayload(typ)
	if err != nil {
		t.Fatal(err)
	}
	fill(reflect.ValueOf(p).Elem())
	return p
}

// tree is a payload's JSON as maps and lists.
func tree(t testing.TB, p Payload) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(encode(t, p)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// find is the value at a path, nil where there is none.
func find(v any, path []string) any {
	for _, name := range path {
		switch c := v.(type) {
		case map[string]any:
			v = c[name]
		case []any:
			i, _ := strconv.Atoi(name)
			v = c[i]
		default:
			return nil
		}
	}
	return v
}

// put is the payload's JSON with raw JSON at a path. It reports false where
// the payload has not the object or list that the path leads through.
func put(t testing.TB, p Payload, path []string, raw string) ([]byte, bool) {
	t.Helper()
	doc := tree(t, p)
	last := path[len(path)-1]
	switch c := find(doc, path[:len(path)-1]).(type) {
	case map[string]any:
		c[last] = json.RawMessage(raw)
	case []any:
		i, _ := strconv.Atoi(last)
		c[i] = json.RawMessage(raw)
	default:
		return nil, false
	}
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return b, true
}

// twice is the payload's JSON with one member written a second time.
func twice(t testing.TB, p Payload, path []string) []byte {
	t.Helper()
	doc := tree(t, p)
	parent, last := path[:len(path)-1], path[len(path)-1]
	value, err := json.Marshal(find(doc, path))
	if err != nil {
		t.Fatal(err)
	}
	object, err := json.Marshal(find(doc, parent))
	if err != nil {
		t.Fatal(err)
	}
	raw := strings.TrimSuffix(string(object), "}") + `,` + quote(last) + `:` + string(value) + "}"
	if len(parent) == 0 {
		return []byte(raw)
	}
	b, _ := put(t, p, parent, raw)
	return b
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// members finds what it should: the tests below rest on it.
func TestMembersAreFound(t *testing.T) {
	var got []string
	for _, m := range payloadMembers(new(Process)) {
		got = append(got, m.field())
	}
	want := strings.Fields(`issuer ref occurredAt process inputs inputs/0 inputs/0/lot inputs/0/grams
		outputs outputs/0 outputs/0/lot outputs/0/product outputs/0/grams outputs/0/gtin outputs/0/batch
		byproducts byproducts/0 byproducts/0/name byproducts/0/grams lossGrams`)
	if !slices.Equal(got, want) {
		t.Errorf("the members of a process are %v", got)
	}
	for _, typ := range Types() {
		p := filled(t, typ)
		doc := tree(t, p)
		for _, m := range payloadMembers(p) {
			if find(doc, m.path) == nil {
				t.Errorf("%s: %s is not in its JSON", typ, m.field())
			}
		}
	}
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
