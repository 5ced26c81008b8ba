package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/grainledger/grainledger/network"
)

// patience bounds each wait for a node; a busy machine is slow.
const patience = 2 * time.Minute

// process is a node as a process.
func (n *Network) process(node network.Node) process {
	dir := n.nodeDir(node)
	p := process{
		name: node.Name(), dir: dir, path: filepath.Join(n.opt.Programs, string(node.Kind)),
		env: []string{"FABRIC_CFG_PATH=" + dir, "FABRIC_LOGGING_SPEC=warn", "FABRIC_LOGGING_FORMAT=%{time:2006-01-02T15:04:05.000Z07:00} %{level} [%{module}] %{message}"},
	}
	if node.Kind == network.Peer {
		p.args = []string{"node", "start"}
	}
	return p
}

// configure writes a node's configuration anew: it is a function of the data.
func (n *Network) configure(node network.Node) error {
	name := map[network.Kind]string{network.Peer: "core.yaml", network.Orderer: "orderer.yaml"}[node.Kind]
	base, err := n.fabricConfig(name)
	if err != nil {
		return err
	}
	var out []byte
	if node.Kind == network.Peer {
		out, err = network.PeerConfig(base, node, n.place(node), n.path("builder"))
	} else {
		out, err = network.OrdererConfig(base, node, n.place(node))
	}
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(n.nodeDir(node), name), out, 0o644)
}

// fabricConfig is a configuration file as Fabric ships it; it lies beside the
// programs.
func (n *Network) fabricConfig(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(n.opt.Programs, "config", name))
}

// StartNode starts a node, unless it runs, and waits until it is healthy.
func (n *Network) StartNode(ctx context.Context, node network.Node) error {
	return n.startNodeWith(ctx, node)
}

// startNodeWith is StartNode with settings for this one run, as environment.
func (n *Network) startNodeWith(ctx context.Context, node network.Node, env ...string) error {
	if err := n.launchNode(node, env...); err != nil {
		return err
	}
	return n.awaitNode(ctx, node)
}

func (n *Network) launchNode(node network.Node, env ...string) error {
	if err := errors.Join(n.nodeMaterial(node), n.configure(node)); err != nil {
		return err
	}
	p := n.process(node)
	p.env = append(p.env, env...)
	started, err := n.launcher.start(p)
	if started {
		n.step("started %s on %s", node.Name(), n.place(node).Address())
	}
	return err
}

func (n *Network) awaitNode(ctx context.Context, node network.Node) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p := n.process(node)
	err := poll(ctx, node.Name()+" is healthy", func() error {
		if p.pid() == 0 {
			cancel()
			return errors.New("it ended")
		}
		return n.healthy(ctx, node)
	})
	if err != nil {
		return fmt.Errorf("%w\n%s", err, p.tail())
	}
	return nil
}

func (n *Network) healthy(ctx context.Context, node network.Node) error {
	url := fmt.Sprintf("http://%s:%d/healthz", loopback, n.place(node).Operations)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // only its status is read
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", resp.Status)
	}
	// A node says that it is healthy a moment before it listens.
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", n.place(node).Address())
	if err != nil {
		return err
	}
	return conn.Close()
}

// StopNode ends a node in good order.
func (n *Network) StopNode(ctx context.Context, node network.Node) error {
	return n.process(node).stop(ctx)
}

// KillNode ends a node at once, as a crash does.
func (n *Network) KillNode(ctx context.Context, node network.Node) error {
	return n.process(node).kill(ctx)
}

// PauseNode makes a node unreachable: its connections stay open and nothing
// answers. ResumeNode ends that.
func (n *Network) PauseNode(node network.Node) error {
	return n.process(node).signal(syscall.SIGSTOP)
}

// ResumeNode lets a paused node go on.
func (n *Network) ResumeNode(node network.Node) error {
	return n.process(node).signal(syscall.SIGCONT)
}

// Running tells whether a node's process runs.
func (n *Network) Running(node network.Node) bool { return n.process(node).pid() != 0 }
