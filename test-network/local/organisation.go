package local

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/grainledger/grainledger/network"
)

// AddOrganisation takes an organisation with its peers into the channel: its
// material, the channel's configuration signed by the majority, its peers, its
// chaincode, and its approval of what is defined. Begun and broken off, it can
// be called again.
func (n *Network) AddOrganisation(ctx context.Context, o network.Organisation) error {
	if o.Peers < 1 {
		return errors.New("an organisation that joins needs a peer")
	}
	if known, err := n.consortium.Organisation(o.Name); err == nil {
		o = *known
	} else {
		members := n.consortium.PeerOrganisations() // who decide, before it is one of them
		if err := n.consortium.Add(o); err != nil {
			return err
		}
		n.settle(o)
		if err := n.admit(ctx, o, members); err != nil {
			return errors.Join(err, n.consortium.Remove(o.Name))
		}
		n.step("%s is admitted by %d organisations", o.Name, len(members)/2+1)
		if err := n.save(); err != nil {
			return err
		}
	}
	for i := range o.Peers {
		node := network.Node{Kind: network.Peer, Org: o, Number: i}
		if err := n.StartNode(ctx, node); err != nil {
			return err
		}
		if err := n.joinPeer(ctx, node); err != nil {
			return err
		}
		if err := n.awaitHeight(ctx, node); err != nil {
			return err
		}
	}
	if err := n.adopt(ctx, o); err != nil {
		return err
	}
	return errors.Join(n.awaitGossip(ctx), n.connections(ctx))
}

// admit puts an organisation into the channel's configuration.
func (n *Network) admit(ctx context.Context, o network.Organisation, members []network.Organisation) error {
	if err := n.organisation(o); err != nil {
		return err
	}
	group, err := n.organisationGroup(ctx, o)
	if err != nil {
		return err
	}
	return n.updateConfig(ctx, members, func(config tree) error {
		groups := branch(config, "channel_group", "groups", "Application", "groups")
		if groups == nil {
			return errors.New("the configuration has no application groups")
		}
		groups[o.MSP] = group
		return nil
	})
}

// adopt runs the channel's chaincode at an organisation that joined, and
// approves the definitions as they are.
func (n *Network) adopt(ctx context.Context, o network.Organisation) error {
	for _, d := range slices.Clone(n.state.Definitions) {
		contract, err := n.consortium.Contract(d.Contract)
		if err != nil {
			return err
		}
		if err := n.adoptPackage(ctx, o, d, contract); err != nil {
			return err
		}
		if o.Regulator && contract.Endorsement == network.EndorsedByRegulators {
			if err := n.redefine(ctx, d); err != nil { // its policy names the regulators
				return err
			}
			continue
		}
		flags, err := n.definitionFlags(d, contract)
		if err != nil {
			return err
		}
		if err := n.approve(ctx, d, o, flags); err != nil {
			return err
		}
		n.step("%s approves chaincode %s, sequence %d", o.Name, d.Name, d.Sequence)
	}
	return nil
}

// redefine commits a definition anew with the policy that the consortium has
// now, and the same packages.
func (n *Network) redefine(ctx context.Context, d Definition) error {
	d.Sequence++
	if err := n.define(ctx, d); err != nil {
		return err
	}
	return n.remember(d)
}

func (n *Network) adoptPackage(ctx context.Context, o network.Organisation, d Definition, contract *network.Contract) error {
	for _, endorser := range n.consortium.Endorsers(contract) {
		if endorser.Name != o.Name {
			continue
		}
		program := n.chaincodeDir(d.Package, "program")
		return n.provide(ctx, o, d.Package, program, []string{"CHAINCODE_CONTRACT=" + d.Contract})
	}
	return nil
}

// RemoveOrganisation takes an organisation out of the channel and ends its
// processes. What it has stored stays with it.
func (n *Network) RemoveOrganisation(ctx context.Context, name string) error {
	o, err := n.consortium.Organisation(name)
	if err != nil {
		return err
	}
	gone := *o
	before := *n.consortium
	before.Organisations = append([]network.Organisation(nil), n.consortium.Organisations...)
	if err := n.consortium.Remove(name); err != nil {
		return err
	}
	err = n.updateConfig(ctx, before.PeerOrganisations(), func(config tree) error {
		groups := branch(config, "channel_group", "groups", "Application", "groups")
		if groups[gone.MSP] == nil {
			return fmt.Errorf("the channel has no organisation %s", gone.MSP)
		}
		delete(groups, gone.MSP)
		return nil
	})
	if err != nil {
		*n.consortium = before
		return err
	}
	n.step("%s has left the channel", gone.Name)
	return errors.Join(n.endProcesses(ctx, gone), n.save(), n.redefineWithout(ctx, gone), n.connections(ctx))
}

// redefineWithout takes a regulator that left out of the policies that named
// it.
func (n *Network) redefineWithout(ctx context.Context, gone network.Organisation) error {
	if !gone.Regulator {
		return nil
	}
	for _, d := range slices.Clone(n.state.Definitions) {
		contract, err := n.consortium.Contract(d.Contract)
		if err != nil {
			return err
		}
		if contract.Endorsement != network.EndorsedByRegulators {
			continue
		}
		if err := n.redefine(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

func (n *Network) endProcesses(ctx context.Context, o network.Organisation) error {
	var errs []error
	for i := range o.Peers {
		errs = append(errs, n.StopNode(ctx, network.Node{Kind: network.Peer, Org: o, Number: i}))
	}
	kept := n.state.Services[:0]
	for _, s := range n.state.Services {
		if s.Org != o.Name {
			kept = append(kept, s)
			continue
		}
		errs = append(errs, n.serviceProcess(s).stop(ctx))
	}
	n.state.Services = kept
	return errors.Join(errs...)
}
