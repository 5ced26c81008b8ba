package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/keys"
	"github.com/grainledger/grainledger/gateway/tlog"
	"github.com/grainledger/grainledger/record"
)

// TestWhoseLog: who signs the records log, and what it is called.
func TestWhoseLog(t *testing.T) {
	n := openNode(t)
	ctx := context.Background()
	root, err := ledgerRoot(ctx, n.ledger)
	if err != nil {
		t.Fatal(err)
	}
	if n.signer == nil || n.signer.issuer != root.USCC || n.records.Origin() != root.USCC+"/records" {
		t.Fatalf("in development %v signs %s", n.signer, n.records.Origin())
	}
	depot := newParty(t, n, 1)
	file := func(name string, key *record.PrivateKey) string {
		raw, err := keys.Encode(key)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	unknown, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, key string
		dev       bool
		issuer    string // empty for none
		bad       string
	}{
		{"a registered key", file("a", depot.key), false, depot.uscc, ""},
		{"a registered key in development", file("b", depot.key), true, depot.uscc, ""},
		{"no key", "", false, "", ""},
		{"no key in development", "", true, root.USCC, ""},
		{"a key that nobody registered", file("c", unknown), false, "", "is not registered"},
		{"no such file", "nowhere.pem", false, "", "--log-key"},
	} {
		other := &node{config: &config{data: n.config.data, logKey: test.key, dev: test.dev}, ledger: n.ledger}
		signer, err := other.findSigner(ctx, root)
		switch {
		case test.bad != "":
			if err == nil || !strings.Contains(err.Error(), test.bad) {
				t.Errorf("%s: %v", test.name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", test.name, err)
		case (signer == nil) != (test.issuer == ""), signer != nil && signer.issuer != test.issuer:
			t.Errorf("%s: %+v", test.name, signer)
		}
	}
	ofTwo := root
	ofTwo.Threshold = 2
	other := &node{config: &config{data: n.config.data, dev: true}, ledger: n.ledger}
	if signer, err := other.findSigner(ctx, ofTwo); signer != nil || err != nil {
		t.Errorf("one key of a root of two signs: %+v, %v", signer, err)
	}
}

// TestLogOfAnotherChain: what another ledger left is begun anew, and what is
// damaged too.
func TestLogOfAnotherChain(t *testing.T) {
	n := openNode(t)
	newParty(t, n, 1)
	health, err := n.ledger.Health(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for n.records.Height() < health.Height {
		time.Sleep(time.Millisecond)
	}
	state := n.path("logs", recordsLog, "state")
	open := func() *tlog.Log {
		t.Helper()
		other := &node{config: n.config, ledger: n.ledger, log: n.log}
		l, err := other.tryLog(context.Background(), n.records.Origin())
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(state); err == nil {
			break
		} else if time.Now().After(end) {
			t.Fatal("the log is never written")
		}
	}
	kept := open()
	if kept.Size() == 0 {
		t.Error("a good log is begun anew")
	}
	_ = kept.Close()
	if err := os.WriteFile(state, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if fresh := open(); fresh.Size() != 0 || fresh.Height() != 0 {
		t.Errorf("a damaged log goes on with %d leaves", fresh.Size())
	}
}
