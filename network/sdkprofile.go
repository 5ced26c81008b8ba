package network

import "gopkg.in/yaml.v3"

// SDKProfile renders a connection profile for clients on the older Fabric
// SDKs, for one organisation. Orderers stand in it by name and address: those
// SDKs look for them in the channel's configuration where Fabric 3 no longer
// keeps them.
func (c *Consortium) SDKProfile(o Organisation, kind string, places Places, authority func(Organisation) string) ([]byte, error) {
	endpoint := func(n Node) tree {
		return tree{
			"url":         "grpcs://" + places(n).Address(),
			"grpcOptions": tree{"ssl-target-name-override": n.Name(), "hostnameOverride": n.Name(), "allow-insecure": false},
			"tlsCACerts":  tree{"path": authority(n.Org)},
		}
	}
	peers, orderers, organisations := tree{}, tree{}, tree{}
	channelPeers, channelOrderers := tree{}, []any{}
	for _, n := range c.Peers() {
		peers[n.Name()] = endpoint(n)
		channelPeers[n.Name()] = tree{"endorsingPeer": true, "chaincodeQuery": true, "ledgerQuery": true, "eventSource": true}
	}
	for _, n := range c.Orderers(kind) {
		orderers[n.Name()] = endpoint(n)
		channelOrderers = append(channelOrderers, n.Name())
	}
	for _, org := range c.PeerOrganisations() {
		names := []any{}
		for i := range org.Peers {
			names = append(names, Node{Peer, org, i}.Name())
		}
		organisations[org.Name] = tree{"mspid": org.MSP, "cryptoPath": "users", "peers": names}
	}
	return yaml.Marshal(tree{
		"version":       "1.0.0",
		"client":        tree{"organization": o.Name, "logging": tree{"level": "error"}, "tlsCerts": tree{"systemCertPool": false}},
		"channels":      tree{c.Channel: tree{"orderers": channelOrderers, "peers": channelPeers}},
		"organizations": organisations, "orderers": orderers, "peers": peers,
	})
}
