package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/grainledger/grainledger/network"
)

// Snapshot has a peer write a snapshot of the channel as it is after its
// newest block, and returns the snapshot's directory.
func (n *Network) Snapshot(ctx context.Context, from network.Node) (string, error) {
	height, err := n.Height(ctx, from)
	if err != nil {
		return "", err
	}
	if height == 0 {
		return "", fmt.Errorf("%s has no blocks", from.Name())
	}
	dir := filepath.Join(n.place(from).Data, "snapshots", "completed", n.consortium.Channel)
	had := snapshotsIn(dir)
	_, err = n.peerOf(ctx, from, "snapshot", "submitrequest", "--channelID", n.consortium.Channel, "--blockNumber", "0",
		"--peerAddress", n.place(from).Address(), "--tlsRootCertFile", n.tlsAuthority(from.Org))
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var made string
	err = poll(ctx, from.Name()+" has made the snapshot", func() error {
		for _, block := range snapshotsIn(dir) {
			if !slices.Contains(had, block) {
				made = filepath.Join(dir, strconv.Itoa(block))
				return nil
			}
		}
		return errors.New("it is not complete")
	})
	if err == nil {
		n.step("%s made a snapshot: %s", from.Name(), made)
	}
	return made, err
}

// snapshotsIn are the blocks of which a directory holds a complete snapshot.
func snapshotsIn(dir string) []int {
	var out []int
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if block, err := strconv.Atoi(e.Name()); err == nil {
			out = append(out, block)
		}
	}
	slices.Sort(out)
	return out
}

// Rejoin brings back a peer that has lost its disk: it begins with another
// peer's snapshot, takes the blocks since then from the orderers, and fetches
// from other members the private data that its organisation may have. Blocks
// older than the snapshot are not there: an index has to be built from
// another peer.
func (n *Network) Rejoin(ctx context.Context, node, from network.Node) error {
	if node.Kind != network.Peer || from.Kind != network.Peer || node.Name() == from.Name() {
		return errors.New("a peer rejoins from another peer")
	}
	snapshot, err := n.Snapshot(ctx, from)
	if err != nil {
		return err
	}
	if err := n.KillNode(ctx, node); err != nil {
		return err
	}
	if err := os.RemoveAll(n.place(node).Data); err != nil {
		return err
	}
	if err := n.startNodeWith(ctx, node, withoutClients); err != nil {
		return err
	}
	if _, err := n.peerOf(ctx, node, "channel", "joinbysnapshot", "--snapshotpath", snapshot); err != nil {
		return err
	}
	n.step("%s joins channel %s by the snapshot", node.Name(), n.consortium.Channel)
	if err := n.awaitJoined(ctx, node); err != nil {
		return err
	}
	for i := range n.state.Services {
		if n.state.Services[i].Org != node.Org.Name {
			continue
		}
		if err := n.install(ctx, node.Org, &n.state.Services[i]); err != nil {
			return err
		}
	}
	if err := n.awaitHeight(ctx, node); err != nil {
		return err
	}
	if err := n.StopNode(ctx, node); err != nil {
		return err
	}
	if err := n.StartNode(ctx, node); err != nil {
		return err
	}
	return errors.Join(n.awaitHeight(ctx, node), n.awaitGossip(ctx))
}

// withoutClients keeps gateways from a peer while it joins: one whose gateway
// service is called before it has the channel panics (Fabric 3.1.1).
const withoutClients = "CORE_PEER_GATEWAY_ENABLED=false"

// awaitJoined waits for a join by snapshot, which the peer does by itself after
// it was told. Where it gives up, only its log says why.
func (n *Network) awaitJoined(ctx context.Context, node network.Node) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := poll(ctx, node.Name()+" has read the snapshot", func() error {
		if !n.Running(node) {
			cancel()
			return errors.New("it ended")
		}
		// In this order: it may be done between the two questions.
		busy, err := n.joining(ctx, node)
		if err != nil {
			return err
		}
		joined, err := n.joined(ctx, node)
		if err != nil || joined {
			return err
		}
		if !busy {
			cancel()
			return errors.New("it gave up")
		}
		return errors.New("it is not in the channel yet")
	})
	if err != nil {
		return fmt.Errorf("%w\n%s", err, n.process(node).tail())
	}
	return nil
}

// joining tells whether the peer is reading a snapshot.
func (n *Network) joining(ctx context.Context, node network.Node) (bool, error) {
	out, err := n.peerOf(ctx, node, "channel", "joinbysnapshotstatus")
	return err == nil && !strings.Contains(out, "No joinbysnapshot operation"), err
}
