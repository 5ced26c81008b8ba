package interop

import (
	"encoding/hex"
	"testing"

	"github.com/tjfoc/gmsm/sm3"
)

// testdata/key.pem is a throwaway key in the form in which GrainLedger writes
// key files; the values below are what GrainLedger makes of it.
const keyID = "3c13f186937a8d1c0c11b445e876b9b2f543928a75ba4237a192ff91a4ea52ce"

func testKey(t *testing.T) *Key {
	t.Helper()
	k, err := ReadKey("testdata/key.pem")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func example() *Enterprise {
	return &Enterprise{Issuer: "11000000MA0000000Y", Ref: "OLD-1", OccurredAt: "2026-03-01T04:00:00Z",
		USCC: "91320582MA00000042", Name: "Old software 某粮库", Kind: "storage", Division: "320582"}
}

func TestKeyID(t *testing.T) {
	if k := testKey(t); k.ID != keyID {
		t.Errorf("key id %s", k.ID)
	}
}

func TestRecordID(t *testing.T) {
	e, err := Sign("enterprise", example(), testKey(t))
	if err != nil {
		t.Fatal(err)
	}
	if id := e.ID(); id != "20e26a172291e708148857bab189671d5b95e1b38c0b18b9bd875f5705b6eb38" {
		t.Errorf("id %s of %s", id, e.signed())
	}
}

func TestSignatureIsOfTheEncoding(t *testing.T) {
	k := testKey(t)
	e, err := Sign("enterprise", example(), k)
	if err != nil {
		t.Fatal(err)
	}
	if s := e.Signatures[0]; s.KeyID != keyID || !k.private.PublicKey.Verify(e.signed(), s.Sig) {
		t.Error("the signature does not verify")
	}
	e.Payload[len(e.Payload)/2] ^= 1
	if k.private.PublicKey.Verify(e.signed(), e.Signatures[0].Sig) {
		t.Error("the signature verifies with another payload")
	}
}

func TestSM3OfTheStandard(t *testing.T) {
	// GB/T 32905-2016, example 1.
	if got := hex.EncodeToString(sm3.Sm3Sum([]byte("abc"))); got != "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" {
		t.Errorf("SM3 of abc is %s", got)
	}
}

func TestUSCC(t *testing.T) {
	for _, good := range []string{"11000000MA0000000Y", "91320582MA00000042"} {
		if c := check(good[:17]); c != good[17:] {
			t.Errorf("%s ends with %s", good, c)
		}
	}
	a, b := NewUSCC("320582"), NewUSCC("320582")
	if a == b || len(a) != 18 || a[:8] != "91320582" || check(a[:17]) != a[17:] {
		t.Errorf("%s, %s", a, b)
	}
}
