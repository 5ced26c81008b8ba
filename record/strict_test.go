package record

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// eachMember runs f for every member of every type.
func eachMember(t *testing.T, f func(t *testing.T, p Payload, m member)) {
	for _, typ := range slices.Sorted(slices.Values(Types())) {
		t.Run(string(typ), func(t *testing.T) {
			p := filled(t, typ)
			for _, m := range payloadMembers(p) {
				f(t, p, m)
			}
		})
	}
}

// assertMalformed puts raw JSON into a member: that member must be refused.
func assertMalformed(t *testing.T, p Payload, m member, raw string) {
	t.Helper()
	data, ok := put(t, p, m.path, raw)
	if !ok {
		t.Fatalf("%s is not there", m.field())
	}
	assertNames(t, p.Type(), data, m.field())
}

func assertNames(t *testing.T, typ Type, data []byte, field string) {
	t.Helper()
	_, err := DecodePayload(typ, data)
	if e, ok := asError(err); !ok || e.Code != Malformed || e.Field != field {
		t.Errorf("%.200s: got %v, want malformed about %s", data, err, field)
	}
}

func TestFilledPayloadsDecode(t *testing.T) {
	for _, typ := range Types() {
		p := filled(t, typ)
		back, err := DecodePayload(typ, encode(t, p))
		if err != nil || !reflect.DeepEqual(back, p) {
			t.Errorf("%s comes back as %v (%v)", typ, back, err)
		}
	}
}

func TestNoMemberIsAFloat(t *testing.T) {
	eachMember(t, func(t *testing.T, p Payload, m member) {
		for _, raw := range []string{"1.5", "1.0", "-0.0", "1e3", "1E-2", "1e400"} {
			assertMalformed(t, p, m, raw)
		}
	})
}

func TestNoMemberIsNull(t *testing.T) {
	eachMember(t, func(t *testing.T, p Payload, m member) { assertMalformed(t, p, m, "null") })
}

func TestNoMemberHasAnotherType(t *testing.T) {
	eachMember(t, func(t *testing.T, p Payload, m member) {
		if m.typ == anyValue {
			return // the check wants an object there
		}
		ways := map[string]string{"a number": "7", "a text": `"x"`, "a list": `[]`, "an object": `{}`, "true": "true", "a word": "false"}
		switch m.typ.Kind() {
		case reflect.String:
			delete(ways, "a text")
		case reflect.Int, reflect.Int64:
			delete(ways, "a number")
		case reflect.Slice:
			delete(ways, "a list")
		case reflect.Struct:
			delete(ways, "an object")
		default:
			t.Fatalf("%s is a %s: no test knows it", m.field(), m.typ)
		}
		for _, raw := range ways {
			assertMalformed(t, p, m, raw)
		}
	})
}

func TestNumbersFitTheirMember(t *testing.T) {
	eachMember(t, func(t *testing.T, p Payload, m member) {
		if k := m.typ.Kind(); k == reflect.Int || k == reflect.Int64 {
			for _, raw := range []string{"9223372036854775808", "-9223372036854775809", "1" + strings.Repeat("0", 400), `"7"`} {
				assertMalformed(t, p, m, raw)
			}
		}
	})
}

func TestNoMemberStandsTwice(t *testing.T) {
	eachMember(t, func(t *testing.T, p Payload, m member) {
		if m.path[len(m.path)-1] != "0" {
			assertNames(t, p.Type(), twice(t, p, m.path), m.field())
		}
	})
}

func TestNoTextHasAControlCharacter(t *testing.T) {
	eachMember(t, func(t *testing.T, p Payload, m member) {
		if m.typ.Kind() != reflect.String {
			return
		}
		for _, r := range []rune{0, '\t', '\n', 0x1b, 0x7f, 0x85, 0x200b, 0x202e, 0x2066, 0xfeff, 0xfffd} {
			assertMalformed(t, p, m, quote("a"+string(r)+"b"))
		}
		assertMalformed(t, p, m, `"\u0000"`)
		assertMalformed(t, p, m, `"\u001b"`)
		assertMalformed(t, p, m, `"\u202E"`)
	})
}

func TestNoTextIsOverLong(t *testing.T) {
	eachMember(t, func(t *testing.T, p Payload, m member) {
		if m.typ.Kind() == reflect.String {
			assertMalformed(t, p, m, quote(strings.Repeat("x", maxStringBytes+1)))
			assertMalformed(t, p, m, quote(strings.Repeat("粮", maxStringBytes/3+1)))
		}
	})
}

func TestUnknownMembersAreNamed(t *testing.T) {
	eachMember(t, func(t *testing.T, p Payload, m member) {
		if m.typ.Kind() == reflect.Struct {
			unknown := member{path: append(slices.Clone(m.path), "surprise")}
			assertMalformed(t, p, unknown, "1")
		}
	})
	for _, typ := range Types() {
		for _, name := range []string{"surprise", "Issuer", "ISSUER", "Header", "issuer ", ""} {
			assertMalformed(t, filled(t, typ), member{path: []string{name}}, `"x"`)
		}
	}
}

func TestTextsThatAreNoUTF8(t *testing.T) {
	eachMember(t, func(t *testing.T, p Payload, m member) {
		if m.typ.Kind() == reflect.String {
			marked, _ := put(t, p, m.path, `"MARK"`)
			for _, bad := range []string{"\xff", "\xc0\x80", "\xed\xa0\x80", `\ud800`, `\udc00\ud800`} {
				assertNames(t, p.Type(), []byte(strings.Replace(string(marked), "MARK", bad, 1)), m.field())
			}
		}
	})
}

func TestHasControl(t *testing.T) {
	for _, table := range []*unicode.RangeTable{unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Noncharacter_Code_Point} {
		for r := rune(0); r <= unicode.MaxRune; r++ {
			if unicode.Is(table, r) && !hasControl("a"+string(r)) {
				t.Errorf("%U passes", r)
			}
		}
	}
	for _, r := range []rune{0xad, 0x180e, 0x200b, 0x200d, 0x2060, 0x2063, 0xfeff, 0xfff9, 0xfffc - 1, 0xfffd, 0xe0001, 0xe0041} {
		if !hasControl(string(r) + "a") {
			t.Errorf("%U passes", r)
		}
	}
	for _, s := range []string{"", "稻谷", "GB 1350-2009", "№ 7/8", "é e\u0301", "𠮷野家", "٣", "（一）", "U+0041", "a b"} {
		if hasControl(s) {
			t.Errorf("%q is refused", s)
		}
	}
	if !hasControl("a\xff") || !hasControl(string(utf8.RuneError)) {
		t.Error("what is no UTF-8 passes")
	}
}

// A refusal stands in verdicts for ever and is read by people: it repeats no
// endless or unprintable member names.
func TestRefusalsAreShortAndPrintable(t *testing.T) {
	for _, name := range []string{strings.Repeat("n", 5000), strings.Repeat("粮", 2000), "a\nGL9005 internal: b", "\u202egnp.exe", "\x00", strings.Repeat("/", 3000)} {
		for _, doc := range []string{`{` + quote(name) + `:1}`, `{` + quote(name) + `:null}`, `{"inputs":[{` + quote(name) + `:[[1.5]]}]}`, `{` + quote(name) + `:1,` + quote(name) + `:1}`} {
			_, err := DecodePayload(TypeProcess, []byte(doc))
			if CodeOf(err) != Malformed || len(err.Error()) > 300 || hasControl(err.Error()) {
				t.Errorf("%.40q: the refusal is %d bytes: %.80q", doc, len(err.Error()), err.Error())
			}
		}
		_, err := DecodeEnvelope([]byte(`{` + quote(name) + `:1}`))
		if len(err.Error()) > 300 || hasControl(err.Error()) {
			t.Errorf("%.40q in an envelope: %.80q", name, err.Error())
		}
	}
}
