package local

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/network"
)

// Options says which network, and where.
type Options struct {
	Dir       string // everything lies here
	Programs  string // directory with peer, orderer and the tools
	Chaincode string // the chaincode program; copied, so that a later build changes nothing
	Consensus string // network.Raft or network.BFT; for a network that is there, empty means its own
	BasePort  int    // 400 ports from here on; 0: chosen free for a new network
	Lifetime  time.Duration
	Progress  io.Writer // what happens, a line a step; nil: nobody reads
	// Tied processes end with this one. Otherwise they outlive it.
	Tied bool
	// Consortium is the data of a new network; nil: network.Default.
	Consortium *network.Consortium
}

// Network is a network in a directory. Its methods are for one goroutine at a
// time.
type Network struct {
	opt        Options
	consortium *network.Consortium
	state      state
	launcher   *launcher
	ports      *os.File // keeps others off the ports that were found; nil where none were
}

// state is what a network remembers beside its consortium.
type state struct {
	Consensus   string       `json:"consensus"`
	BasePort    int          `json:"basePort"`
	Places      []string     `json:"places"` // organisations in the order of their ports; one that left keeps its place
	Definitions []Definition `json:"definitions,omitempty"`
	Services    []service    `json:"services,omitempty"`
}

// Names of files in a network's directory.
const (
	stateFile      = "state.json"
	consortiumFile = "consortium.yaml"
)

// Open opens the network in opt.Dir, or prepares a new one there. It starts
// nothing.
func Open(opt Options) (*Network, error) {
	if opt.Lifetime == 0 {
		opt.Lifetime = DefaultLifetime
	}
	if opt.Progress == nil {
		opt.Progress = io.Discard
	}
	dir, err := filepath.Abs(opt.Dir)
	if err != nil {
		return nil, err
	}
	if opt.Programs, err = filepath.Abs(opt.Programs); err != nil {
		return nil, err
	}
	opt.Dir = dir
	n := &Network{opt: opt, launcher: newLauncher(opt.Tied)}
	raw, err := os.ReadFile(n.path(stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return n, n.prepare()
	}
	if err != nil {
		return nil, err
	}
	return n, n.load(raw)
}

func (n *Network) load(raw []byte) error {
	if err := json.Unmarshal(raw, &n.state, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("%s: %w", n.path(stateFile), err)
	}
	if want := n.opt.Consensus; want != "" && want != n.state.Consensus {
		return fmt.Errorf("the network in %s orders by %s: take it down before you start one by %s", n.opt.Dir, n.state.Consensus, want)
	}
	raw, err := os.ReadFile(n.path(consortiumFile))
	if err != nil {
		return err
	}
	n.consortium, err = network.Parse(raw)
	return err
}

// prepare chooses what a new network keeps for good. Nothing is written yet.
func (n *Network) prepare() (err error) {
	n.consortium = n.opt.Consortium
	if n.consortium == nil {
		if n.consortium, err = network.Default(); err != nil {
			return err
		}
	}
	n.state = state{Consensus: n.opt.Consensus, BasePort: n.opt.BasePort}
	if n.state.Consensus == "" {
		n.state.Consensus = network.Raft
	}
	if _, ok := n.consortium.Ordering[n.state.Consensus]; !ok {
		return fmt.Errorf("consensus %q: the consortium knows raft and bft", n.state.Consensus)
	}
	for _, o := range n.consortium.Organisations {
		n.settle(o)
	}
	if n.state.BasePort == 0 {
		n.state.BasePort, n.ports, err = freePorts()
	}
	return err
}

// settle gives an organisation its ports, for good.
func (n *Network) settle(o network.Organisation) {
	if !slices.Contains(n.state.Places, o.Name) {
		n.state.Places = append(n.state.Places, o.Name)
	}
}

// save makes what the network remembers durable.
func (n *Network) save() error {
	raw, err := json.Marshal(&n.state, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	consortium, err := n.consortium.Encode()
	if err != nil {
		return err
	}
	return errors.Join(writeFile(n.path(consortiumFile), consortium, 0o644), writeFile(n.path(stateFile), raw, 0o644))
}

// Consortium is the network's data as it is now.
func (n *Network) Consortium() *network.Consortium { return n.consortium }

// Consensus is raft or bft.
func (n *Network) Consensus() string { return n.state.Consensus }

// Dir is where everything lies.
func (n *Network) Dir() string { return n.opt.Dir }

func (n *Network) path(elem ...string) string {
	return filepath.Join(append([]string{n.opt.Dir}, elem...)...)
}

func (n *Network) orgDir(o network.Organisation) string { return n.path("orgs", o.Name) }
func (n *Network) mspDir(o network.Organisation) string { return n.path("orgs", o.Name, "msp") }
func (n *Network) userDir(o network.Organisation, user string) string {
	return n.path("orgs", o.Name, "users", user)
}
func (n *Network) nodeDir(node network.Node) string {
	return n.path("orgs", node.Org.Name, node.ID())
}

// step tells what is being done.
func (n *Network) step(format string, args ...any) {
	fmt.Fprintf(n.opt.Progress, format+"\n", args...)
}

// Nodes are all peers and orderers.
func (n *Network) Nodes() []network.Node { return n.consortium.Nodes(n.state.Consensus) }

// Node finds a node by its name, as peer0.depot.
func (n *Network) Node(name string) (network.Node, error) {
	nodes := n.Nodes()
	i := slices.IndexFunc(nodes, func(node network.Node) bool { return node.Name() == name })
	if i < 0 {
		return network.Node{}, fmt.Errorf("no node %q", name)
	}
	return nodes[i], nil
}
