package network

import "path"

// profile is how an organisation's gateway on its host reaches the channel:
// its own peers first, then the others'. Files are named as they lie beside
// the compose file, which is also how the container sees them.
func (d *deployment) profile() *Profile {
	p := &Profile{
		Channel: d.Channel, MSP: d.Org.MSP,
		Certificate: "../crypto/client/cert.pem", Key: "../crypto/client/key.pem",
		Contracts: map[string]string{}, Collections: map[string][]string{},
	}
	var others []ProfilePeer
	for _, n := range d.Peers() {
		at := d.Places(n)
		peer := ProfilePeer{MSP: n.Org.MSP, Address: at.Address(), ServerName: at.Host,
			Authority: path.Join("..", "channel", sharedTLS(n.Org))}
		if n.Org.Name == d.Org.Name {
			p.Peers = append(p.Peers, peer)
		} else {
			others = append(others, peer)
		}
	}
	p.Peers = append(p.Peers, others...)
	for _, contract := range d.Consortium.Contracts {
		p.Contracts[contract.Name] = contract.Name
		for _, coll := range contract.Collections {
			p.Collections[contract.Name+"/"+coll.Name] = d.CollectionEndorsers(&coll)
		}
	}
	return p
}
