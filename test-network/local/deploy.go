package local

import (
	"context"
	"fmt"

	"github.com/grainledger/grainledger/network"
)

// Deploy installs a program as the chaincode of a contract and defines it
// under the contract's name.
func (n *Network) Deploy(ctx context.Context, contract, program string) error {
	d := Definition{Name: contract, Contract: contract, Package: contract + "_1", Sequence: 1}
	return n.deploy(ctx, d, program)
}

// DeployAs defines a second name with the policy and the collections of a
// contract, run by a program of its own or, where that is empty, by the
// contract's services: a fresh state on the same network.
func (n *Network) DeployAs(ctx context.Context, name, contract, program string) error {
	d := Definition{Name: name, Contract: contract, Package: name + "_1", Sequence: 1}
	if program == "" {
		of, ok := n.definition(contract)
		if !ok {
			return fmt.Errorf("chaincode %s is not deployed", contract)
		}
		d.Package = of.Package
	}
	return n.deploy(ctx, d, program)
}

// Upgrade puts a new program in place of a contract's. State, rules and root
// stay; the old services end once the new definition is committed.
func (n *Network) Upgrade(ctx context.Context, name, program string) error {
	old, ok := n.definition(name)
	if !ok {
		return fmt.Errorf("chaincode %s is not deployed", name)
	}
	next := old
	next.Sequence++
	next.Package = fmt.Sprintf("%s_%d", name, next.Sequence)
	if err := n.deploy(ctx, next, program); err != nil {
		return err
	}
	return n.retire(ctx, old.Package)
}

func (n *Network) deploy(ctx context.Context, d Definition, program string) error {
	contract, err := n.consortium.Contract(d.Contract)
	if err != nil {
		return err
	}
	if program != "" {
		if err := n.retire(ctx, d.Package); err != nil { // left over from an attempt that did not end
			return err
		}
		env := []string{"CHAINCODE_CONTRACT=" + d.Contract}
		err := inTurn(n.consortium.Endorsers(contract), func(o network.Organisation) error {
			return n.provide(ctx, o, d.Package, program, env)
		})
		if err != nil {
			return err
		}
	}
	if err := n.define(ctx, d); err != nil {
		return err
	}
	return n.remember(d)
}

func inTurn(orgs []network.Organisation, f func(network.Organisation) error) error {
	for _, o := range orgs {
		if err := f(o); err != nil {
			return err
		}
	}
	return nil
}

// retire ends the services of a package that no definition uses.
func (n *Network) retire(ctx context.Context, label string) error {
	for _, d := range n.state.Definitions {
		if d.Package == label {
			return nil
		}
	}
	kept := n.state.Services[:0]
	for _, s := range n.state.Services {
		if s.Label != label {
			kept = append(kept, s)
			continue
		}
		if err := n.serviceProcess(s).stop(ctx); err != nil {
			return err
		}
		n.step("ended %s", n.serviceProcess(s).name)
	}
	n.state.Services = kept
	return n.save()
}
