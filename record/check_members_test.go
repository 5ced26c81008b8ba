package record

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// coverage notes which members a test has asked about, by type.
type coverage map[string]bool

func (c coverage) add(p Payload, m member) { c[string(p.Type())+" "+m.field()] = true }

// wantAll asks that every member of every type that fits was asked about.
func (c coverage) wantAll(t *testing.T, fits func(m member) bool) {
	t.Helper()
	for _, typ := range Types() {
		p := filled(t, typ)
		for _, m := range payloadMembers(p) {
			if fits(m) && !c[string(typ)+" "+m.field()] {
				t.Errorf("%s: no example has %s", typ, m.field())
			}
		}
	}
}

// eachExample runs f for each member of each example that fits, and asks that
// the examples have all such members between them.
func eachExample(t *testing.T, fits func(m member) bool, f func(t *testing.T, e example, m member)) {
	seen := coverage{}
	for _, e := range examples() {
		t.Run(e.name, func(t *testing.T) {
			for _, m := range payloadMembers(e.p) {
				if e.name == "purchase from a person" && m.field() == "fromLot" {
					continue // it would need a seller too, who is named first
				}
				if _, there := put(t, e.p, m.path, `0`); there && fits(m) {
					seen.add(e.p, m)
					f(t, e, m)
				}
			}
		})
	}
	seen.wantAll(t, fits)
}

func isText(m member) bool   { return m.typ.Kind() == reflect.String }
func isWeight(m member) bool { return m.typ.Kind() == reflect.Int64 }
func isNumber(m member) bool { return m.typ.Kind() == reflect.Int }
func isList(m member) bool {
	return m.typ.Kind() == reflect.Slice && m.typ != anyValue && m.typ != anyBytes
}

// checkWith decodes the example with raw JSON in one member and checks it.
func checkWith(t *testing.T, e example, m member, raw string) error {
	t.Helper()
	data, _ := put(t, e.p, m.path, raw)
	p, err := DecodePayload(e.p.Type(), data)
	if err != nil {
		t.Fatalf("%s: %v", m.field(), err)
	}
	return Check(p, txTime)
}

// assertAbout asks for a refusal that names the member.
func assertAbout(t *testing.T, m member, value string, err error) {
	t.Helper()
	e, ok := asError(err)
	if !ok || e.Field != m.field() {
		t.Errorf("%s = %.40q: got %v", m.field(), value, err)
	}
	if ok && (len(e.Error()) > 300 || hasControl(e.Error())) {
		t.Errorf("%s = %.40q: the refusal repeats what was sent", m.field(), value)
	}
}

func TestEveryTextHasAForm(t *testing.T) {
	eachExample(t, isText, func(t *testing.T, e example, m member) {
		for _, s := range []string{strings.Repeat("x", 1000), strings.Repeat("粮", 400), strings.Repeat("9", 601)} {
			assertAbout(t, m, s, checkWith(t, e, m, quote(s)))
		}
	})
}

// Check stands alone too: a signer asks it before any JSON is written.
func TestCheckRefusesControlCharacters(t *testing.T) {
	eachExample(t, isText, func(t *testing.T, e example, m member) {
		p := exampleOf(t, e.name)
		if v := fieldAt(reflect.ValueOf(p).Elem(), m.path); v.IsValid() {
			for _, s := range []string{"a\x00", "\u202eb", "\xff"} {
				v.SetString(s)
				assertAbout(t, m, s, Check(p, txTime))
			}
		}
	})
}

// fieldAt is the Go field behind a path, or the zero Value.
func fieldAt(v reflect.Value, path []string) reflect.Value {
	if len(path) == 0 {
		return v
	}
	if v.Kind() == reflect.Slice {
		if i, _ := strconv.Atoi(path[0]); i < v.Len() {
			return fieldAt(v.Index(i), path[1:])
		}
		return reflect.Value{}
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			if in := fieldAt(v.Field(i), path); in.IsValid() {
				return in
			}
		} else if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == path[0] {
			return fieldAt(v.Field(i), path[1:])
		}
	}
	return reflect.Value{}
}

func TestWeightsOutOfBounds(t *testing.T) {
	eachExample(t, isWeight, func(t *testing.T, e example, m member) {
		for _, raw := range []string{"-1", "-9223372036854775808", "1000000000000001", "9223372036854775807"} {
			err := checkWith(t, e, m, raw)
			assertAbout(t, m, raw, err)
			if CodeOf(err) != BadQuantity {
				t.Errorf("%s = %s: got %v, want bad_quantity", m.field(), raw, err)
			}
		}
	})
}

// mayBeZero are the weights that are often nothing.
var mayBeZero = strings.Fields(`purchase/tareGrams purchase/deductGrams purchase/fromGrams process/lossGrams
	facility/capacityGrams receive/grams`)

func TestWeightsOfZero(t *testing.T) {
	eachExample(t, isWeight, func(t *testing.T, e example, m member) {
		err := checkWith(t, e, m, "0")
		switch zero := slices.Contains(mayBeZero, string(e.p.Type())+"/"+m.field()); {
		case zero && CodeOf(err) == BadQuantity && e.name != "purchase":
			t.Errorf("%s may be zero: %v", m.field(), err)
		case !zero && CodeOf(err) != BadQuantity:
			t.Errorf("%s must not be zero: %v", m.field(), err)
		}
	})
}

func TestOtherNumbersOutOfBounds(t *testing.T) {
	eachExample(t, isNumber, func(t *testing.T, e example, m member) {
		for _, raw := range []string{"-1", "1", "17", "9999", "9223372036854775807"} {
			if raw == "1" && (m.field() == "threshold" && e.name == "key root" || m.field() == "level") {
				continue // one of two is a good threshold, and one of three a good level
			}
			assertAbout(t, m, raw, checkWith(t, e, m, raw))
		}
	})
}

func TestRequiredMembers(t *testing.T) {
	required := func(m member) bool { return !m.optional && (isText(m) || isList(m) || m.typ == anyValue) }
	eachExample(t, required, func(t *testing.T, e example, m member) {
		doc := tree(t, e.p)
		delete(find(doc, m.path[:len(m.path)-1]).(map[string]any), m.path[len(m.path)-1])
		p, err := DecodePayload(e.p.Type(), marshal(t, doc))
		if err != nil {
			t.Fatal(err)
		}
		assertAbout(t, m, "nothing", Check(p, txTime))
	})
}

func TestEveryListHasALimit(t *testing.T) {
	limits := map[string]int{"sealed": 4, "keys": MaxSignatures}
	seen := 0
	for _, e := range examples() {
		for _, m := range payloadMembers(e.p) {
			items, ok := find(tree(t, e.p), m.path).([]any)
			if !ok || !isList(m) {
				continue
			}
			limit := maxItems
			if n := limits[m.field()]; n != 0 {
				limit = n
			}
			seen++
			err := checkWith(t, e, m, string(marshal(t, slices.Repeat(items[:1], limit+1))))
			wantRefusal(t, err, TooLarge, m.field())
		}
	}
	if seen < 9 {
		t.Errorf("only %d lists were tried", seen)
	}
}

func TestRuleContentIsAnObject(t *testing.T) {
	rule := example{"rule", exampleOf(t, "rule")}
	content := member{path: []string{"content"}}
	for _, raw := range []string{`[]`, `"x"`, `7`, `true`} {
		err := checkWith(t, rule, content, raw)
		wantRefusal(t, err, BadField, "content")
	}
	for raw, field := range map[string]string{
		`{"a":null}`: "content/a", `{"a":[1,{"b":1.5}]}`: "content/a/1/b", `{"a":"\u0007"}`: "content/a",
		`{"a":1,"a":2}`: "content/a", `[[[[[[[[1]]]]]]]]`: "content/0/0/0/0/0/0/0",
	} {
		data := strings.Replace(string(encode(t, rule.p)), `{"days":30}`, raw, 1)
		assertNames(t, TypeRule, []byte(data), field)
	}
}

func TestDocumentsHaveAPartLimit(t *testing.T) {
	many := `{"a":[` + strings.Repeat("1,", maxTokens) + `1]}`
	data := strings.Replace(string(encode(t, exampleOf(t, "rule"))), `{"days":30}`, many, 1)
	_, err := DecodePayload(TypeRule, []byte(data))
	if CodeOf(err) != Malformed {
		t.Errorf("got %v", err)
	}
}
