package record

import (
	"crypto/rand"
	"encoding/hex"
	"math/big"
	"testing"

	tjsm2 "github.com/tjfoc/gmsm/sm2"
	"pgregory.net/rapid"
)

// These tests hold our signatures against tjfoc/gmsm, an implementation that
// shares no code with ours.

func theirPublic(t testing.TB, k *PublicKey) *tjsm2.PublicKey {
	t.Helper()
	raw, err := hex.DecodeString(k.Point())
	if err != nil {
		t.Fatal(err)
	}
	return &tjsm2.PublicKey{Curve: tjsm2.P256Sm2(), X: new(big.Int).SetBytes(raw[1:33]), Y: new(big.Int).SetBytes(raw[33:])}
}

func theirPrivate(t testing.TB, k *PrivateKey) *tjsm2.PrivateKey {
	t.Helper()
	return &tjsm2.PrivateKey{PublicKey: *theirPublic(t, k.Public()), D: k.SM2().D}
}

// drawEnvelope makes an unsigned envelope of any type name and payload.
func drawEnvelope(t *rapid.T) Envelope {
	return Envelope{
		PayloadType: rapid.StringN(0, 30, 90).Draw(t, "payload type"),
		Payload:     rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "payload"),
	}
}

func TestOurSignaturesVerifyThere(t *testing.T) {
	k := newKey(t)
	there := theirPublic(t, k.Public())
	rapid.Check(t, func(t *rapid.T) {
		e := drawEnvelope(t)
		if err := e.AddSignature(k); err != nil {
			t.Fatal(err)
		}
		if !there.Verify(e.PAE(), e.Signatures[0].Sig) {
			t.Fatal("the other library refuses our signature")
		}
		if there.Verify(append(e.PAE(), 0), e.Signatures[0].Sig) {
			t.Fatal("the other library takes our signature over another message")
		}
	})
}

func TestTheirSignaturesVerifyHere(t *testing.T) {
	k := newKey(t)
	there := theirPrivate(t, k)
	rapid.Check(t, func(t *rapid.T) {
		e := drawEnvelope(t)
		sig, err := there.Sign(rand.Reader, e.PAE(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if !k.Public().Verify(e.PAE(), sig) {
			t.Fatal("we refuse the other library's signature")
		}
		e.PayloadType += "x"
		if k.Public().Verify(e.PAE(), sig) {
			t.Fatal("we take the other library's signature over another type")
		}
	})
}

func TestStandardSignatureVerifiesThere(t *testing.T) {
	sig, err := hex.DecodeString(standardSignature)
	if err != nil {
		t.Fatal(err)
	}
	if !theirPublic(t, standardKey(t)).Verify([]byte(standardText), sig) {
		t.Error("the other library refuses the standard's signature")
	}
}

// The vector of issue 560 is a signature over a digest of 32 zero bytes. The
// self-test asks our library about it; here the other one says that it is a
// valid signature indeed.
func TestCarryVectorIsAValidSignature(t *testing.T) {
	k, err := ParsePublicKey(otherPoint)
	if err != nil {
		t.Fatal(err)
	}
	r := number(t, "be0ea64e1ec06f0d247093f3ccbbadcfb6260224272f86ddb78326e7cd6c7560")
	s := number(t, "e9f6ab2fcc48a2cef94838e66b5c7e21fd8e4de25990dd98ca5243f4966f2853")
	if !tjsm2.Verify(theirPublic(t, k), make([]byte, 32), r, s) {
		t.Error("the other library refuses the vector")
	}
	if err := verifyCarryVector(); err != nil {
		t.Error(err)
	}
}
