package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/ledger/fabric"
	"github.com/grainledger/grainledger/network"
)

// fabricPacking is what suits a channel. A transaction there goes through
// endorsement, ordering and validation by every peer, which costs much the
// same for a few records as for many: so records wait longer for company, more
// of them go together, and more transactions are under way meanwhile.
var fabricPacking = ledger.PackerOptions{
	BatchRecords: 1000, BatchBytes: 2 << 20, Linger: 50 * time.Millisecond, InFlight: 8, Pack: true,
}

// openFabric connects to the channel that the profile names. No key of this
// node signs its blocks: the orderers do.
func openFabric(ctx context.Context, n *node) (opened, error) {
	profile, err := network.ReadProfile(n.config.fabricProfile)
	if err != nil {
		return opened{}, fmt.Errorf("--fabric-profile: %w", err)
	}
	if err := os.MkdirAll(n.path(), 0o750); err != nil { // for the index and the jobs
		return opened{}, err
	}
	l, err := fabric.Open(ctx, profile, fabric.Options{Log: n.log})
	if err != nil {
		return opened{}, err
	}
	return opened{ledger: l, packing: fabricPacking, patience: n.config.ledgerWait}, nil
}
