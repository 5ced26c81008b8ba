package record

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// wire writes an envelope's JSON by hand, from raw members.
type wire struct {
	payloadType, payload, signatures string
}

func keyID(n int) string { return SM3(fmt.Appendf(nil, "key %d", n)) }

var sig72 = base64.StdEncoding.EncodeToString(make([]byte, 72))

func signature(n int) string {
	return fmt.Sprintf(`{"keyid":%q,"sig":%q}`, keyID(n), sig72)
}

func signatures(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = signature(i)
	}
	return "[" + strings.Join(list, ",") + "]"
}

func goodWire() wire {
	return wire{`"application/vnd.grainledger.harvest+json"`, `"e30="`, signatures(1)}
}

func (w wire) json() string {
	return fmt.Sprintf(`{"payloadType":%s,"payload":%s,"signatures":%s}`, w.payloadType, w.payload, w.signatures)
}

func withPayload(raw string) string {
	w := goodWire()
	w.payload = raw
	return w.json()
}

func withSignatures(raw string) string {
	w := goodWire()
	w.signatures = raw
	return w.json()
}

func withType(raw string) string {
	w := goodWire()
	w.payloadType = raw
	return w.json()
}

func payloadOf(n int) string {
	return withPayload(`"` + base64.StdEncoding.EncodeToString(make([]byte, n)) + `"`)
}

func sigOf(n int) string {
	return withSignatures(fmt.Sprintf(`[{"keyid":%q,"sig":%q}]`, keyID(0), base64.StdEncoding.EncodeToString(make([]byte, n))))
}

func keyOf(id string) string {
	return withSignatures(fmt.Sprintf(`[{"keyid":%q,"sig":%q}]`, id, sig72))
}

func TestDecodeEnvelopeTakes(t *testing.T) {
	for name, doc := range map[string]string{
		"one signature":                 goodWire().json(),
		"16 signatures":                 withSignatures(signatures(16)),
		"the longest payload":           payloadOf(MaxPayloadBytes),
		"the shortest signature":        sigOf(8),
		"a type nobody knows":           withType(`"application/vnd.grainledger.tea+json"`),
		"escaped letters":               strings.Replace(goodWire().json(), `"payload"`, `"\u0070ayload"`, 1),
		"members in another order":      `{"signatures":` + signatures(1) + `,"payload":"e30=","payloadType":"application/vnd.grainledger.harvest+json"}`,
		"a payload that is not of JSON": withPayload(`"AP8="`),
	} {
		if _, err := DecodeEnvelope([]byte(doc)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The last bits of a base64 text that ends in = say nothing. They change
// neither the payload's bytes nor the id.
func TestLooseBitsAreTheSameRecord(t *testing.T) {
	tight, err := DecodeEnvelope([]byte(goodWire().json()))
	if err != nil {
		t.Fatal(err)
	}
	loose, err := DecodeEnvelope([]byte(withPayload(`"e31="`)))
	if err != nil || loose.ID() != tight.ID() {
		t.Errorf("the record is another one: %v", err)
	}
}

func TestDecodeEnvelopeRefuses(t *testing.T) {
	good := goodWire().json()
	add := func(member string) string { return strings.TrimSuffix(good, "}") + "," + member + "}" }
	for _, tc := range []struct {
		name, doc string
		code      Code
		field     string
	}{
		{"empty", "", Malformed, ""},
		{"white space", " \n", Malformed, ""},
		{"not JSON", "grain", Malformed, ""},
		{"null", "null", Malformed, "payload"},
		{"a list", "[" + good + "]", Malformed, ""},
		{"a text", `"x"`, Malformed, ""},
		{"cut off", good[:len(good)-1], Malformed, ""},
		{"trailing data", good + "{}", Malformed, ""},
		{"a trailing word", good + " x", Malformed, ""},
		{"a byte order mark", "\ufeff" + good, Malformed, ""},
		{"unknown member", add(`"note":"x"`), Malformed, "note"},
		{"member in another case", strings.Replace(good, `"payload":`, `"Payload":`, 1), Malformed, "Payload"},
		{"member twice", add(`"payload":"e30="`), Malformed, "payload"},
		{"member twice, escaped", add(`"p\u0061yload":"e30="`), Malformed, "payload"},
		{"unknown member of a signature", withSignatures(`[{"keyid":"` + keyID(0) + `","sig":"` + sig72 + `","cert":""}]`), Malformed, "signatures/0/cert"},
		{"member of a signature twice", withSignatures(`[{"keyid":"","keyid":""}]`), Malformed, "signatures/0/keyid"},

		{"no payload type", withType(`""`), Malformed, "payloadType"},
		{"payload type null", withType(`null`), Malformed, "payloadType"},
		{"payload type a number", withType(`7`), Malformed, "payloadType"},
		{"another payload type", withType(`"application/vnd.in-toto+json"`), Malformed, "payloadType"},
		{"a lone surrogate", withType(`"\ud800"`), Malformed, "payloadType"},
		{"invalid UTF-8", withType("\"\xff\""), Malformed, "payloadType"},

		{"empty payload", withPayload(`""`), Malformed, "payload"},
		{"payload null", withPayload(`null`), Malformed, "payload"},
		{"payload an object", withPayload(`{}`), Malformed, "payload"},
		{"payload a list of bytes", withPayload(`[123,125]`), Malformed, "payload"},
		{"no base64", withPayload(`"***"`), Malformed, "payload"},
		{"url-safe base64", withPayload(`"-_-_"`), Malformed, "payload"},
		{"base64 without padding", withPayload(`"e30"`), Malformed, "payload"},
		{"base64 with a line break", withPayload(`"e3\n0="`), Malformed, "payload"},
		{"base64 with a space", withPayload(`"e30= "`), Malformed, "payload"},
		{"base64 after its padding", withPayload(`"e30=e30="`), Malformed, "payload"},
		{"payload too long", payloadOf(MaxPayloadBytes + 1), TooLarge, "payload"},
		{"envelope too long", good + strings.Repeat(" ", MaxEnvelopeBytes), TooLarge, ""},

		{"no signatures", withSignatures(`[]`), BadSignature, "signatures"},
		{"signatures null", withSignatures(`null`), BadSignature, "signatures"},
		{"signatures left out", `{"payloadType":"application/vnd.grainledger.harvest+json","payload":"e30="}`, BadSignature, "signatures"},
		{"signatures an object", withSignatures(`{}`), Malformed, "signatures"},
		{"17 signatures", withSignatures(signatures(17)), TooLarge, "signatures"},
		{"a signature that is null", withSignatures(`[null]`), Malformed, "signatures/0/keyid"},
		{"a key that signs twice", withSignatures("[" + signature(0) + "," + signature(1) + "," + signature(0) + "]"), Malformed, "signatures/2/keyid"},
		{"key id too short", keyOf(keyID(0)[1:]), Malformed, "signatures/0/keyid"},
		{"key id too long", keyOf(keyID(0) + "0"), Malformed, "signatures/0/keyid"},
		{"key id in upper case", keyOf(strings.Repeat("AB", 32)), Malformed, "signatures/0/keyid"},
		{"key id not hex", keyOf(strings.Repeat("xy", 32)), Malformed, "signatures/0/keyid"},
		{"signature too short", sigOf(7), Malformed, "signatures/0/sig"},
		{"signature too long", sigOf(73), Malformed, "signatures/0/sig"},
		{"signature in hex", withSignatures(`[{"keyid":"` + keyID(0) + `","sig":"30 46"}]`), Malformed, "signatures/0/sig"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := DecodeEnvelope([]byte(tc.doc))
			wantRefusal(t, err, tc.code, tc.field)
		})
	}
}
