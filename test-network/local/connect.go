package local

import (
	"context"
	"path/filepath"

	"github.com/grainledger/grainledger/network"
)

// ProfileFile is the gateway's connection profile of an organisation.
func (n *Network) ProfileFile(o network.Organisation) string {
	return filepath.Join(n.orgDir(o), "connection.json")
}

// connections writes what clients of each organisation need.
func (n *Network) connections(context.Context) error {
	for _, o := range n.consortium.Organisations {
		raw, err := n.Profile(o).Encode()
		if err != nil {
			return err
		}
		if err := writeFile(n.ProfileFile(o), raw, 0o644); err != nil {
			return err
		}
		if raw, err = n.consortium.SDKProfile(o, n.state.Consensus, n.place, n.tlsAuthority); err != nil {
			return err
		}
		if err := writeFile(filepath.Join(n.orgDir(o), "connection-sdk.yaml"), raw, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Profile is how a gateway of the organisation reaches the channel.
func (n *Network) Profile(o network.Organisation) *network.Profile {
	user := n.userDir(o, clientUser)
	return n.consortium.Profile(o, filepath.Join(user, "cert.pem"), filepath.Join(user, "key.pem"), func(node network.Node) network.ProfilePeer {
		return network.ProfilePeer{MSP: node.Org.MSP, Address: n.place(node).Address(), ServerName: node.Name(),
			Authority: n.tlsAuthority(node.Org)}
	})
}
