package local

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/network"
)

// Definition is a chaincode definition on the channel: a name, a policy, and
// the package that each organisation runs under it.
type Definition struct {
	Name     string `json:"name"`
	Contract string `json:"contract"` // whose policy and collections it has
	Package  string `json:"package"`  // label of the package
	Sequence int    `json:"sequence"`
}

// define approves a definition for every organisation and commits it. What is
// committed already is left alone.
func (n *Network) define(ctx context.Context, d Definition) error {
	committed, err := n.committedSequence(ctx, d.Name)
	if err != nil || committed >= d.Sequence {
		return err
	}
	contract, err := n.consortium.Contract(d.Contract)
	if err != nil {
		return err
	}
	flags, err := n.definitionFlags(d, contract)
	if err != nil {
		return err
	}
	n.step("defining chaincode %s, sequence %d", d.Name, d.Sequence)
	orgs := n.consortium.PeerOrganisations()
	err = inParallel(orgs, func(o network.Organisation) error { return n.approve(ctx, d, o, flags) })
	if err != nil {
		return err
	}
	args := slices.Concat([]string{"lifecycle", "chaincode", "commit"}, flags, n.ordererFlags(), n.peerFlags(orgs))
	_, err = n.peerCLI(ctx, orgs[0], args...)
	return err
}

// approve approves a definition for one organisation.
func (n *Network) approve(ctx context.Context, d Definition, o network.Organisation, flags []string) error {
	args := slices.Concat([]string{"lifecycle", "chaincode", "approveformyorg"}, flags, n.ordererFlags())
	if s := n.serviceOf(o, d.Package); s != nil {
		args = append(args, "--package-id", s.PackageID)
	}
	_, err := n.peerCLI(ctx, o, args...)
	if err != nil && approvedBefore(err.Error()) {
		return nil // by an attempt that did not come to its end
	}
	return err
}

// approvedBefore knows Fabric's two refusals of the same approval again.
func approvedBefore(text string) bool {
	return strings.Contains(text, "with unchanged content") ||
		strings.Contains(text, "attempted to redefine the current committed sequence") && !strings.Contains(text, "different parameters")
}

func (n *Network) definitionFlags(d Definition, contract *network.Contract) ([]string, error) {
	flags := []string{"--channelID", n.consortium.Channel, "--name", d.Name,
		"--version", strconv.Itoa(d.Sequence), "--sequence", strconv.Itoa(d.Sequence)}
	if policy := n.consortium.SignaturePolicy(contract); policy != "" {
		flags = append(flags, "--signature-policy", policy)
	}
	collections, err := n.consortium.CollectionsConfig(contract)
	if err != nil || collections == nil {
		return flags, err
	}
	file := n.path("chaincode", d.Name+"-collections.json")
	return append(flags, "--collections-config", file), writeFile(file, collections, 0o644)
}

// committedSequence is the sequence of a definition on the channel, 0 where
// there is none.
func (n *Network) committedSequence(ctx context.Context, name string) (int, error) {
	out, err := n.peerCLI(ctx, n.consortium.PeerOrganisations()[0], "lifecycle", "chaincode", "querycommitted",
		"--channelID", n.consortium.Channel, "--name", name, "--output", "json")
	if err != nil {
		if strings.Contains(err.Error(), "is not defined") {
			return 0, nil
		}
		return 0, err
	}
	var answer struct {
		Sequence int `json:"sequence"`
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		return 0, fmt.Errorf("querycommitted: %w", err)
	}
	return answer.Sequence, nil
}

// remember puts a definition in place of an older one of its name.
func (n *Network) remember(d Definition) error {
	n.state.Definitions = slices.DeleteFunc(n.state.Definitions, func(x Definition) bool { return x.Name == d.Name })
	n.state.Definitions = append(n.state.Definitions, d)
	return n.save()
}

func (n *Network) definition(name string) (Definition, bool) {
	i := slices.IndexFunc(n.state.Definitions, func(d Definition) bool { return d.Name == name })
	if i < 0 {
		return Definition{}, false
	}
	return n.state.Definitions[i], true
}

// inParallel does f for all organisations at once.
func inParallel(orgs []network.Organisation, f func(network.Organisation) error) error {
	errs := make(chan error, len(orgs))
	for _, o := range orgs {
		go func() { errs <- f(o) }()
	}
	var all []error
	for range orgs {
		all = append(all, <-errs)
	}
	return errors.Join(all...)
}

func (n *Network) chaincodeDir(elem ...string) string {
	return n.path(append([]string{"chaincode"}, elem...)...)
}
