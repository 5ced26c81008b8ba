package local

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/grainledger/grainledger/network"
)

const (
	loopback   = "127.0.0.1"
	portsOfOrg = 40
	allPorts   = 10 * portsOfOrg
	firstPort  = 17000
	lastPort   = 30000 // below the ports that the system hands out by itself
)

// Ports of an organisation, from its first one on.
const (
	ordererPort = iota
	ordererAdminPort
	ordererOperationsPort
	firstPeerPort // three for each of up to four peers
	portsOfPeer   = 3
	servicePort   = firstPeerPort + 4*portsOfPeer // chaincode services, as many as are left
)

// place tells where a node of this network is.
func (n *Network) place(node network.Node) network.Place {
	base := n.orgPort(node.Org)
	dir := n.nodeDir(node)
	p := network.Place{
		Host: loopback, Listen: loopback,
		MSP: filepath.Join(dir, "msp"), TLS: filepath.Join(dir, "tls"), Data: filepath.Join(dir, "data"),
	}
	if node.Kind == network.Orderer {
		p.Port, p.Admin, p.Operations = base+ordererPort, base+ordererAdminPort, base+ordererOperationsPort
		return p
	}
	first := base + firstPeerPort + node.Number*portsOfPeer
	p.Port, p.Chaincode, p.Operations = first, first+1, first+2
	return p
}

// orgPort is an organisation's first port.
func (n *Network) orgPort(o network.Organisation) int {
	return n.state.BasePort + max(slices.Index(n.state.Places, o.Name), 0)*portsOfOrg
}

// freePorts finds a range in which nobody listens, and keeps it from others who
// look for one until the file is closed: the network does not listen yet, and
// looking occupies each port for a moment.
func freePorts() (int, *os.File, error) {
	for base := firstPort; base+allPorts < lastPort; base += allPorts {
		taken, err := take(base)
		if err != nil {
			continue
		}
		if free(base, allPorts) {
			return base, taken, nil
		}
		_ = taken.Close()
	}
	return 0, nil, errors.New("no free range of ports: name one with --base-port")
}

// take locks a range for as long as the file is open. It fails where somebody
// else has it.
func take(base int) (*os.File, error) {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("grainledger-ports-%d.lock", base))
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func free(base, count int) bool {
	for port := base; port < base+count; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", loopback, port))
		if err != nil {
			return false
		}
		_ = l.Close()
	}
	return true
}
