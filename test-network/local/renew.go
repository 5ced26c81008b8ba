package local

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/grainledger/grainledger/network"
)

// Renew issues new certificates for all that end before a time, and restarts
// what uses them one after another, so that the network goes on. Keys stay:
// orderers know each other by them, and so no configuration changes. Where
// names are given, as peer0.depot, orderer0.depot, client.depot or grain_1.depot, only those
// are looked at. It tells how many processes were restarted.
func (n *Network) Renew(ctx context.Context, before time.Time, names ...string) (int, error) {
	all := func(name string) bool { return len(names) == 0 || slices.Contains(names, name) }
	if err := n.knownNames(names); err != nil {
		return 0, err
	}
	count := 0
	for _, o := range n.consortium.Organisations {
		if err := n.renewUsers(o, before, all); err != nil {
			return count, err
		}
	}
	for _, node := range n.Nodes() {
		if !all(node.Name()) || n.nodeUntil(node).After(before) {
			continue
		}
		if err := n.renewNode(ctx, node); err != nil {
			return count, err
		}
		count++
	}
	for _, s := range n.state.Services {
		if !all(s.name()) || endOf(n.serviceCertificate(s)).After(before) {
			continue
		}
		if err := n.renewService(ctx, s); err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}

// knownNames refuses a name of nothing, which would else be renewed by nobody.
func (n *Network) knownNames(names []string) error {
	known := map[string]bool{}
	for _, o := range n.consortium.Organisations {
		for user := range users {
			known[user+"."+o.Name] = true
		}
	}
	for _, node := range n.Nodes() {
		known[node.Name()] = true
	}
	for _, s := range n.state.Services {
		known[s.name()] = true
	}
	for _, name := range names {
		if !known[name] {
			return fmt.Errorf("nothing here has a certificate as %q", name)
		}
	}
	return nil
}

func (n *Network) serviceCertificate(s service) string {
	return filepath.Join(n.serviceDir(&s), "tls", "server.crt")
}

// renewUsers: a gateway reads its certificate again by itself.
func (n *Network) renewUsers(o network.Organisation, before time.Time, all func(string) bool) error {
	for user := range users {
		if !all(user+"."+o.Name) || endOf(n.userCertificate(o, user)).After(before) {
			continue
		}
		n.step("renewing the certificate of %s.%s", user, o.Name)
		if err := n.issueUser(o, user); err != nil {
			return err
		}
	}
	return nil
}

func (n *Network) renewNode(ctx context.Context, node network.Node) error {
	at := n.place(node)
	n.step("renewing the certificates of %s", node.Name())
	err := errors.Join(
		n.issueIdentity(node.Org, filepath.Dir(at.MSP), node.Name(), string(node.Kind), n.validity()),
		n.issueTLS(node.Org, at.TLS, node.Name(), n.validity()))
	if err != nil {
		return err
	}
	if err := n.StopNode(ctx, node); err != nil {
		return err
	}
	if err := n.StartNode(ctx, node); err != nil {
		return err
	}
	return n.awaitService(ctx, node)
}

// awaitService waits until a restarted node takes part again, before the next
// one is stopped.
func (n *Network) awaitService(ctx context.Context, node network.Node) error {
	if node.Kind == network.Peer {
		return errors.Join(n.awaitHeight(ctx, node), n.awaitGossip(ctx))
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return poll(ctx, "an orderer leads", func() error {
		_, err := n.Leader(ctx)
		return err
	})
}

func (n *Network) renewService(ctx context.Context, s service) error {
	o, err := n.consortium.Organisation(s.Org)
	if err != nil {
		return err
	}
	p := n.serviceProcess(s)
	n.step("renewing the certificate of %s", p.name)
	if err := n.issueTLS(*o, filepath.Dir(n.serviceCertificate(s)), "chaincode."+o.Name, n.validity()); err != nil {
		return err
	}
	if err := p.stop(ctx); err != nil {
		return err
	}
	return n.startService(ctx, s)
}
