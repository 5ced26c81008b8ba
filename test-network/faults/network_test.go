package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/network"
	"github.com/grainledger/grainledger/test-network/local"
)

// sharedNetwork is a network that the tests of its kind use one after another.
// Each has a definition of its own there, and with it a state of its own.
type sharedNetwork struct {
	*local.Network
	made int // definitions
}

// networks start at their first use, and end with the tests, however those end.
var networks = map[string]func() (*sharedNetwork, error){
	network.Raft: sync.OnceValues(func() (*sharedNetwork, error) { return startNetwork(network.Raft) }),
	network.BFT:  sync.OnceValues(func() (*sharedNetwork, error) { return startNetwork(network.BFT) }),
}

var running []*sharedNetwork

func startNetwork(kind string) (*sharedNetwork, error) {
	if err := errors.Join(build(), fabricPrograms()); err != nil {
		return nil, err
	}
	progress := new(bytes.Buffer)
	n, err := local.Open(local.Options{
		Dir: filepath.Join(built, kind), Programs: fabricDir, Chaincode: program("chaincode"),
		Consensus: kind, Tied: true, Progress: progress,
	})
	if err != nil {
		return nil, err
	}
	shared := &sharedNetwork{Network: n}
	running = append(running, shared)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if err := n.Up(ctx); err != nil {
		return nil, fmt.Errorf("start a network ordered by %s: %w\n%s", kind, err, progress)
	}
	return shared, nil
}

func removeNetworks() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var errs []error
	for _, n := range running {
		errs = append(errs, n.Remove(ctx))
	}
	return errors.Join(errs...)
}

// onNetwork is the shared network of that kind. What the test before has left
// broken is mended first.
func onNetwork(t *testing.T, kind string) *sharedNetwork {
	t.Helper()
	if testing.Short() {
		t.Skip("a short run starts no network")
	}
	n, err := networks[kind]()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := soon()
	defer cancel()
	for _, node := range n.Nodes() {
		err = errors.Join(err, n.ResumeNode(node))
	}
	if err = errors.Join(err, n.Up(ctx)); err != nil {
		t.Fatal(err)
	}
	return n
}

// define makes a definition with an empty state. Its services are the shared
// ones, unless a program of its own is named.
func (n *sharedNetwork) define(t *testing.T, program string) string {
	t.Helper()
	n.made++
	name := fmt.Sprintf("grain_f%d", n.made)
	ctx, cancel := soon()
	defer cancel()
	if err := n.DeployAs(ctx, name, ledger.GrainContract, program); err != nil {
		t.Fatal(err)
	}
	return name
}
