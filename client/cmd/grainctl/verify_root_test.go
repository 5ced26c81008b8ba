package main

import (
	"strings"
	"testing"

	"github.com/grainledger/grainledger/client"
)

// What the root signed stands when its keys have been rotated: the key that
// signed is known as a revoked one, and the ledger has judged how many had to
// sign then.
func TestVerifyWhatTheRootSignedBeforeItWasRotated(t *testing.T) {
	keys, old := rootRing(t)
	f := newFake(t, old)
	payload := written(t, `{"issuer":"`+rootUSCC+`","ref":"E-1","occurredAt":"2025-01-01T00:00:00+08:00","uscc":"`+coop+`",
 "name":"合作社","kind":"farm_coop","division":"320582"}`)
	signed, _, err := grainctl(t, "sign", "--type", "enterprise", "--keys", keys, payload)
	if err != nil {
		t.Fatal(err)
	}
	file := written(t, signed)
	rotate := func() {
		first := f.root.Keys[0]
		twoKeys(t, f)
		f.root.Keys = append(f.root.Keys[1:], f.root.Keys[1]) // of two holders, neither the old one
		f.enterprises[rootUSCC] = &client.Enterprise{Keys: []client.EnterpriseKey{{ID: old.Public().ID(), PublicKey: first, Revoked: true}}}
	}
	if _, _, err := grainctl(t, "submit", file, "--gateway", f.URL); err != nil {
		t.Fatal(err)
	}
	rotate()
	if out, _, err := grainctl(t, "verify", file, "--gateway", f.URL); err != nil || !strings.Contains(out, "which was revoked") || !strings.Contains(out, "(today 2)") {
		t.Errorf("%s%v", out, err)
	}
	// What no ledger has accepted has to satisfy the root as it is.
	clear(f.records)
	if out, _, err := grainctl(t, "verify", file, "--gateway", f.URL); err == nil || !strings.Contains(out, "too_few_signed") {
		t.Errorf("%s%v", out, err)
	}
}
