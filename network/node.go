package network

import "fmt"

// Kind is what a node does.
type Kind string

// Kinds of nodes.
const (
	Peer    Kind = "peer"
	Orderer Kind = "orderer"
)

// Node is a peer or an orderer of an organisation.
type Node struct {
	Kind   Kind
	Org    Organisation
	Number int
}

// ID names the node within its organisation, as peer0.
func (n Node) ID() string { return fmt.Sprintf("%s%d", n.Kind, n.Number) }

// Name names the node in the network, as peer0.depot. Its TLS certificate
// bears this name.
func (n Node) Name() string { return n.ID() + "." + n.Org.Name }

// Peers are all peers.
func (c *Consortium) Peers() []Node {
	var out []Node
	for _, o := range c.Organisations {
		for i := range o.Peers {
			out = append(out, Node{Peer, o, i})
		}
	}
	return out
}

// Orderers are the orderers under a kind of ordering.
func (c *Consortium) Orderers(kind string) []Node {
	var out []Node
	for _, name := range c.Ordering[kind].Orderers {
		if o, err := c.Organisation(name); err == nil {
			out = append(out, Node{Orderer, *o, 0})
		}
	}
	return out
}

// Nodes are all peers and orderers.
func (c *Consortium) Nodes(kind string) []Node { return append(c.Orderers(kind), c.Peers()...) }

// Place is where a node listens and keeps its files. A renderer is given a
// function from nodes to places, so that one machine and many look alike.
type Place struct {
	Host       string // under which others reach it
	Listen     string // address to bind
	Port       int    // peers: gRPC; orderers: broadcast, deliver and cluster
	Chaincode  int    // peers: where chaincode may connect to
	Admin      int    // orderers: channel participation
	Operations int    // health and metrics

	MSP  string // directory with the node's identity
	TLS  string // directory with server.crt, server.key and ca.crt
	Data string // directory for what it stores
}

// Address is host and port.
func (p Place) Address() string { return fmt.Sprintf("%s:%d", p.Host, p.Port) }

// Places tells where each node is.
type Places func(Node) Place
