package e2e

import (
	"context"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/ledger/fabric"
	"github.com/grainledger/grainledger/network"
)

// openChannel opens the channel that a profile names, as the gateway does.
func openChannel(t *testing.T, profile string) *fabric.Ledger {
	t.Helper()
	p, err := network.ReadProfile(profile)
	if err != nil {
		t.Fatal(err)
	}
	l, err := fabric.Open(t.Context(), p, fabric.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // some tests have closed it
	return l
}

// channel is the gateway's ledger, read past the gateway.
func (g *gateway) channel(t *testing.T) *fabric.Ledger {
	t.Helper()
	return openChannel(t, g.ledger[slices.Index(g.ledger, "--fabric-profile")+1])
}

// blocksUntilNow are all blocks that the ledger has at this moment.
func blocksUntilNow(t *testing.T, l ledger.Ledger) []ledger.Block {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	health, err := l.Health(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var all []ledger.Block
	for b, err := range l.Blocks(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, b); uint64(len(all)) == health.Height {
			break
		}
	}
	return all
}

// searchBlocks looks through all that a gateway reads of the chain.
func searchBlocks(t *testing.T, l ledger.Ledger, words []string) {
	t.Helper()
	sealed := 0
	for _, b := range blocksUntilNow(t, l) {
		for _, tx := range b.Txs {
			sealed += len(tx.Private)
			for _, text := range append(tx.Args, tx.Response, tx.Event) {
				reveals(t, "transaction "+tx.ID, text, words)
			}
			for _, w := range tx.Writes {
				reveals(t, "the state at "+w.Key, w.Value, words)
			}
		}
	}
	if sealed < 50 {
		t.Errorf("the blocks tell of %d sealed parts only", sealed)
	}
}

// membersKeep is where the peers of the collection's members keep its values.
var membersKeep = regexp.MustCompile(`/(regulator|depot)/peer0/data/ledger/(transientstore|ledgersData/(pvtdataStore|stateLeveldb))/`)

// searchNodes looks through the files of all nodes: blocks as they are, logs,
// what orderers and the peer of no member have.
func searchNodes(t *testing.T, n *channelNetwork, words []string) {
	t.Helper()
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		return w == `"content"` // in rule tables of other tests as well
	})
	private := searchFiles(t, filepath.Join(n.Dir(), "orgs"), words, membersKeep.MatchString)
	holdsSecrets(t, "the members' peers", private)
}
