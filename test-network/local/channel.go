package local

import (
	"context"
	"fmt"
	"strings"

	"github.com/grainledger/grainledger/network"
)

// genesis makes the channel's first block, once.
func (n *Network) genesis(ctx context.Context) error {
	block := n.genesisFile()
	if exists(block) {
		return nil
	}
	raw, err := n.consortium.Configtx(n.state.Consensus, n.place, n.mspDir)
	if err != nil {
		return err
	}
	if err := writeFile(n.path("channel", "configtx.yaml"), raw, 0o644); err != nil {
		return err
	}
	n.step("making the first block of channel %s (%s)", n.consortium.Channel, n.state.Consensus)
	_, err = n.tool(ctx, "configtxgen", "-profile", network.ConfigtxProfile,
		"-channelID", n.consortium.Channel, "-outputBlock", block)
	return err
}

func (n *Network) genesisFile() string { return n.path("channel", "genesis.block") }

// joinOrderers lets every orderer take part in the channel.
func (n *Network) joinOrderers(ctx context.Context) error {
	for _, node := range n.consortium.Orderers(n.state.Consensus) {
		out, err := n.osnadmin(ctx, node, "channel", "list")
		if err != nil {
			return err
		}
		if strings.Contains(out, `"name": "`+n.consortium.Channel+`"`) {
			continue
		}
		n.step("%s joins channel %s", node.Name(), n.consortium.Channel)
		out, err = n.osnadmin(ctx, node, "channel", "join", "--channelID", n.consortium.Channel, "--config-block", n.genesisFile())
		if err != nil {
			return err
		}
		if !strings.Contains(out, "Status: 201") {
			return fmt.Errorf("%s does not join the channel: %s", node.Name(), strings.TrimSpace(out))
		}
	}
	return nil
}

// joinPeers lets the peers of the organisations take part in the channel.
func (n *Network) joinPeers(ctx context.Context, orgs []network.Organisation) error {
	for _, o := range orgs {
		for i := range o.Peers {
			if err := n.joinPeer(ctx, network.Node{Kind: network.Peer, Org: o, Number: i}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (n *Network) joinPeer(ctx context.Context, node network.Node) error {
	joined, err := n.joined(ctx, node)
	if err != nil || joined {
		return err
	}
	n.step("%s joins channel %s", node.Name(), n.consortium.Channel)
	_, err = n.peerOf(ctx, node, "channel", "join", "--blockpath", n.genesisFile())
	return err
}

func (n *Network) joined(ctx context.Context, node network.Node) (bool, error) {
	out, err := n.peerOf(ctx, node, "channel", "list")
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(out) {
		if strings.TrimSpace(line) == n.consortium.Channel {
			return true, nil
		}
	}
	return false, nil
}
