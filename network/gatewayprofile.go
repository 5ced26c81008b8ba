package network

import "path"

// Profile is how a gateway of an organisation reaches the channel: its own
// peers first, then the others'. peer tells how one is reached.
func (c *Consortium) Profile(o Organisation, certificate, key string, peer func(Node) ProfilePeer) *Profile {
	p := &Profile{
		Channel: c.Channel, MSP: o.MSP, Certificate: certificate, Key: key,
		Contracts: map[string]string{}, Collections: map[string][]string{},
	}
	var others []ProfilePeer
	for _, n := range c.Peers() {
		if n.Org.Name == o.Name {
			p.Peers = append(p.Peers, peer(n))
		} else {
			others = append(others, peer(n))
		}
	}
	p.Peers = append(p.Peers, others...)
	for _, contract := range c.Contracts {
		p.Contracts[contract.Name] = contract.Name
		for _, coll := range contract.Collections {
			p.Collections[contract.Name+"/"+coll.Name] = c.CollectionEndorsers(&coll)
		}
	}
	return p
}

// profile is the profile of the gateway on an organisation's host. Files are
// named as they lie beside the compose file, which is also how the container
// sees them.
func (d *deployment) profile() *Profile {
	return d.Consortium.Profile(d.Org, "../crypto/client/cert.pem", "../crypto/client/key.pem", func(n Node) ProfilePeer {
		at := d.Places(n)
		return ProfilePeer{MSP: n.Org.MSP, Address: at.Address(), ServerName: at.Host,
			Authority: path.Join("..", "channel", sharedTLS(n.Org))}
	})
}
