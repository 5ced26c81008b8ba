package runbooks

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/ledger/fabric"
	"github.com/grainledger/grainledger/network"
	"github.com/grainledger/grainledger/record"
	"github.com/grainledger/grainledger/test-network/local"
)

// A peer's disk is lost, and its backup is from before a purge. Restored and
// caught up, it has the blocks of the others, and what was purged is gone there,
// too.
func TestBackupFromBeforeAPurgeIsRestored(t *testing.T) {
	s := on(t)
	before := s.remember()
	v := s.vault()
	v.submit("Put", "gone", "penalty-4711")
	v.submit("Put", "stays", "price-0815")
	node, data := s.node("peer0.regulator"), filepath.Join(s.dir, "orgs", "regulator", "peer0", "data")
	v.holds("gone", "penalty-4711")

	backup := filepath.Join(t.TempDir(), "backup")
	s.do(func(ctx context.Context, n *local.Network) error { return n.StopNode(ctx, node) })
	if err := os.CopyFS(backup, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	s.do(func(ctx context.Context, n *local.Network) error { return n.StartNode(ctx, node) })
	s.do((func(ctx context.Context, n *local.Network) error { return n.Up(ctx) })) // until its gossip knows the others

	s.meanwhile(func() {
		v.submit("Purge", "gone", "")
		v.holds("gone", "")
	})
	s.do(func(ctx context.Context, n *local.Network) error { return n.KillNode(ctx, node) })
	if err := os.RemoveAll(data); err != nil { // the disk is lost
		t.Fatal(err)
	}
	s.serves("without the peer")
	if err := os.CopyFS(data, os.DirFS(backup)); err != nil {
		t.Fatal(err)
	}
	s.testNetwork("up")
	s.caughtUp()
	v.holds("gone", "")
	v.holds("stays", "price-0815")
	v.submit("Put", "after", "x") // which the restored peer endorses
	s.serves("with the restored peer")
	s.still(before, "a restored backup")
}

// vault is the chaincode of package vault, as the regulator uses it. It takes
// the place of grain in the profile.
type vault struct {
	*scene
	all, own *fabric.Ledger
}

// vaultOnce deploys it once.
var vaultOnce sync.Once

func (s *scene) vault() vault {
	s.Helper()
	vaultOnce.Do(func() {
		s.do(func(ctx context.Context, n *local.Network) error {
			return n.DeployAs(ctx, "vault", ledger.GrainContract, program("vault"))
		})
	})
	change := func(p *network.Profile) { p.Contracts = map[string]string{ledger.GrainContract: "vault"} }
	return vault{s, s.ledgerOf("regulator", false, change), s.ledgerOf("regulator", true, change)}
}

// submit calls a function whose transaction the collection's members endorse.
func (v vault) submit(function, key, value string) {
	v.Helper()
	ctx, cancel := soon()
	defer cancel()
	tx := ledger.Tx{Function: function, Args: [][]byte{[]byte(key)}, Collection: record.SealedCollection}
	if value != "" {
		tx.Transient = map[string][]byte{key: []byte(value)}
	}
	if _, err := v.all.Submit(ctx, tx); err != nil {
		v.Fatalf("%s %s: %v", function, key, err)
	}
}

// holds waits until the regulator's own peer has that value, or none.
func (v vault) holds(key, want string) {
	v.Helper()
	got := ""
	within(v.T, key+" is "+want+" at the regulator's peer", func() bool {
		ctx, cancel := soon()
		defer cancel()
		value, err := v.own.Evaluate(ctx, ledger.Tx{Function: "Has", Args: [][]byte{[]byte(key)}})
		if err != nil {
			v.Fatal(err)
		}
		got = string(value)
		return got == want
	})
}
