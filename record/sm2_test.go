package record

import (
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"pgregory.net/rapid"
)

// The values of GB/T 32918.5 Annex A.
const (
	standardOrder = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123"
	standardR     = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
	standardS     = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
	standardText  = "message digest"
)

func number(t testing.TB, s string) *big.Int {
	t.Helper()
	n, ok := new(big.Int).SetString(s, 16)
	if !ok {
		t.Fatalf("%q is not hex", s)
	}
	return n
}

func der(t testing.TB, r, s *big.Int) []byte {
	t.Helper()
	b, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newKey(t testing.TB) *PrivateKey {
	t.Helper()
	k, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func standardKey(t testing.TB) *PublicKey {
	t.Helper()
	k, err := ParsePublicKey(standardPoint)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestStandardVector(t *testing.T) {
	k := standardKey(t)
	if got, want := hex.EncodeToString(k.za), "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3"; got != want {
		t.Errorf("Z is %s, want %s", got, want)
	}
	e := sm3.Sum(append(append([]byte{}, k.za...), standardText...))
	if got, want := hex.EncodeToString(e[:]), "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"; got != want {
		t.Errorf("e is %s, want %s", got, want)
	}
	sig := der(t, number(t, standardR), number(t, standardS))
	if len(sig) != 72 || hex.EncodeToString(sig) != standardSignature {
		t.Errorf("the DER of (r, s) is %x", sig)
	}
	if !k.Verify([]byte(standardText), sig) {
		t.Error("the standard's signature does not verify")
	}
}

func TestStandardPrivateKeyHasTheStandardPoint(t *testing.T) {
	raw, err := hex.DecodeString("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
	if err != nil {
		t.Fatal(err)
	}
	d, err := sm2.NewPrivateKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	k, err := NewPrivateKey(d)
	if err != nil {
		t.Fatal(err)
	}
	if k.Public().Point() != standardPoint {
		t.Errorf("the point is %s", k.Public().Point())
	}
	if k.SM2() != d {
		t.Error("SM2 gives another key than the one put in")
	}
}

func TestVerifyRefuses(t *testing.T) {
	r, s, n := number(t, standardR), number(t, standardS), number(t, standardOrder)
	one := big.NewInt(1)
	sum := func(a, b *big.Int) *big.Int { return new(big.Int).Add(a, b) }
	good := der(t, r, s)
	long := append([]byte{0x30, 0x81, 0x46}, good[2:]...) // the long form of a short length
	padded := append([]byte{0x30, 0x47, 0x02, 0x22, 0x00}, good[4:]...)
	for name, sig := range map[string][]byte{
		"r changed":         der(t, sum(r, one), s),
		"s changed":         der(t, r, sum(s, one)),
		"r and s swapped":   der(t, s, r),
		"r above the order": der(t, sum(r, n), s),
		"s above the order": der(t, r, sum(s, n)),
		"r is the order":    der(t, n, s),
		"s is the order":    der(t, r, n),
		"r is zero":         der(t, new(big.Int), s),
		"s is zero":         der(t, r, new(big.Int)),
		"r is negative":     der(t, new(big.Int).Neg(r), s),
		"s is n - s":        der(t, r, new(big.Int).Sub(n, s)),
		"truncated":         good[:len(good)-1],
		"trailing byte":     append(append([]byte{}, good...), 0),
		"length of 2 bytes": long,
		"padded integer":    padded,
		"raw r||s":          append(r.Bytes(), s.Bytes()...),
		"empty":             {},
		"nil":               nil,
	} {
		if standardKey(t).Verify([]byte(standardText), sig) {
			t.Errorf("%s: the signature verifies", name)
		}
	}
	if standardKey(t).Verify([]byte(standardText+" "), good) {
		t.Error("the signature verifies over another message")
	}
	if newKey(t).Public().Verify([]byte(standardText), good) {
		t.Error("the signature verifies under another key")
	}
}

func TestEveryCutOfASignatureIsRefused(t *testing.T) {
	good, err := hex.DecodeString(standardSignature)
	if err != nil {
		t.Fatal(err)
	}
	for n := range good {
		if standardKey(t).Verify([]byte(standardText), good[:n]) {
			t.Errorf("the first %d bytes verify", n)
		}
	}
}

func TestSignVerify(t *testing.T) {
	k, other := newKey(t), newKey(t)
	rapid.Check(t, func(t *rapid.T) {
		message := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "message")
		sig, err := k.Sign(message)
		if err != nil {
			t.Fatal(err)
		}
		if !k.Public().Verify(message, sig) {
			t.Fatal("an own signature does not verify")
		}
		if other.Public().Verify(message, sig) || k.Public().Verify(append(message, 0), sig) {
			t.Fatal("the signature verifies for another key or message")
		}
		bit := rapid.IntRange(0, len(sig)*8-1).Draw(t, "bit")
		sig[bit/8] ^= 1 << (bit % 8)
		if k.Public().Verify(message, sig) {
			t.Fatalf("the signature verifies with bit %d turned", bit)
		}
	})
}

func TestVerifyTogether(t *testing.T) {
	k := newKey(t)
	sig, err := k.Sign([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if !k.Public().Verify([]byte("x"), sig) {
				t.Error("the signature does not verify")
			}
		})
	}
	wg.Wait()
}

func TestPublicKeyForms(t *testing.T) {
	k := standardKey(t)
	upper, err := ParsePublicKey(strings.ToUpper(standardPoint))
	if err != nil {
		t.Fatal(err)
	}
	if upper.ID() != k.ID() || upper.Point() != standardPoint {
		t.Error("the case of the hex changes the key")
	}
	raw, _ := hex.DecodeString(standardPoint)
	if k.ID() != SM3(raw) {
		t.Errorf("the id is %s, not the SM3 of the point", k.ID())
	}
	for name, point := range map[string]string{
		"empty":          "",
		"without 04":     standardPoint[2:],
		"compressed":     "02" + standardPoint[2:66],
		"hybrid":         "06" + standardPoint[2:],
		"short":          standardPoint[:128],
		"long":           standardPoint + "00",
		"not hex":        "zz" + standardPoint[2:],
		"off the curve":  standardPoint[:129] + "4",
		"at infinity":    "04" + strings.Repeat("0", 128),
		"x beyond field": "04" + strings.Repeat("f", 64) + standardPoint[66:],
		"a space":        " " + standardPoint,
	} {
		if _, err := ParsePublicKey(point); err == nil {
			t.Errorf("%s: the key is accepted", name)
		}
	}
}
