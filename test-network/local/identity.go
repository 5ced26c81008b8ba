package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/grainledger/grainledger/network"
)

// Users of every organisation.
const (
	adminUser  = "admin"  // changes the channel and the chaincode
	clientUser = "client" // carries transactions; the gateway's identity
)

// users and their roles.
var users = map[string]string{adminUser: "admin", clientUser: "client"}

// organisation makes the material of an organisation: its authorities, the MSP
// definition, its users. What is there stays.
func (n *Network) organisation(o network.Organisation) error {
	ca, tlsca, err := n.authorities(o)
	if err != nil {
		return err
	}
	if err := writeMSP(n.mspDir(o), ca, tlsca); err != nil {
		return err
	}
	for user := range users {
		if exists(n.userCertificate(o, user)) {
			continue
		}
		if err := n.issueUser(o, user); err != nil {
			return err
		}
	}
	return nil
}

// userCertificate lies beside the user's key.pem, where clients look; the MSP
// directory beside them is for Fabric's own commands.
func (n *Network) userCertificate(o network.Organisation, user string) string {
	return filepath.Join(n.userDir(o, user), "cert.pem")
}

// issueUser issues a new certificate for a user.
func (n *Network) issueUser(o network.Organisation, user string) error {
	dir := n.userDir(o, user)
	if err := n.issueIdentity(o, dir, user+"."+o.Name, users[user], n.validity()); err != nil {
		return err
	}
	for from, to := range map[string]string{"keystore/key.pem": "key.pem", "signcerts/cert.pem": "cert.pem"} {
		raw, err := os.ReadFile(filepath.Join(dir, "msp", filepath.FromSlash(from)))
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, to), raw, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// node makes the identity and the TLS certificate of a node.
func (n *Network) nodeMaterial(node network.Node) error {
	at := n.place(node)
	if err := n.identity(node.Org, filepath.Dir(at.MSP), node.Name(), string(node.Kind)); err != nil {
		return err
	}
	return n.tls(node.Org, at.TLS, node.Name())
}

func (n *Network) authorities(o network.Organisation) (ca, tlsca *authority, err error) {
	ca, err = openAuthority(n.path("orgs", o.Name, "ca"), o.Name+" identities")
	if err != nil {
		return nil, nil, err
	}
	tlsca, err = openAuthority(n.path("orgs", o.Name, "tlsca"), o.Name+" TLS")
	return ca, tlsca, err
}

// identity makes dir/msp with a certificate for a role, unless it is there.
func (n *Network) identity(o network.Organisation, dir, name, role string) error {
	if exists(filepath.Join(dir, "msp", "signcerts", "cert.pem")) {
		return nil
	}
	return n.issueIdentity(o, dir, name, role, n.validity())
}

// validity is from a little while ago, for clocks that differ.
func (n *Network) validity() request {
	now := time.Now().UTC()
	return request{from: now.Add(-time.Hour), until: now.Add(n.opt.Lifetime)}
}

// issueIdentity issues a new certificate for the key in dir.
func (n *Network) issueIdentity(o network.Organisation, dir, name, role string, r request) error {
	ca, tlsca, err := n.authorities(o)
	if err != nil {
		return err
	}
	msp := filepath.Join(dir, "msp")
	key, err := openKey(filepath.Join(msp, "keystore", "key.pem"))
	if err != nil {
		return err
	}
	r.name, r.role = name, role
	cert, err := ca.issue(r, &key.PublicKey)
	if err != nil {
		return err
	}
	return errors.Join(writeMSP(msp, ca, tlsca), writeFile(filepath.Join(msp, "signcerts", "cert.pem"), cert, 0o644))
}

// tls makes dir with a TLS certificate, unless it is there.
func (n *Network) tls(o network.Organisation, dir, name string) error {
	if exists(filepath.Join(dir, "server.crt")) {
		return nil
	}
	return n.issueTLS(o, dir, name, n.validity())
}

// issueTLS issues a new TLS certificate for the key in dir. The key stays, so
// that orderers, who know each other's public key, need no new configuration.
func (n *Network) issueTLS(o network.Organisation, dir, name string, r request) error {
	_, tlsca, err := n.authorities(o)
	if err != nil {
		return err
	}
	key, err := openKey(filepath.Join(dir, "server.key"))
	if err != nil {
		return err
	}
	r.name, r.tls = name, true
	cert, err := tlsca.issue(r, &key.PublicKey)
	if err != nil {
		return err
	}
	return errors.Join(writeFile(filepath.Join(dir, "ca.crt"), tlsca.pem, 0o644),
		writeFile(filepath.Join(dir, "server.crt"), cert, 0o644))
}

// nodeOUs tells Fabric that a certificate's organisational unit is its role.
const nodeOUs = `NodeOUs:
  Enable: true
  ClientOUIdentifier: {OrganizationalUnitIdentifier: client}
  PeerOUIdentifier: {OrganizationalUnitIdentifier: peer}
  AdminOUIdentifier: {OrganizationalUnitIdentifier: admin}
  OrdererOUIdentifier: {OrganizationalUnitIdentifier: orderer}
`

func writeMSP(dir string, ca, tlsca *authority) error {
	for name, data := range map[string][]byte{
		"cacerts/ca.pem": ca.pem, "tlscacerts/tlsca.pem": tlsca.pem, "config.yaml": []byte(nodeOUs),
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if exists(path) {
			continue
		}
		if err := writeFile(path, data, 0o644); err != nil {
			return fmt.Errorf("MSP definition: %w", err)
		}
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
