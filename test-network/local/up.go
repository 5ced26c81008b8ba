package local

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/grainledger/grainledger/network"
)

//go:embed builder
var builderScripts embed.FS

// Up brings the network to where all of it works: material, processes,
// channel, chaincode. What is there and runs is left as it is, so a second Up
// changes nothing, and one after a crash mends what is missing.
func (n *Network) Up(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		n.material, n.genesis, n.startNodes, n.joinOrderers, n.joinAllPeers, n.deployAll, n.startServices,
		n.awaitGossip, n.connections,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (n *Network) material(context.Context) error {
	if err := n.save(); err != nil {
		return err
	}
	for _, script := range []string{"detect", "build", "release"} {
		raw, err := builderScripts.ReadFile("builder/" + script)
		if err != nil {
			return err
		}
		if err := writeFile(n.path("builder", "bin", script), raw, 0o755); err != nil {
			return err
		}
	}
	for _, o := range n.consortium.Organisations {
		if err := n.organisation(o); err != nil {
			return err
		}
	}
	for _, node := range n.Nodes() {
		if err := n.nodeMaterial(node); err != nil {
			return err
		}
	}
	return nil
}

// startNodes starts all that do not run, and waits for all.
func (n *Network) startNodes(ctx context.Context) error {
	for _, node := range n.Nodes() {
		if err := n.launchNode(node); err != nil {
			return err
		}
	}
	for _, node := range n.Nodes() {
		if err := n.awaitNode(ctx, node); err != nil {
			return err
		}
	}
	return nil
}

func (n *Network) joinAllPeers(ctx context.Context) error {
	return n.joinPeers(ctx, n.consortium.PeerOrganisations())
}

// deployAll deploys the consortium's contracts where they are not there yet.
func (n *Network) deployAll(ctx context.Context) error {
	for _, contract := range n.consortium.Contracts {
		if _, ok := n.definition(contract.Name); ok {
			continue
		}
		if err := n.Deploy(ctx, contract.Name, n.opt.Chaincode); err != nil {
			return err
		}
	}
	return nil
}

// startServices starts the services that a restart of the machine ended.
func (n *Network) startServices(ctx context.Context) error {
	for _, s := range n.state.Services {
		if err := n.startService(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// awaitGossip waits until every peer knows all others: before that no private
// data travels, and the first seals would fail.
func (n *Network) awaitGossip(ctx context.Context) error {
	peers := n.consortium.Peers()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, node := range peers {
		err := poll(ctx, node.Name()+" knows the other peers", func() error {
			return n.knowsPeers(ctx, node, len(peers)-1)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (n *Network) knowsPeers(ctx context.Context, node network.Node, others int) error {
	metrics, err := n.metrics(ctx, node)
	if err != nil {
		return err
	}
	want := fmt.Sprintf("gossip_membership_total_peers_known{channel=%q} %d", n.consortium.Channel, others)
	if !strings.Contains(metrics, want) {
		return errors.New("its gossip does not know them all")
	}
	return nil
}

// metrics are a node's metrics as Prometheus reads them.
func (n *Network) metrics(ctx context.Context, node network.Node) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	url := fmt.Sprintf("http://%s:%d/metrics", loopback, n.place(node).Operations)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	raw, err := io.ReadAll(resp.Body)
	return string(raw), err
}
