package record

import (
	"bytes"
	"compress/flate"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// packExamples are signed envelopes.
func packExamples(t testing.TB) [][]byte {
	t.Helper()
	key, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for i := range 20 {
		e, err := SignBytes("harvest", []byte(`{"n":`+strings.Repeat("1", i+1)+`}`), key)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, raw)
	}
	return out
}

func TestPackedBatchOpensToTheSameBytes(t *testing.T) {
	examples := packExamples(t)
	spaced := bytes.Replace(examples[0], []byte(`,"payload"`), []byte(` , "payload"`), 1)
	for name, batch := range map[string][][]byte{
		"one":                 examples[:1],
		"many":                examples,
		"none":                nil,
		"with spaces":         {examples[1], spaced, examples[2]},
		"what is no envelope": {[]byte(`{"a":1}`), examples[1], []byte(`17`)},
	} {
		t.Run(name, func(t *testing.T) {
			packed, err := PackBatch(batch)
			if err != nil {
				t.Fatal(err)
			}
			back, err := OpenBatch(packed)
			if err != nil || !slices.EqualFunc(back, batch, bytes.Equal) {
				t.Errorf("%q, %v; want %q", back, err, batch)
			}
		})
	}
}

func TestPackedBatchIsSmaller(t *testing.T) {
	examples := packExamples(t)
	plain, err := EncodeBatch(examples)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := PackBatch(examples)
	if err != nil || len(packed)*2 > len(plain) {
		t.Errorf("%d bytes packed of %d, %v", len(packed), len(plain), err)
	}
}

func TestOpenBatchTakesPlainBatches(t *testing.T) {
	examples := packExamples(t)
	plain, err := EncodeBatch(examples)
	if err != nil {
		t.Fatal(err)
	}
	back, err := OpenBatch(plain)
	if err != nil || !slices.EqualFunc(back, examples, bytes.Equal) {
		t.Error(err)
	}
}

func deflated(t testing.TB, plain []byte) []byte {
	t.Helper()
	out := bytes.NewBufferString(packMagic)
	w, _ := flate.NewWriter(out, flate.BestSpeed)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOpenBatchRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want Code
	}{
		"no deflate":        {[]byte(packMagic + "xxxx"), Malformed},
		"nothing after it":  {[]byte(packMagic), Malformed},
		"another kind":      {deflated(t, []byte{7}), Malformed},
		"a text cut short":  {deflated(t, []byte{packedJSON, 200, 1, 'a'}), Malformed},
		"too many keys":     {deflated(t, []byte{packedFields, 1, 'a', 1, 'b', 200, 1}), Malformed},
		"a length for ever": {deflated(t, append([]byte{packedJSON}, bytes.Repeat([]byte{0xff}, 12)...)), Malformed},
		"a bomb":            {deflated(t, make([]byte, MaxPackedBytes+2)), TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := OpenBatch(c.data); CodeOf(err) != c.want {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestPackKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		batch := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 300), 0, 20).Draw(t, "batch")
		packed, err := PackBatch(batch)
		if err != nil {
			t.Fatal(err)
		}
		back, err := OpenBatch(packed)
		if err != nil || !slices.EqualFunc(back, batch, bytes.Equal) {
			t.Fatalf("%q, %v", back, err)
		}
	})
}

func FuzzOpenBatch(f *testing.F) {
	packed, err := PackBatch(packExamples(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add([]byte("[]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		batch, err := OpenBatch(data)
		if err != nil {
			return
		}
		again, err := PackBatch(batch)
		if err != nil {
			return // one of them is too long
		}
		if back, err := OpenBatch(again); err != nil || !slices.EqualFunc(back, batch, bytes.Equal) {
			t.Fatalf("%v", err)
		}
	})
}
