package interop

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"os"
	"slices"
	"testing"
	"time"
)

// root is the regulator's root as the ledger states it.
type root struct {
	USCC string   `json:"uscc"`
	Keys []string `json:"keys"`
}

// TestOldClient needs a running network: README.md says which.
func TestOldClient(t *testing.T) {
	dir := os.Getenv("GRAINLEDGER_NETWORK")
	if dir == "" {
		t.Skip("GRAINLEDGER_NETWORK names no running network")
	}
	key, err := ReadKey(os.Getenv("GRAINLEDGER_ROOT_KEY"))
	if err != nil {
		t.Fatal("GRAINLEDGER_ROOT_KEY: ", err)
	}
	ledger, err := Connect(dir, cmp.Or(os.Getenv("GRAINLEDGER_ORG"), "depot"))
	if err != nil {
		t.Fatal(err)
	}
	issuer := rootOf(t, ledger, key)

	t.Run("its record is accepted and stands under its id", func(t *testing.T) {
		e, p := registration(t, issuer, key)
		v := submit(t, ledger, e)
		if v.Outcome != "accepted" || v.ID != e.ID() {
			t.Fatalf("%+v for %s", v, e.ID())
		}
		var entry struct{ ID, Type string }
		await(t, ledger, "rec/"+issuer+"/"+p.Ref, &entry)
		if entry.ID != e.ID() || entry.Type != "enterprise" {
			t.Errorf("the ledger's note is %+v", entry)
		}
		var enterprise struct{ USCC, Name string }
		await(t, ledger, "org/"+p.USCC, &enterprise)
		if enterprise.USCC != p.USCC || enterprise.Name != p.Name {
			t.Errorf("the registry says %+v", enterprise)
		}
	})
	t.Run("the same record again gets its first receipt", func(t *testing.T) {
		e, p := registration(t, issuer, key)
		submit(t, ledger, e)
		await(t, ledger, "rec/"+issuer+"/"+p.Ref, new(struct{}))
		if v := submit(t, ledger, e); v.Outcome != "duplicate" || v.Code != 3001 || v.ID != e.ID() {
			t.Errorf("%+v", v)
		}
	})
	t.Run("one changed byte is a bad signature", func(t *testing.T) {
		e, p := registration(t, issuer, key)
		e.Payload = bytes.Replace(e.Payload, []byte("Old"), []byte("Odd"), 1)
		if v := submit(t, ledger, e); v.Outcome != "rejected" || v.Code != 2001 || v.Reason != "bad_signature" {
			t.Errorf("%+v", v)
		}
		if found, err := ledger.State("rec/"+issuer+"/"+p.Ref, new(struct{})); found || err != nil {
			t.Errorf("the refused record is there: %v, %v", found, err)
		}
	})
}

// rootOf is the USCC of the ledger's root, which must know the key.
func rootOf(t *testing.T, ledger *Ledger, key *Key) string {
	t.Helper()
	var r root
	found, err := ledger.State("root", &r)
	if err != nil || !found {
		t.Fatalf("the ledger's root: found %v, %v", found, err)
	}
	if !slices.Contains(r.Keys, key.Point) {
		t.Fatalf("the root %s has no key %s", r.USCC, key.ID)
	}
	return r.USCC
}

// registration is a signed record that registers a new enterprise.
func registration(t *testing.T, issuer string, key *Key) (*Envelope, *Enterprise) {
	t.Helper()
	ref := make([]byte, 8)
	rand.Read(ref) // never fails
	p := &Enterprise{
		Issuer: issuer, Ref: "OLD-" + hex.EncodeToString(ref), OccurredAt: time.Now().UTC().Format(time.RFC3339),
		USCC: NewUSCC("320582"), Name: "Old software 某粮库", Kind: "storage", Division: "320582",
	}
	e, err := Sign("enterprise", p, key)
	if err != nil {
		t.Fatal(err)
	}
	return e, p
}

func submit(t *testing.T, ledger *Ledger, e *Envelope) *Verdict {
	t.Helper()
	v, err := ledger.Submit(e)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// await reads a value that a committed transaction wrote. The SDK waits for
// one peer to commit and then asks several, so some may be a block behind:
// they say null, or the SDK says that their answers differ.
func await(t *testing.T, ledger *Ledger, key string, v any) {
	t.Helper()
	var found bool
	var err error
	for range 50 {
		if found, err = ledger.State(key, v); found && err == nil {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Fatalf("%s: found %v, %v", key, found, err)
}
