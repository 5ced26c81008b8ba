package main

import (
	"context"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// The kinds of ledger, as --ledger names them.
const (
	kindEmbedded = "embedded"
	kindFabric   = "fabric"
)

// openers has what opens each kind.
var openers = map[string]opener{
	kindEmbedded: openEmbedded,
	kindFabric:   openFabric,
}

// opener opens the ledger of a node.
type opener func(ctx context.Context, n *node) (opened, error)

// opened is an open ledger, and what its kind asks of the node.
type opened struct {
	ledger interface {
		ledger.Ledger
		Close() error
	}
	// nodeKey is the public key that signs the blocks; empty where none of
	// this node's does.
	nodeKey string
	// packing has packer options that suit the kind, where the operator has
	// not set a flag. Zero values leave the flag's default.
	packing ledger.PackerOptions
	// patience is how long the ledger may be behind the index at the start.
	// Zero: one that is behind is another ledger or was set back, and the
	// index is begun anew.
	patience time.Duration
}

// packing is what the flags say, and where they say nothing what suits the
// kind of ledger.
func (c *config) packing(kind ledger.PackerOptions) ledger.PackerOptions {
	o := c.batch
	prefer(c, "batch-records", &o.BatchRecords, kind.BatchRecords)
	prefer(c, "batch-bytes", &o.BatchBytes, kind.BatchBytes)
	prefer(c, "batch-linger", &o.Linger, kind.Linger)
	prefer(c, "in-flight", &o.InFlight, kind.InFlight)
	o.Pack = kind.Pack
	return o
}

func prefer[T comparable](c *config, flag string, option *T, kind T) {
	var none T
	if kind != none && !c.given(flag) {
		*option = kind
	}
}
