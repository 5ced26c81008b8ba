package network

import (
	"fmt"
	"strings"
)

// hostDefinition is a chaincode definition as README.md of a host tells to
// approve and commit it.
type hostDefinition struct {
	Flags     string
	PackageID string // a variable of .env; empty where the organisation does not run it
}

// Definitions are what the channel's organisations approve: of each contract
// its newest package.
func (d *deployment) Definitions() ([]hostDefinition, error) {
	var out []hostDefinition
	for _, contract := range d.Consortium.Contracts {
		label, number, err := d.newest(contract.Name)
		if err != nil {
			return nil, err
		}
		flags := fmt.Sprintf("--channelID %s --name %s --version %d --sequence %d", d.Channel, contract.Name, number, number)
		if policy := d.SignaturePolicy(&contract); policy != "" {
			flags += fmt.Sprintf(" --signature-policy %q", policy)
		}
		if len(contract.Collections) > 0 {
			flags += " --collections-config " + collectionsFile(contract.Name)
		}
		def := hostDefinition{Flags: flags}
		for _, s := range d.Services {
			if s.Label == label {
				def.PackageID = "$" + s.Variable()
			}
		}
		out = append(out, def)
	}
	return out, nil
}

// newest is the package of a contract with the highest number.
func (d *deployment) newest(contract string) (label string, number int, err error) {
	for _, p := range d.Packages {
		name, n, err := splitPackage(p)
		if err != nil {
			return "", 0, err
		}
		if name == contract && n > number {
			label, number = p, n
		}
	}
	if number == 0 {
		return "", 0, fmt.Errorf("package: none of contract %s", contract)
	}
	return label, number, nil
}

// inWork is where the cli container works. Fabric reads a relative name of an
// authority's file from beside its own configuration, so such names are whole.
const inWork = "/grainledger"

// OrdererFlags name an orderer for the peer command: the organisation's own,
// or else the first.
func (d *deployment) OrdererFlags() string {
	n := d.Orderers(d.Kind)[0]
	if own := d.OrdererNodes(); len(own) > 0 {
		n = own[0].Node
	}
	return fmt.Sprintf("--orderer %s --tls --cafile %s/channel/%s", d.Places(n).Address(), inWork, sharedTLS(n.Org))
}

// PeerFlags name the first peer of each organisation: a majority of them has
// to answer.
func (d *deployment) PeerFlags() string {
	var out strings.Builder
	for _, o := range d.PeerOrganisations() {
		fmt.Fprintf(&out, " \\\n        --peerAddresses %s --tlsRootCertFiles %s/channel/%s", d.Places(Node{Peer, o, 0}).Address(), inWork, sharedTLS(o))
	}
	return out.String()
}
