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

// Profile is how a gateway of the organisation reaches the channel: its own
// peers first, then the others'.
func (n *Network) Profile(o network.Organisation) *network.Profile {
	user := n.userDir(o, clientUser)
	p := &network.Profile{
		Channel: n.consortium.Channel, MSP: o.MSP,
		Certificate: filepath.Join(user, "cert.pem"), Key: filepath.Join(user, "key.pem"),
		Contracts: map[string]string{}, Collections: map[string][]string{},
	}
	var others []network.ProfilePeer
	for _, node := range n.consortium.Peers() {
		peer := network.ProfilePeer{MSP: node.Org.MSP, Address: n.place(node).Address(), ServerName: node.Name(),
			Authority: n.tlsAuthority(node.Org)}
		if node.Org.Name == o.Name {
			p.Peers = append(p.Peers, peer)
		} else {
			others = append(others, peer)
		}
	}
	p.Peers = append(p.Peers, others...)
	for _, c := range n.consortium.Contracts {
		p.Contracts[c.Name] = c.Name
		for _, coll := range c.Collections {
			p.Collections[c.Name+"/"+coll.Name] = n.consortium.CollectionEndorsers(&coll)
		}
	}
	return p
}
