package record

import (
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm3"
	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"
)

var sealingKey = []byte("a sealing key of thirty-two byte")

func seal(t testing.TB, key []byte, issuer, ref string, content any) ([]byte, string) {
	t.Helper()
	part, name, err := Seal(key, issuer, ref, content)
	if err != nil {
		t.Fatal(err)
	}
	return part, name
}

func TestSealIsDeterministicUnderOneKey(t *testing.T) {
	content := map[string]any{"price": "2.40", "seller": "张三", "account": "6222", "bank": 102, "plate": "苏E00001"}
	part, name := seal(t, sealingKey, depot, "P-1", content)
	for range 50 {
		if again, n := seal(t, sealingKey, depot, "P-1", content); !bytes.Equal(again, part) || n != name {
			t.Fatalf("the same content is sealed as %s and as %s", part, again)
		}
	}
	if name != SM3(part) {
		t.Errorf("the name is %s, not the SM3 of the part", name)
	}
}

func TestSealDiffers(t *testing.T) {
	content := map[string]string{"price": "2.40"}
	_, name := seal(t, sealingKey, depot, "P-1", content)
	for what, other := range map[string]func() ([]byte, string){
		"key":     func() ([]byte, string) { return seal(t, []byte("another"), depot, "P-1", content) },
		"issuer":  func() ([]byte, string) { return seal(t, sealingKey, mill, "P-1", content) },
		"ref":     func() ([]byte, string) { return seal(t, sealingKey, depot, "P-2", content) },
		"content": func() ([]byte, string) { return seal(t, sealingKey, depot, "P-1", map[string]string{"price": "2.41"}) },
	} {
		if _, n := other(); n == name {
			t.Errorf("another %s gives the same name", what)
		}
	}
}

// The salt is the first half of HMAC-SM3 over the document without it.
func TestSaltForm(t *testing.T) {
	part, _ := seal(t, sealingKey, depot, "P-1", map[string]string{"price": "2.40"})
	var doc SealedPart
	if err := json.Unmarshal(part, &doc); err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sm3.New, sealingKey)
	mac.Write([]byte(`{"issuer":"` + depot + `","ref":"P-1","salt":"","content":{"price":"2.40"}}`))
	if want := hex.EncodeToString(mac.Sum(nil)[:16]); doc.Salt != want {
		t.Errorf("the salt is %s, want %s", doc.Salt, want)
	}
	if want := `{"issuer":"` + depot + `","ref":"P-1","salt":"` + doc.Salt + `","content":{"price":"2.40"}}`; string(part) != want {
		t.Errorf("the part is %s, want %s", part, want)
	}
}

func TestSealRefusesWhatIsNoJSON(t *testing.T) {
	if _, _, err := Seal(sealingKey, depot, "P-1", func() {}); err == nil {
		t.Error("a function can be sealed")
	}
	if _, _, err := Seal(sealingKey, depot, "\xff", "x"); err == nil {
		t.Error("a ref that is no text can be sealed")
	}
}

func TestSealedPartsPassTheirCheck(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref := rapid.StringN(1, 20, 64).Draw(t, "ref")
		content := rapid.MapOfN(rapid.String(), rapid.String(), 0, 5).Draw(t, "content")
		part, name, err := Seal(sealingKey, depot, ref, content)
		if err != nil {
			t.Fatal(err)
		}
		got, err := CheckSealed(part, depot, ref)
		if err != nil || got != name {
			t.Fatalf("%s is refused: %v", part, err)
		}
	})
}

func TestCheckSealedRefuses(t *testing.T) {
	salt := strings.Repeat("0a", 16)
	doc := func(members string) string { return `{"issuer":"` + depot + `","ref":"P-1",` + members + `}` }
	good := doc(`"salt":"` + salt + `","content":{"price":"2.40"}`)
	if name, err := CheckSealed([]byte(good), depot, "P-1"); err != nil || name != SM3([]byte(good)) {
		t.Fatalf("a good part is refused: %v", err)
	}
	for _, tc := range []struct {
		name, part string
		code       Code
	}{
		{"another issuer", strings.Replace(good, depot, mill, 1), BadSealed},
		{"another ref", strings.Replace(good, "P-1", "P-2", 1), BadSealed},
		{"no issuer", strings.Replace(good, `"issuer":"`+depot+`",`, "", 1), BadSealed},
		{"no salt", doc(`"content":{}`), BadSealed},
		{"empty salt", doc(`"salt":"","content":{}`), BadSealed},
		{"short salt", doc(`"salt":"` + salt[2:] + `","content":{}`), BadSealed},
		{"long salt", doc(`"salt":"` + salt + `00","content":{}`), BadSealed},
		{"salt in upper case", doc(`"salt":"` + strings.ToUpper(salt) + `","content":{}`), BadSealed},
		{"salt not hex", doc(`"salt":"` + strings.Repeat("zz", 16) + `","content":{}`), BadSealed},
		{"unknown member", doc(`"salt":"` + salt + `","content":{},"note":1`), BadSealed},
		{"member twice", doc(`"salt":"` + salt + `","content":{},"ref":"P-1"`), BadSealed},
		{"member of the content twice", doc(`"salt":"` + salt + `","content":{"a":1,"a":2}`), BadSealed},
		{"trailing data", good + "{}", BadSealed},
		{"cut off", good[:len(good)-1], BadSealed},
		{"no JSON", "price 2.40", BadSealed},
		{"empty", "", BadSealed},
		{"over-long", strings.Replace(good, "2.40", strings.Repeat("9", MaxSealedBytes), 1), TooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			name, err := CheckSealed([]byte(tc.part), depot, "P-1")
			wantRefusal(t, err, tc.code, "sealed")
			if name != "" {
				t.Errorf("a refused part has the name %s", name)
			}
		})
	}
}

// Sealed content never shows in verdicts, its member names included.
func TestCheckSealedTellsNoContent(t *testing.T) {
	for _, part := range []string{
		`{"issuer":"x","secret":1}`,
		`{"issuer":"x","content":{"secret":1,"secret":2}}`,
		`{"issuer":"x","content":{"secret":秘}}`,
		`{"issuer":"x","content":{"secret":{"a":secret}}}`,
		`{"issuer":"secret","ref":"secret","salt":"secret"}`,
		`{"issuer":["secret"]}`,
	} {
		_, err := CheckSealed([]byte(part), depot, "P-1")
		if CodeOf(err) != BadSealed || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "秘") {
			t.Errorf("%s: the refusal says %q", part, err)
		}
	}
}

func TestSealedNamesAndCounterparties(t *testing.T) {
	for _, ex := range examples() {
		var sealed, parties []string
		switch ex.name {
		case "purchase":
			sealed, parties = []string{SM3([]byte("price"))}, []string{coop}
		case "purchase from a person":
			sealed = []string{SM3([]byte("person"))}
		case "ship":
			sealed, parties = []string{SM3([]byte("plate")), SM3([]byte("driver"))}, []string{carrier, mill}
		case "sell":
			sealed, parties = []string{SM3([]byte("contract"))}, []string{mill}
		case "void": // by a regulator: the original's issuer
			parties = []string{depot}
		case "void inspection", "correct inspection": // by a lab: the regulator that it names
			parties = []string{regulator}
		case "correct": // of a sale: the buyer
			parties = []string{mill}
		}
		if got := SealedNames(ex.p); !slices.Equal(got, sealed) {
			t.Errorf("%s names the parts %v", ex.name, got)
		}
		if got := Counterparties(ex.p); !slices.Equal(got, parties) {
			t.Errorf("%s has the counterparties %q", ex.name, got)
		}
	}
}
