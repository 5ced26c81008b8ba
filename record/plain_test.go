package record

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func TestPlain(t *testing.T) {
	for _, tc := range []struct {
		name, doc string
		want      bool
	}{
		{"a payload of a season", `{"issuer":"91320500MA1TE2T01P","grams":37395000,"list":[{"a":-1},true,false]}`, true},
		{"spaces", " {\n\t\"a\" : 1 }\r\n", true},
		{"letters of true inside a string", `{"a":"1e5 null 1.5"}`, true},
		{"a null", `{"a":null}`, false},
		{"a fraction", `{"a":1.5}`, false},
		{"an exponent", `{"a":1e3}`, false},
		{"an exponent in capitals", `{"a":1E3}`, false},
		{"an escape", `{"a":"\u0000"}`, false},
		{"Chinese, which the slow way reads", `{"a":"稻谷"}`, false},
		{"delete", "{\"a\":\"\x7f\"}", false},
		{"too deep", strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), false},
		{"a string too long", `"` + strings.Repeat("a", maxStringBytes+1) + `"`, false},
		{"a string that never ends", `{"a":"b`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := plain([]byte(tc.doc)); got != tc.want {
				t.Errorf("plain is %v", got)
			}
		})
	}
}

// What the quick look lets pass, the careful one has nothing against.
func FuzzPlain(f *testing.F) {
	for _, doc := range []string{`{"a":1,"b":[true,"x"]}`, `[1,-2,[{}]]`, `{"a":1.0}`, `"\n"`, `{"a":null}`, `12e5`, `[[[[[[[[1]]]]]]]]`, "\"\u202e\""} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if plain(doc) && jsontext.Value(doc).IsValid() && scanStrict(doc) != nil {
			t.Fatalf("%q: %v", doc, scanStrict(doc))
		}
	})
}
