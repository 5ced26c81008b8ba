package proof_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/grainledger/grainledger/proof"
)

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func encode(t testing.TB, b *proof.Bundle) []byte {
	t.Helper()
	raw, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func show(t testing.TB, r *proof.Report) string {
	t.Helper()
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestBundle(t *testing.T) {
	m := newMade(t)
	r := proof.VerifyBundle(encode(t, m.bundle()), m.trust())
	if !r.Holds {
		t.Fatal(show(t, r))
	}
	if r.Find(proof.CheckCoverage).Numbers["basisPoints"] != 10_000 {
		t.Error(show(t, r))
	}
}
