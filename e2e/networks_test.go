package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/grainledger/grainledger/e2e/programs"
	"github.com/grainledger/grainledger/test-network/local"
)

// channelNetwork is a Fabric network that all tests of its kind share. Each
// has a chaincode definition of its own there, and with it a state of its own;
// the blocks are everybody's.
type channelNetwork struct {
	*local.Network
	mu   sync.Mutex // the network is for one goroutine at a time
	made int        // definitions
}

// networks start at their first use, so that a run of other tests waits for
// none. They end with these tests, however those end.
var networks = map[ledgerKind]func() (*channelNetwork, error){
	onRaft: sync.OnceValues(func() (*channelNetwork, error) { return startNetwork(onRaft) }),
	onBFT:  sync.OnceValues(func() (*channelNetwork, error) { return startNetwork(onBFT) }),
}

// running are the networks to be removed at the end.
var running []*channelNetwork

func startNetwork(on ledgerKind) (*channelNetwork, error) {
	if err := errors.Join(build(), fabricPrograms()); err != nil {
		return nil, err
	}
	progress := new(bytes.Buffer)
	n, err := local.Open(local.Options{
		Dir: filepath.Join(built, string(on)), Programs: fabricDir, Chaincode: filepath.Join(built, "chaincode"),
		Consensus: string(on), Tied: true, Progress: progress,
	})
	if err != nil {
		return nil, err
	}
	c := &channelNetwork{Network: n}
	running = append(running, c)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if err := n.Up(ctx); err != nil {
		return nil, fmt.Errorf("start a network ordered by %s: %w\n%s", on, err, progress)
	}
	return c, nil
}

func stopNetworks() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var errs []error
	for _, n := range running {
		errs = append(errs, n.Remove(ctx))
	}
	return errors.Join(errs...)
}

// network is the shared network of that kind. Short runs do without.
func (on ledgerKind) network(t *testing.T) *channelNetwork {
	t.Helper()
	if testing.Short() {
		t.Skip("a short run starts no Fabric network")
	}
	n, err := networks[on]()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// define makes a definition with an empty state and returns the file of a
// profile that names it.
func (n *channelNetwork) define(t *testing.T) string {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.made++
	name := fmt.Sprintf("grain_%d", n.made)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := n.DeployAs(ctx, name, "grain", ""); err != nil {
		t.Fatal(err)
	}
	return n.profile(t, name)
}

// profile writes the profile of a gateway of the depot that keeps its grain
// under the definition.
func (n *channelNetwork) profile(t *testing.T, definition string) string {
	t.Helper()
	org, err := n.Consortium().Organisation("depot")
	if err != nil {
		t.Fatal(err)
	}
	p := n.Profile(*org)
	p.Contracts = map[string]string{"grain": definition}
	raw, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "profile.json", string(raw))
}

// fabricDir has Fabric's programs, once fabricPrograms has built them.
var fabricDir = programs.FabricDir("..")

func fabricPrograms() error { return programs.BuildFabric("..") }
