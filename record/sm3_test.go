package record

import (
	"crypto/hmac"
	"encoding/hex"
	"hash"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm3"
	tjsm3 "github.com/tjfoc/gmsm/sm3"
	"pgregory.net/rapid"
)

func TestSM3Vectors(t *testing.T) {
	for message, want := range map[string]string{
		"":                         "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
		"abc":                      "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
		strings.Repeat("abcd", 16): "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
	} {
		if got := SM3([]byte(message)); got != want {
			t.Errorf("SM3(%q) = %s, want %s", message, got, want)
		}
	}
}

func TestSM3AgreesWithAnotherLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		message := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "message")
		if got, want := SM3(message), hex.EncodeToString(tjsm3.Sm3Sum(message)); got != want {
			t.Fatalf("SM3 is %s here and %s there", got, want)
		}
	})
}

func TestHMACSM3Vector(t *testing.T) {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i)
	}
	const want = "a8f95cf26f204957e7ca73c9602a25dda35f168b28103b51dfc968c810416b63"
	for name, h := range map[string]func() hash.Hash{"ours": sm3.New, "other": tjsm3.New} {
		mac := hmac.New(h, key)
		mac.Write([]byte("abc"))
		if got := hex.EncodeToString(mac.Sum(nil)); got != want {
			t.Errorf("%s: HMAC-SM3 is %s, want %s", name, got, want)
		}
	}
}
