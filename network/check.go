package network

import (
	"errors"
	"fmt"
	"regexp"
)

var (
	orgName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)
	mspName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.-]{0,60}$`)
)

func (c *Consortium) checkOrganisations() error {
	names, msps := map[string]bool{}, map[string]bool{}
	for i, o := range c.Organisations {
		switch {
		case !orgName.MatchString(o.Name):
			return fmt.Errorf("organisations[%d].name: %q must be lower-case letters, digits and '-'", i, o.Name)
		case !mspName.MatchString(o.MSP):
			return fmt.Errorf("organisations[%d].msp: %q is no MSP name", i, o.MSP)
		case names[o.Name]:
			return fmt.Errorf("organisations[%d].name: %s is there already", i, o.Name)
		case msps[o.MSP]:
			return fmt.Errorf("organisations[%d].msp: %s is there already", i, o.MSP)
		case o.Peers < 0 || o.Peers > maxPeers:
			return fmt.Errorf("organisations[%d].peers: 0 to %d", i, maxPeers)
		}
		names[o.Name], msps[o.MSP] = true, true
	}
	if len(c.Regulators()) == 0 {
		return errors.New("organisations: no regulator runs a peer")
	}
	return nil
}

// maxPeers of one organisation: ports of the test network are counted by it.
const maxPeers = 4

// fewest orderers that stand one fault.
var fewest = map[string]int{Raft: 3, BFT: 4}

func (c *Consortium) checkOrdering(kind string, o Ordering) error {
	least, known := fewest[kind]
	if !known {
		return errors.New("only raft and bft are known")
	}
	if len(o.Orderers) < least {
		return fmt.Errorf("orderers: %d stand no fault, %d are needed", len(o.Orderers), least)
	}
	return c.known("orderers", o.Orderers)
}

func (c *Consortium) checkContract(contract *Contract) error {
	if contract.Endorsement != EndorsedByMajority && contract.Endorsement != EndorsedByRegulators {
		return fmt.Errorf("endorsement: %q is neither majority nor regulators", contract.Endorsement)
	}
	for _, coll := range contract.Collections {
		if len(coll.Members) == 0 {
			return fmt.Errorf("collection %s: members: none", coll.Name)
		}
		if err := c.known("collection "+coll.Name+": members", coll.Members); err != nil {
			return err
		}
	}
	return nil
}

// known wants every name to be an organisation, once.
func (c *Consortium) known(field string, names []string) error {
	seen := map[string]bool{}
	for _, name := range names {
		if _, err := c.Organisation(name); err != nil {
			return fmt.Errorf("%s: no organisation %q", field, name)
		}
		if seen[name] {
			return fmt.Errorf("%s: %s twice", field, name)
		}
		seen[name] = true
	}
	return nil
}
