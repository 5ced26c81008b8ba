package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/keys"
	"github.com/grainledger/grainledger/gateway/ledger/embedded"
	"github.com/grainledger/grainledger/record"
)

// openEmbedded opens the ledger in the data directory.
func openEmbedded(_ context.Context, n *node) (opened, error) {
	rules, err := contract.New()
	if err != nil {
		return opened{}, err
	}
	key, err := n.nodeKey()
	if err != nil {
		return opened{}, err
	}
	l, err := embedded.Open(n.path("ledger"), embedded.Options{Invoke: rules.Invoke, Key: key.SM2(), Log: n.log})
	if err != nil {
		return opened{}, err
	}
	n.metrics.Gauge("grainledger_ledger_fsync_seconds", "Time of the newest block's write and fsync.",
		func() float64 { return l.Stats().LastSync.Seconds() })
	return opened{ledger: l, nodeKey: key.Public().Point()}, nil
}

// nodeKey is the key that signs blocks. It is made for a new ledger alone: with
// another key an old one could not be opened, and would look tampered with.
func (n *node) nodeKey() (*record.PrivateKey, error) {
	path := n.path("keys", "node.pem")
	if _, err := os.Stat(n.path("ledger", "head")); err != nil {
		key, _, err := keys.LoadOrCreate(path)
		return key, err
	}
	key, err := keys.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing: it signed the ledger's blocks; put it back from its backup", path)
	}
	return key, err
}
