package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"github.com/grainledger/grainledger/network"
)

// service is a chaincode process of one organisation: what its peers call for
// one package.
type service struct {
	Label     string   `json:"label"` // of the package
	Org       string   `json:"org"`
	PackageID string   `json:"packageID"`
	Port      int      `json:"port"`
	Program   string   `json:"program"` // the copy that it runs
	Env       []string `json:"env,omitempty"`
}

func (n *Network) serviceOf(o network.Organisation, label string) *service {
	i := slices.IndexFunc(n.state.Services, func(s service) bool { return s.Org == o.Name && s.Label == label })
	if i < 0 {
		return nil
	}
	return &n.state.Services[i]
}

// provide makes an organisation's service for a package: certificates, the
// package, the installation on its peers, and the running process.
func (n *Network) provide(ctx context.Context, o network.Organisation, label, program string, env []string) error {
	s := n.serviceOf(o, label)
	if s == nil {
		made := service{Label: label, Org: o.Name, Port: n.nextServicePort(o), Env: env,
			Program: n.chaincodeDir(label, "program")}
		if err := n.pack(o, &made, program); err != nil {
			return err
		}
		n.state.Services = append(n.state.Services, made)
		if err := n.save(); err != nil {
			return err
		}
		s = &made
	}
	if err := n.startService(ctx, *s); err != nil {
		return err
	}
	return n.install(ctx, o, s)
}

// nextServicePort is one that no service of the organisation has.
func (n *Network) nextServicePort(o network.Organisation) int {
	used := map[int]bool{}
	for _, s := range n.state.Services {
		used[s.Port] = true
	}
	port := n.orgPort(o) + servicePort
	for used[port] {
		port++
	}
	return port
}

func (n *Network) serviceDir(s *service) string { return n.chaincodeDir(s.Label, s.Org) }
func (n *Network) packageFile(s *service) string {
	return filepath.Join(n.serviceDir(s), "package.tgz")
}

// process is a service as a process.
func (n *Network) serviceProcess(s service) process {
	tls := filepath.Join(n.serviceDir(&s), "tls")
	return process{
		name: "chaincode " + s.Label + " of " + s.Org, dir: n.serviceDir(&s), path: s.Program,
		env: append([]string{
			"CHAINCODE_SERVER_ADDRESS=" + s.address(), "CHAINCODE_ID=" + s.PackageID,
			"CHAINCODE_TLS_KEY=" + filepath.Join(tls, "server.key"), "CHAINCODE_TLS_CERT=" + filepath.Join(tls, "server.crt"),
			"CHAINCODE_CLIENT_CA_CERT=" + filepath.Join(tls, "ca.crt"),
		}, s.Env...),
	}
}

// name tells it from all other processes: grain_1.depot.
func (s service) name() string { return s.Label + "." + s.Org }

func (s service) address() string { return fmt.Sprintf("%s:%d", loopback, s.Port) }

// startService starts a service, unless it runs, and waits until it listens.
func (n *Network) startService(ctx context.Context, s service) error {
	p := n.serviceProcess(s)
	started, err := n.launcher.start(p)
	if err != nil {
		return err
	}
	if started {
		n.step("started %s on %s", p.name, s.address())
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = poll(ctx, p.name+" listens", func() error {
		if p.pid() == 0 {
			cancel()
			return errors.New("it ended")
		}
		conn, err := net.Dial("tcp", s.address())
		if err == nil {
			_ = conn.Close()
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%w\n%s", err, p.tail())
	}
	return nil
}

// install installs the package on the organisation's peers, and remembers its
// id.
func (n *Network) install(ctx context.Context, o network.Organisation, s *service) error {
	for i := range o.Peers {
		node := network.Node{Kind: network.Peer, Org: o, Number: i}
		out, err := n.peerOf(ctx, node, "lifecycle", "chaincode", "queryinstalled")
		if err != nil {
			return err
		}
		if strings.Contains(out, s.PackageID+",") && s.PackageID != "" {
			continue
		}
		if _, err := n.peerOf(ctx, node, "lifecycle", "chaincode", "install", n.packageFile(s)); err != nil {
			return err
		}
		n.step("installed chaincode %s on %s", s.Label, node.Name())
	}
	return nil
}
