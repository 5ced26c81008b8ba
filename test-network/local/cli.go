package local

import (
	"context"
	"path/filepath"
	"strconv"

	"github.com/grainledger/grainledger/network"
)

// peerCLI runs the peer command as an organisation's administrator against
// its first peer.
func (n *Network) peerCLI(ctx context.Context, o network.Organisation, args ...string) (string, error) {
	return n.peerOf(ctx, network.Node{Kind: network.Peer, Org: o}, args...)
}

// peerOf is peerCLI against any peer.
func (n *Network) peerOf(ctx context.Context, node network.Node, args ...string) (string, error) {
	o := node.Org
	return run(ctx, command{
		path: filepath.Join(n.opt.Programs, "peer"), args: args, dir: n.opt.Dir,
		env: []string{
			"FABRIC_CFG_PATH=" + filepath.Join(n.opt.Programs, "config"), "FABRIC_LOGGING_SPEC=error",
			"CORE_PEER_LOCALMSPID=" + o.MSP, "CORE_PEER_MSPCONFIGPATH=" + filepath.Join(n.userDir(o, adminUser), "msp"),
			"CORE_PEER_ADDRESS=" + n.place(node).Address(), "CORE_PEER_TLS_ENABLED=true",
			"CORE_PEER_TLS_ROOTCERT_FILE=" + n.tlsAuthority(o), "CORE_PEER_CLIENT_CONNTIMEOUT=10s",
		},
	})
}

func (n *Network) tlsAuthority(o network.Organisation) string {
	return filepath.Join(n.mspDir(o), "tlscacerts", "tlsca.pem")
}

// ordererFlags are the flags of the peer command that name an orderer that
// runs.
func (n *Network) ordererFlags() []string {
	for _, node := range n.consortium.Orderers(n.state.Consensus) {
		if n.Running(node) {
			return n.flagsOf(node)
		}
	}
	return n.flagsOf(n.consortium.Orderers(n.state.Consensus)[0])
}

func (n *Network) flagsOf(node network.Node) []string {
	return []string{"--orderer", n.place(node).Address(), "--tls", "--cafile", n.tlsAuthority(node.Org)}
}

// peerFlags name the first peer of each organisation.
func (n *Network) peerFlags(orgs []network.Organisation) []string {
	var out []string
	for _, o := range orgs {
		first := n.place(network.Node{Kind: network.Peer, Org: o})
		out = append(out, "--peerAddresses", first.Address(), "--tlsRootCertFiles", n.tlsAuthority(o))
	}
	return out
}

// tool runs one of Fabric's tools.
func (n *Network) tool(ctx context.Context, name string, args ...string) (string, error) {
	return run(ctx, command{path: filepath.Join(n.opt.Programs, name), args: args, dir: n.opt.Dir,
		env: []string{"FABRIC_CFG_PATH=" + n.path("channel")}})
}

// osnadmin talks to an orderer's channel participation, with the node's own
// TLS certificate.
func (n *Network) osnadmin(ctx context.Context, node network.Node, args ...string) (string, error) {
	at := n.place(node)
	args = append(args, "--orderer-address", loopback+":"+strconv.Itoa(at.Admin),
		"--ca-file", filepath.Join(at.TLS, "ca.crt"),
		"--client-cert", filepath.Join(at.TLS, "server.crt"), "--client-key", filepath.Join(at.TLS, "server.key"))
	return n.tool(ctx, "osnadmin", args...)
}
