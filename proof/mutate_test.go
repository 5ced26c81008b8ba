package proof_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/proof"
)

// mutation is a bundle with one thing changed, still in its one spelling as
// far as the change allows.
type mutation struct {
	name string
	raw  []byte
}

// mutate lists the changes of a JSON value: every member dropped, every list
// item dropped, doubled and swapped with its neighbour, every text and number
// changed, and bytes inside base64 flipped.
func mutate(v jsontext.Value, at string) []mutation {
	switch v.Kind() {
	case '{':
		return mutateObject(v, at)
	case '[':
		return mutateList(v, at)
	case '"':
		return mutateText(v, at)
	case '0':
		var n int64
		if json.Unmarshal(v, &n) != nil {
			panic(at)
		}
		return []mutation{{at + " one more", fmt.Appendf(nil, "%d", n+1)}, {at + " one less", fmt.Appendf(nil, "%d", n-1)},
			{at + " doubled", fmt.Appendf(nil, "%d", 2*n+1)}, {at + " as 1.0", fmt.Appendf(nil, "%d.0", n)}}
	}
	panic(at + " is of a kind that no bundle has")
}

func mutateObject(v jsontext.Value, at string) (out []mutation) {
	names, values := []string{}, []jsontext.Value{}
	d := jsontext.NewDecoder(strings.NewReader(string(v)))
	must(d.ReadToken())
	for d.PeekKind() == '"' {
		names = append(names, must(d.ReadToken()).String())
		values = append(values, must(d.ReadValue()).Clone())
	}
	write := func(skip int, replace []byte) []byte {
		var b strings.Builder
		for i, name := range names {
			value := []byte(values[i])
			if i == skip && replace == nil {
				continue
			}
			if i == skip {
				value = replace
			}
			if b.Len() > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%q:%s", name, value)
		}
		return []byte("{" + b.String() + "}")
	}
	for i, name := range names {
		here := at + "/" + name
		out = append(out, mutation{here + " dropped", write(i, nil)})
		for _, m := range mutate(values[i], here) {
			out = append(out, mutation{m.name, write(i, m.raw)})
		}
	}
	return append(out, mutation{at + " and another member", []byte(strings.TrimSuffix(string(v), "}") + `,"x":1}`)})
}

func mutateList(v jsontext.Value, at string) (out []mutation) {
	var items []jsontext.Value
	d := jsontext.NewDecoder(strings.NewReader(string(v)))
	must(d.ReadToken())
	for d.PeekKind() != ']' {
		items = append(items, must(d.ReadValue()).Clone())
	}
	write := func(list ...jsontext.Value) []byte {
		var b strings.Builder
		for i, item := range list {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(item)
		}
		return []byte("[" + b.String() + "]")
	}
	for i := range items {
		here := fmt.Sprintf("%s/%d", at, i)
		before, after := items[:i:i], items[i+1:]
		out = append(out, mutation{here + " dropped", write(append(before, after...)...)},
			mutation{here + " doubled", write(append(append(before, items[i]), items[i:]...)...)})
		if i+1 < len(items) {
			out = append(out, mutation{here + " swapped", write(append(append(before, items[i+1], items[i]), items[i+2:]...)...)})
		}
		for _, m := range mutate(items[i], here) {
			out = append(out, mutation{m.name, write(append(append(before, m.raw), after...)...)})
		}
	}
	return out
}

// mutateText changes a text, and where it is base64 or hex each byte in it.
func mutateText(v jsontext.Value, at string) (out []mutation) {
	var s string
	if json.Unmarshal(v, &s) != nil {
		panic(at)
	}
	add := func(how, text string) {
		if quoted, err := jsontext.AppendQuote(nil, text); err == nil && text != s {
			out = append(out, mutation{at + " " + how, quoted})
		}
	}
	add("emptied", "")
	add("longer", s+"x")
	add("shorter", s[:len(s)-1])
	switch raw, err := base64.StdEncoding.DecodeString(s); {
	case err == nil && len(raw) > 8 && !isHash(s):
		for i := 0; i < len(raw); i += step(at) {
			flipped := append([]byte(nil), raw...)
			flipped[i] ^= 1 << (i % 8)
			add(fmt.Sprintf("byte %d flipped", i), base64.StdEncoding.EncodeToString(flipped))
		}
	case strings.HasSuffix(at, "/checkpoint"):
		for i := range len(s) {
			add(fmt.Sprintf("byte %d flipped", i), s[:i]+string(s[i]^1)+s[i+1:])
		}
	default:
		for i := 0; i < len(s); i += step(at) {
			next := byte('0')
			if s[i] == '0' {
				next = '1'
			}
			add(fmt.Sprintf("character %d changed", i), s[:i]+string(next)+s[i+1:])
		}
	}
	return out
}

// step is how many bytes apart texts are changed: in the first item of a list
// each one, in those that are like it some.
func step(at string) int {
	if strings.HasPrefix(at, "/records/") && !strings.HasPrefix(at, "/records/0/") ||
		strings.HasPrefix(at, "/registry/") && !strings.HasPrefix(at, "/registry/0/") {
		return 7
	}
	return 1
}

func isHash(s string) bool {
	_, err := proof.ParseHash(s)
	return err == nil
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestMutations: a bundle with anything changed fails, or the report says
// something else. There are no exceptions.
func TestMutations(t *testing.T) {
	m := newMade(t)
	raw, trust := encode(t, m.bundle()), m.trust()
	good := proof.VerifyBundle(raw, trust)
	if !good.Holds {
		t.Fatal(show(t, good))
	}
	want := show(t, good)
	held, all := 0, mutate(raw, "")
	for _, c := range all {
		r := proof.VerifyBundle(c.raw, trust)
		if r.Holds {
			held++
		}
		if r.Holds && show(t, r) == want {
			t.Errorf("%s: goes unnoticed", c.name)
		}
	}
	t.Logf("%d mutations, %d of them hold with another report", len(all), held)
}
