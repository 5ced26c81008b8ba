package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/grainledger/grainledger/network"
)

// Status is what a network does at a moment.
type Status struct {
	Consensus   string
	Nodes       []NodeStatus
	Services    []ServiceStatus
	Definitions []Definition
}

// NodeStatus is what a node does.
type NodeStatus struct {
	Node    network.Node
	Address string
	PID     int    // 0: it does not run
	Height  uint64 // blocks of the channel
	Leader  bool   // an orderer that leads
	Problem string // empty: healthy
	Until   time.Time
}

// ServiceStatus is what a chaincode service does.
type ServiceStatus struct {
	Label, Org, Address string
	PID                 int
	Until               time.Time
}

// Status asks every node. It fails only where the network cannot be read.
func (n *Network) Status(ctx context.Context) (*Status, error) {
	s := &Status{Consensus: n.state.Consensus, Definitions: n.state.Definitions}
	for _, node := range n.Nodes() {
		s.Nodes = append(s.Nodes, n.nodeStatus(ctx, node))
	}
	for _, svc := range n.state.Services {
		tls := filepath.Join(n.serviceDir(&svc), "tls", "server.crt")
		s.Services = append(s.Services, ServiceStatus{
			Label: svc.Label, Org: svc.Org, Address: svc.address(), PID: n.serviceProcess(svc).pid(), Until: endOf(tls),
		})
	}
	return s, nil
}

func (n *Network) nodeStatus(ctx context.Context, node network.Node) NodeStatus {
	at := n.place(node)
	s := NodeStatus{Node: node, Address: at.Address(), PID: n.process(node).pid(), Until: n.nodeUntil(node)}
	if s.PID == 0 {
		s.Problem = "does not run"
		return s
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if err := n.healthy(ctx, node); err != nil {
		s.Problem = "is not healthy: " + err.Error()
		return s
	}
	text, err := n.metrics(ctx, node)
	if err != nil {
		s.Problem = err.Error()
		return s
	}
	s.Height = uint64(gauge(text, "ledger_blockchain_height", n.consortium.Channel))
	if s.Height == 0 {
		s.Problem = "has not joined the channel"
	}
	s.Leader = gauge(text, "consensus_etcdraft_is_leader", n.consortium.Channel) == 1 ||
		gauge(text, "consensus_BFT_is_leader", n.consortium.Channel) == 1
	return s
}

// nodeUntil is when the first of a node's certificates ends.
func (n *Network) nodeUntil(node network.Node) time.Time {
	at := n.place(node)
	identity, tls := endOf(filepath.Join(at.MSP, "signcerts", "cert.pem")), endOf(filepath.Join(at.TLS, "server.crt"))
	if tls.Before(identity) {
		return tls
	}
	return identity
}

// endOf is when a certificate ends; zero if it cannot be read.
func endOf(path string) time.Time {
	raw, err := os.ReadFile(path)
	if err != nil {
		return time.Time{}
	}
	cert, err := readCertificate(raw)
	if err != nil {
		return time.Time{}
	}
	return cert.NotAfter
}

// gauge finds a metric of a channel, 0 where there is none.
func gauge(metrics, name, channel string) float64 {
	prefix := fmt.Sprintf("%s{channel=%q} ", name, channel)
	for line := range strings.Lines(metrics) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), prefix); ok {
			f, _ := strconv.ParseFloat(value, 64)
			return f
		}
	}
	return 0
}

// Height is the number of blocks that a node has.
func (n *Network) Height(ctx context.Context, node network.Node) (uint64, error) {
	text, err := n.metrics(ctx, node)
	return uint64(gauge(text, "ledger_blockchain_height", n.consortium.Channel)), err
}

// awaitHeight waits until a peer has the blocks that the others have now.
func (n *Network) awaitHeight(ctx context.Context, node network.Node) error {
	var want uint64
	for _, other := range n.consortium.Peers() {
		if other.Name() == node.Name() || !n.Running(other) {
			continue
		}
		if h, err := n.Height(ctx, other); err == nil {
			want = max(want, h)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return poll(ctx, node.Name()+" has caught up", func() error {
		have, err := n.Height(ctx, node)
		if err == nil && have < want {
			err = fmt.Errorf("%d of %d blocks", have, want)
		}
		return err
	})
}

// Leader is the orderer that leads, by its own word.
func (n *Network) Leader(ctx context.Context) (network.Node, error) {
	for _, node := range n.consortium.Orderers(n.state.Consensus) {
		if n.Running(node) && n.nodeStatus(ctx, node).Leader {
			return node, nil
		}
	}
	return network.Node{}, fmt.Errorf("no orderer leads")
}
