package record

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPAE(t *testing.T) {
	for _, tc := range []struct{ name, payloadType, payload, want string }{
		{"the specification's example", "http://example.com/HelloWorld", "hello world",
			"DSSEv1 29 http://example.com/HelloWorld 11 hello world"},
		{"nothing", "", "", "DSSEv1 0  0 "},
		{"lengths are of bytes", "类型", "粮链", "DSSEv1 6 类型 6 粮链"},
		{"spaces inside", "a 1 b", " x ", "DSSEv1 5 a 1 b 3  x "},
		{"bytes that are no text", "t", "\x00\xff", "DSSEv1 1 t 2 \x00\xff"},
	} {
		e := Envelope{PayloadType: tc.payloadType, Payload: []byte(tc.payload)}
		if got := string(e.PAE()); got != tc.want {
			t.Errorf("%s: PAE is %q, want %q", tc.name, got, tc.want)
		}
		if e.ID() != SM3([]byte(tc.want)) {
			t.Errorf("%s: the id is not the SM3 of the PAE", tc.name)
		}
	}
}

func TestPAETellsEnvelopesApart(t *testing.T) {
	text := rapid.StringMatching(`[a 0-9]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a := Envelope{PayloadType: text.Draw(t, "type"), Payload: []byte(text.Draw(t, "payload"))}
		b := Envelope{PayloadType: text.Draw(t, "other type"), Payload: []byte(text.Draw(t, "other payload"))}
		same := a.PayloadType == b.PayloadType && bytes.Equal(a.Payload, b.Payload)
		if bytes.Equal(a.PAE(), b.PAE()) != same {
			t.Fatal("two envelopes share one encoding")
		}
	})
}

func TestIDDoesNotDependOnSignatures(t *testing.T) {
	p, k := exampleOf(t, "harvest"), newKey(t)
	first, err := Sign(p, k)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Sign(p, k, newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(first.Signatures[0].Sig, second.Signatures[0].Sig) {
		t.Error("two signatures are the same: SM2 is randomised")
	}
	if first.ID() != second.ID() || len(first.ID()) != 64 {
		t.Errorf("the ids are %s and %s", first.ID(), second.ID())
	}
	other := first
	other.PayloadType = TypePurchase.PayloadType()
	if other.ID() == first.ID() {
		t.Error("the id does not depend on the type")
	}
}

func TestSignVerifiesUnderEachKey(t *testing.T) {
	a, b := newKey(t), newKey(t)
	for _, ex := range examples() {
		e, err := Sign(ex.p, a, b)
		if err != nil {
			t.Fatal(err)
		}
		for i, k := range []*PrivateKey{a, b} {
			if s := e.Signatures[i]; s.KeyID != k.Public().ID() || !k.Public().Verify(e.PAE(), s.Sig) {
				t.Errorf("%s: signature %d does not verify", ex.name, i)
			}
		}
		if typ, err := e.Type(); err != nil || typ != ex.p.Type() {
			t.Errorf("%s: the type is %q (%v)", ex.name, typ, err)
		}
	}
	if _, err := Sign(exampleOf(t, "harvest"), nil); err == nil {
		t.Error("signing without a key gives no error")
	}
}

func TestEnvelopeRoundTripKeepsPayloadBytes(t *testing.T) {
	keys := []*PrivateKey{newKey(t), newKey(t), newKey(t)}
	rapid.Check(t, func(t *rapid.T) {
		payload := rapid.SliceOfN(rapid.Byte(), 1, 400).Draw(t, "payload")
		typ := Type(rapid.StringN(0, 20, 60).Draw(t, "type"))
		e, err := SignBytes(typ, payload, keys[:rapid.IntRange(1, 3).Draw(t, "signers")]...)
		if err != nil {
			t.Fatal(err)
		}
		wire, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeEnvelope(wire)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(back.Payload, payload) || back.ID() != e.ID() {
			t.Fatal("the payload's bytes changed on the way")
		}
		for i, s := range back.Signatures {
			if s.KeyID != keys[i].Public().ID() || !keys[i].Public().Verify(back.PAE(), s.Sig) {
				t.Fatal("a signature changed on the way")
			}
		}
	})
}

func TestDecodeEnvelopePassesOverLayout(t *testing.T) {
	e, err := Sign(exampleOf(t, "harvest"), newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	wire, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	loose := strings.NewReplacer(`,`, " ,\n\t", `:"`, ` : "`).Replace(string(wire))
	back, err := DecodeEnvelope([]byte(" " + loose + "\n"))
	if err != nil || back.ID() != e.ID() {
		t.Errorf("white space around members changes the record: %v", err)
	}
}

func TestPayloadType(t *testing.T) {
	if got := TypeHarvest.PayloadType(); got != "application/vnd.grainledger.harvest+json" {
		t.Errorf("the payload type is %q", got)
	}
	for _, s := range []string{
		"", "harvest", "application/json", "application/vnd.grainledger.harvest", "application/vnd.grainledger.harvest+json ",
		"Application/vnd.grainledger.harvest+json", "application/vnd.grainledger.harvest+xml", " application/vnd.grainledger.harvest+json",
	} {
		e := Envelope{PayloadType: s}
		_, err := e.Type()
		wantRefusal(t, err, Malformed, "payloadType")
	}
}
