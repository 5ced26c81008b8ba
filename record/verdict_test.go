package record

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestBatchKeepsEnvelopesAsTheyCame(t *testing.T) {
	k := newKey(t)
	var batch [][]byte
	for _, ex := range examples() {
		e, err := Sign(ex.p, k)
		if err != nil {
			t.Fatal(err)
		}
		b, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		batch = append(batch, b)
	}
	batch = append(batch, []byte(`{ "payload" : "e30\u003d" , "n":1.50 }`), []byte(`"text"`), []byte(`[]`), []byte(`7`))
	assertBatch(t, batch)
	assertBatch(t, nil)
}

func assertBatch(t *testing.T, batch [][]byte) {
	t.Helper()
	data, err := EncodeBatch(batch)
	if err != nil {
		t.Fatal(err)
	}
	back, err := DecodeBatch(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != len(batch) {
		t.Fatalf("%d envelopes of %d came back", len(back), len(batch))
	}
	for i := range batch {
		if !bytes.Equal(back[i], batch[i]) {
			t.Errorf("envelope %d went in as %s and came out as %s", i, batch[i], back[i])
		}
	}
}

// The ledger never refuses a whole batch for one bad record: what is JSON
// reaches the record's own verdict.
func TestOneBadEnvelopeDoesNotSpoilTheBatch(t *testing.T) {
	good := goodWire().json()
	for name, bad := range map[string]string{
		"member twice":   `{"payload":"e30=","payload":"e30="}`,
		"null":           `null`,
		"a number":       `1e400`,
		"a surrogate":    `{"payloadType":"\ud800"}`,
		"invalid UTF-8":  "{\"payloadType\":\"\xff\"}",
		"unknown member": `{"x":1}`,
		"deep":           strings.Repeat("[", 100) + strings.Repeat("]", 100),
	} {
		parts, err := DecodeBatch([]byte("[" + good + "," + bad + "," + good + "]"))
		if err != nil || len(parts) != 3 {
			t.Errorf("%s: the batch is refused: %v", name, err)
			continue
		}
		for i, want := range []bool{true, false, true} {
			if _, err := DecodeEnvelope(parts[i]); (err == nil) != want {
				t.Errorf("%s: envelope %d: %v", name, i, err)
			}
		}
	}
}

func TestDecodeBatchRefuses(t *testing.T) {
	for _, s := range []string{"", "{}", `"x"`, "[", "[1,]", "[1] [2]", "[1]x", "[{]", `[{"a":}]`} {
		if _, err := DecodeBatch([]byte(s)); CodeOf(err) != Malformed {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"", "{", "1 2", "1,2", "]", "{}]["} {
		if b, err := EncodeBatch([][]byte{[]byte(s)}); err == nil {
			t.Errorf("%q, which is no JSON value, is sent as %s", s, b)
		}
	}
}

func TestRefusal(t *testing.T) {
	for _, c := range Codes() {
		e := &Error{Code: c, Field: "lot", Detail: "of the test"}
		v := Refusal(fmt.Errorf("apply: %w", e))
		if v.Outcome != Rejected || v.Code != c || v.Reason != c.String() || v.Field != "lot" || v.Detail != "of the test" {
			t.Errorf("the verdict of %v is %+v", e, v)
		}
		if got, ok := asError(v.Err()); !ok || *got != *e {
			t.Errorf("%v comes back as %v", e, v.Err())
		}
	}
}

func TestRefusalHidesForeignErrors(t *testing.T) {
	for _, err := range []error{errors.New("open /secret/price.db: 2.40 yuan"), errors.New("GL8001 insufficient_quantity: secret")} {
		v := Refusal(err)
		if v.Code != Internal || v.Reason != "internal" || v.Outcome != Rejected || strings.Contains(v.Detail+v.Field, "secret") {
			t.Errorf("the verdict of a foreign error is %+v", v)
		}
	}
}

func TestOnlyARefusalHasAnError(t *testing.T) {
	for _, o := range []Outcome{Accepted, IsDuplicate} {
		v := Verdict{Outcome: o, Code: Duplicate}
		if err := v.Err(); err != nil {
			t.Errorf("%s gives %v", o, err)
		}
	}
}
