package e2e

import (
	"path/filepath"
	"testing"

	"github.com/grainledger/grainledger/network"
)

// ledgerKind is what lies under a gateway.
type ledgerKind string

const (
	onEmbedded ledgerKind = "embedded"
	onRaft     ledgerKind = network.Raft // Fabric, ordered by Raft
	onBFT      ledgerKind = network.BFT  // Fabric, ordered by SmartBFT
)

// eachLedger runs a test on every kind of ledger: what people are told must
// not depend on it.
func eachLedger(t *testing.T, test func(t *testing.T, on ledgerKind)) {
	t.Helper()
	for _, on := range []ledgerKind{onEmbedded, onRaft, onBFT} {
		t.Run(string(on), func(t *testing.T) { test(t, on) })
	}
}

// eachFabric runs a test on a channel of either kind.
func eachFabric(t *testing.T, test func(t *testing.T, on ledgerKind)) {
	t.Helper()
	for _, on := range []ledgerKind{onRaft, onBFT} {
		t.Run(string(on), func(t *testing.T) { test(t, on) })
	}
}

// fewer is a part of n on a channel, which takes longer for each transaction
// and decides by the same contract.
func (on ledgerKind) fewer(n int) int {
	if on == onEmbedded {
		return n
	}
	return (n + 2) / 3
}

// place is where a gateway lives: its data directory, and the flags that name
// a ledger outside of it.
type place struct {
	data   string
	ledger []string
}

// newPlace is an empty data directory with an empty ledger. On Fabric that is
// a chaincode definition of its own on a network that the tests share.
func (on ledgerKind) newPlace(t *testing.T) place {
	t.Helper()
	p := place{data: filepath.Join(t.TempDir(), "data")}
	if on != onEmbedded {
		p.ledger = fabricFlags(on.network(t).define(t))
	}
	return p
}

func fabricFlags(profile string) []string {
	return []string{"--ledger", "fabric", "--fabric-profile", profile}
}
