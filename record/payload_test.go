package record

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write testdata/payloads.golden anew")

// The JSON of each type is what people sign: a change of it makes other
// records of the same content. testdata/payloads.golden holds the bytes and
// the id of every example.
func TestSignedBytesStayTheSame(t *testing.T) {
	var b strings.Builder
	for _, e := range examples() {
		payload := encode(t, e.p)
		envelope := Envelope{PayloadType: e.p.Type().PayloadType(), Payload: payload}
		fmt.Fprintf(&b, "# %s\n%s\n%s\n", e.name, payload, envelope.ID())
	}
	const file = "testdata/payloads.golden"
	if *rewrite {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the signed bytes of the examples changed; if that is meant, run with -rewrite. Now:\n%s", b.String())
	}
}

func TestPayloadRoundTrip(t *testing.T) {
	for _, e := range examples() {
		t.Run(e.name, func(t *testing.T) {
			first := encode(t, e.p)
			p, err := DecodePayload(e.p.Type(), first)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(p, e.p) {
				t.Errorf("%+v comes back as %+v", e.p, p)
			}
			if second := encode(t, p); !bytes.Equal(first, second) {
				t.Errorf("%s comes back as %s", first, second)
			}
			if err := Check(p, txTime); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEachTypeMakesItsOwnPayload(t *testing.T) {
	for _, typ := range Types() {
		p, err := NewPayload(typ)
		if err != nil || p.Type() != typ {
			t.Errorf("%s makes %T (%v)", typ, p, err)
			continue
		}
		if p.Head().Issuer = depot; p.Head().Issuer != depot {
			t.Errorf("%s: Head is a copy", typ)
		}
		again, err := NewPayload(typ)
		if err != nil || again.Head().Issuer != "" {
			t.Errorf("%s: two payloads share their content", typ)
		}
		if err := Check(p, txTime); err == nil {
			t.Errorf("an empty %s passes its check", typ)
		}
		if reserved[typ] {
			t.Errorf("%s is in force and reserved", typ)
		}
	}
}

// The types of the design whose rules come later.
func TestReservedTypes(t *testing.T) {
	for _, typ := range strings.Fields(`stocktake nature-change payment filing plan
		credit objection repair measure rating`) {
		_, err := DecodePayload(Type(typ), []byte(`{}`))
		wantRefusal(t, err, UnsupportedType, "")
		if !reserved[Type(typ)] || !strings.Contains(err.Error(), typ) {
			t.Errorf("%s: %v", typ, err)
		}
	}
}

func TestUnknownTypes(t *testing.T) {
	for _, typ := range []Type{"", "tea", "Harvest", "harvest ", "harvest+json", "application/vnd.grainledger.harvest+json",
		"../harvest", Type(strings.Repeat("x", 10_000)), "a\nb", "粮"} {
		_, err := DecodePayload(typ, []byte(`{}`))
		wantRefusal(t, err, UnsupportedType, "payloadType")
		if len(err.Error()) > 300 || hasControl(err.Error()) {
			t.Errorf("the refusal repeats the type: %.80q", err.Error())
		}
	}
}

func TestDecodePayloadRefusesDocuments(t *testing.T) {
	for name, doc := range map[string]string{
		"empty": "", "white space": " \n", "null": "null", "a list": "[]", "a text": `"x"`, "a number": "7", "true": "true",
		"trailing data": "{} {}", "trailing comma": "{},", "cut off": "{", "a comment": "{} // x", "a byte order mark": "\ufeff{}",
		"single quotes": "{'issuer':''}", "invalid UTF-8": "\xff", "no value": `{"issuer":}`, "no colon": `{"issuer"}`,
	} {
		_, err := DecodePayload(TypeHarvest, []byte(doc))
		if e, ok := asError(err); !ok || e.Code != Malformed {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPayloadLimit(t *testing.T) {
	doc := encode(t, exampleOf(t, "harvest"))
	full := append(doc, bytes.Repeat([]byte(" "), MaxPayloadBytes-len(doc))...)
	if _, err := DecodePayload(TypeHarvest, full); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	_, err := DecodePayload(TypeHarvest, append(full, ' '))
	wantRefusal(t, err, TooLarge, "payload")
	if _, err := DecodePayload("tea", append(full, ' ')); CodeOf(err) != UnsupportedType {
		t.Errorf("a type that nobody knows: %v", err)
	}
}

// A payload of the longest lists that the form allows still fits its limits.
func TestTheLongestListsFit(t *testing.T) {
	p := exampleOf(t, "merge").(*Merge)
	p.Inputs = nil
	for i := range maxItems {
		p.Inputs = append(p.Inputs, Amount{fmt.Sprintf("LOT-%060d", i), MaxGrams})
	}
	doc := encode(t, p)
	back, err := DecodePayload(TypeMerge, doc)
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(back, txTime); err != nil {
		t.Error(err)
	}
}
