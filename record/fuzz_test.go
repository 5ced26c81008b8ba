package record

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func FuzzDecodeEnvelope(f *testing.F) {
	for _, ex := range examples() {
		payload := base64.StdEncoding.EncodeToString(encode(f, ex.p))
		f.Add([]byte(wire{quote(ex.p.Type().PayloadType()), quote(payload), signatures(2)}.json()))
	}
	f.Add([]byte(goodWire().json()))
	f.Add([]byte(withSignatures(signatures(3))))
	f.Add([]byte(withPayload(`null`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := DecodeEnvelope(data)
		if err != nil {
			wantOwnWords(t, err)
			return
		}
		wire, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeEnvelope(wire)
		if err != nil || !reflect.DeepEqual(e, back) || back.ID() != e.ID() {
			t.Fatalf("%+v comes back as %+v (%v)", e, back, err)
		}
		wantNoRepeatedMember(t, data)
	})
}

func FuzzDecodePayload(f *testing.F) {
	for _, ex := range examples() {
		f.Add(string(ex.p.Type()), encode(f, ex.p))
	}
	for _, typ := range Types() {
		f.Add(string(typ), encode(f, filled(f, typ)))
	}
	f.Add("rule", []byte(`{"content":{"a":{"b":1},"c":{"b":1}}}`))
	f.Fuzz(func(t *testing.T, typ string, data []byte) {
		p, err := DecodePayload(Type(typ), data)
		if err != nil {
			wantOwnWords(t, err)
			return
		}
		wantNoRepeatedMember(t, data)
		if err := Check(p, txTime); err != nil {
			wantOwnWords(t, err)
		}
		Touched(p)
		SealedNames(p)
		Counterparties(p)
		first := encode(t, p)
		if len(first) > MaxPayloadBytes {
			return // zeros that a document of full length left out are written
		}
		back, err := DecodePayload(p.Type(), first)
		if err != nil {
			t.Fatalf("%s is refused: %v", first, err)
		}
		if second := encode(t, back); !bytes.Equal(first, second) {
			t.Fatalf("%s comes back as %s", first, second)
		}
	})
}

// wantOwnWords asks that a refusal is ours, short, and fit to be read.
func wantOwnWords(t *testing.T, err error) {
	t.Helper()
	if CodeOf(err) == 0 || len(err.Error()) > 400 {
		t.Fatalf("the refusal is %d bytes: %.200q", len(err.Error()), err.Error())
	}
	if hasControl(err.Error()) {
		t.Fatalf("the refusal has a control character: %.200q", err.Error())
	}
	if e, ok := ParseError(err.Error()); !ok || e.Code != CodeOf(err) {
		t.Fatalf("%q is read as %v", err, e)
	}
}

// wantNoRepeatedMember walks the document with another JSON library, which
// takes repeated members, and looks for them.
func wantNoRepeatedMember(t *testing.T, data []byte) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if name, err := repeated(d); err != nil || name != "" {
		t.Fatalf("%s: the member %q is repeated (%v)", data, name, err)
	}
}

// repeated reads one value and names a member that it has twice.
func repeated(d *json.Decoder) (string, error) {
	tok, err := d.Token()
	if err != nil {
		return "", err
	}
	switch tok {
	case json.Delim('['):
		for d.More() {
			if name, err := repeated(d); err != nil || name != "" {
				return name, err
			}
		}
	case json.Delim('{'):
		var seen []string
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return "", err
			}
			if name := fmt.Sprint(key); slices.Contains(seen, name) {
				return name, nil
			}
			seen = append(seen, fmt.Sprint(key))
			if name, err := repeated(d); err != nil || name != "" {
				return name, err
			}
		}
	default:
		return "", nil
	}
	_, err = d.Token() // the closing bracket
	return "", err
}

// The walk itself finds what it looks for.
func TestRepeatedMembersAreFound(t *testing.T) {
	for doc, want := range map[string]string{
		`{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}`: "", `7`: "", `{"a":1,"a":1}`: "a",
		`{"a":{"b":[{"c":1,"\u0063":2}]}}`: "c",
	} {
		if got, err := repeated(json.NewDecoder(strings.NewReader(doc))); got != want || err != nil {
			t.Errorf("%s: %q (%v)", doc, got, err)
		}
	}
}

func FuzzParseError(f *testing.F) {
	for _, c := range Codes() {
		f.Add((&Error{Code: c, Field: "lot", Detail: "x"}).Error())
	}
	for _, layer := range layers {
		f.Add(fmt.Sprintf(layer, "GL8001 insufficient_quantity: lot=P1"))
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, ok := ParseError(s)
		if !ok {
			return
		}
		if e.Code.String() == "unknown_reason" || e.Field != "" {
			t.Fatalf("%q is read as %#v", s, e)
		}
		back, ok := ParseError(e.Error())
		if !ok || *back != *e {
			t.Fatalf("%v comes back as %v", e, back)
		}
	})
}

func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"0", "-0", "13.5", "999999999.999999", "-0.000001", "01", "1.", "1e3", "１", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := Decimal(s).Micro()
		if err != nil {
			return
		}
		back, err := Decimal(m.String()).Micro()
		if err != nil || back != m {
			t.Fatalf("%q is %d, is written %q, is %d (%v)", s, int64(m), m, int64(back), err)
		}
		var n json.Number
		if err := json.Unmarshal([]byte(s), &n); err != nil || strings.ContainsAny(s, "eE") {
			t.Fatalf("%q is no plain number elsewhere (%v)", s, err)
		}
	})
}

func FuzzUSCC(f *testing.F) {
	for _, s := range []string{regulator, coop, depot, mill, carrier, shop, lab, badUSCC, binCode, gtin14, "", "９"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if InnerCheckHolds(s) && len(s) != 18 {
			t.Fatalf("%q passes the inner check", s)
		}
		if ValidGTIN(s) && len(s) != 14 {
			t.Fatalf("%q is a GTIN", s)
		}
		if IsBinCode(s) && !ValidFacilityCode(s) {
			t.Fatalf("%q is a bin and no facility", s)
		}
		if ValidFacilityCode(s) && !ValidUSCC(s[:18]) {
			t.Fatalf("%q is a facility of no enterprise", s)
		}
		if !ValidUSCC(s) {
			return
		}
		if c, ok := USCCCheckCharacter(s[:17]); !ok || c != s[17] || strings.Trim(s, usccAlphabet) != "" {
			t.Fatalf("%q is valid with another check character %c", s, c)
		}
	})
}
