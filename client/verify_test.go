package client

import (
	"testing"

	"github.com/grainledger/grainledger/record"
)

func sealedPurchase(t *testing.T, key *record.PrivateKey) Submission {
	t.Helper()
	const buyer, ref = "91320582508808129Y", "SG-1"
	part, name, err := record.Seal([]byte("key"), buyer, ref, map[string]string{"seller": "张三"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Sign(&record.Purchase{
		Header: record.Header{Issuer: buyer, Ref: ref, OccurredAt: "2025-10-12T08:00:00+08:00"},
		Lot:    "P-1", Nature: "200", Variety: "1132002", GrossGrams: 3000, TareGrams: 1000, NetGrams: 2000,
		Sealed: []string{name},
	}, key)
	if err != nil {
		t.Fatal(err)
	}
	s.Sealed = [][]byte{part}
	return s
}

func TestVerify(t *testing.T) {
	key, _ := record.GenerateKey()
	other, _ := record.GenerateKey()
	s := sealedPurchase(t, key)
	v, err := Verify(s, other.Public(), key.Public())
	if err != nil || v.Form != nil || v.ID != s.Envelope.ID() || v.SealedNamed != 1 || v.SealedGiven != 1 || !v.Signatures[0].Valid {
		t.Fatalf("%+v, %v", v, err)
	}
	for name, c := range map[string]struct {
		change func(*Submission)
		keys   []*record.PublicKey
		code   record.Code
	}{
		"no key":        {func(*Submission) {}, nil, record.BadSignature},
		"another's key": {func(*Submission) {}, []*record.PublicKey{other.Public()}, record.BadSignature},
		"other content": {func(s *Submission) {
			s.Envelope.Payload = append([]byte{' '}, s.Envelope.Payload...)
		}, []*record.PublicKey{key.Public()}, record.BadSignature},
		"other type": {func(s *Submission) {
			s.Envelope.PayloadType = record.TypeSell.PayloadType()
		}, []*record.PublicKey{key.Public()}, record.BadSignature},
		"a bad one beside a good one": {func(s *Submission) {
			if err := s.Envelope.AddSignature(other); err != nil {
				t.Fatal(err)
			}
			s.Envelope.Signatures[1].KeyID = key.Public().ID()
		}, []*record.PublicKey{key.Public()}, record.BadSignature},
		"other part": {func(s *Submission) {
			part, _, _ := record.Seal([]byte("other key"), "91320582508808129Y", "SG-1", map[string]string{"seller": "张三"})
			s.Sealed = [][]byte{part}
		}, []*record.PublicKey{key.Public()}, record.BadSealed},
		"part of another record": {func(s *Submission) {
			part, _, _ := record.Seal([]byte("key"), "91320582508808129Y", "SG-2", map[string]string{"seller": "张三"})
			s.Sealed = [][]byte{part}
		}, []*record.PublicKey{key.Public()}, record.BadSealed},
		"part twice": {func(s *Submission) { s.Sealed = append(s.Sealed, s.Sealed[0]) }, []*record.PublicKey{key.Public()}, record.BadSealed},
	} {
		s := sealedPurchase(t, key)
		c.change(&s)
		if _, err := Verify(s, c.keys...); record.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

// A type whose rules are not in force is still signed by somebody.
func TestVerifyOfAnUnknownType(t *testing.T) {
	key, _ := record.GenerateKey()
	e, err := record.SignBytes("credit", []byte(`{"issuer":"I","ref":"R","sealed":[]}`), key)
	if err != nil {
		t.Fatal(err)
	}
	v, err := Verify(Submission{Envelope: e}, key.Public())
	if err != nil || record.CodeOf(v.Form) != record.UnsupportedType || v.Head.Issuer != "I" {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestSubmissionsAsJSON(t *testing.T) {
	key, _ := record.GenerateKey()
	s := sealedPurchase(t, key)
	b, err := s.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for text, n := range map[string]int{string(b): 1, "[" + string(b) + "," + string(b) + "]": 2, "[]": 0} {
		got, err := ParseSubmissions([]byte(text))
		if err != nil || len(got) != n {
			t.Fatalf("%d, %v", len(got), err)
		}
		for _, g := range got {
			if g.Envelope.ID() != s.Envelope.ID() || string(g.Sealed[0]) != string(s.Sealed[0]) {
				t.Error("is another one")
			}
		}
	}
	for _, bad := range []string{"", "{}", "3", "[3]", `{"payload":"","x":1}`, string(b) + "x"} {
		if _, err := ParseSubmissions([]byte(bad)); record.CodeOf(err) == 0 {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
