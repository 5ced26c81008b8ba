package network

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Regulators are the organisations whose peers endorse the credit file.
func (c *Consortium) Regulators() []Organisation {
	var out []Organisation
	for _, o := range c.Organisations {
		if o.Regulator && o.Peers > 0 {
			out = append(out, o)
		}
	}
	return out
}

// PeerOrganisations are those that run peers.
func (c *Consortium) PeerOrganisations() []Organisation {
	var out []Organisation
	for _, o := range c.Organisations {
		if o.Peers > 0 {
			out = append(out, o)
		}
	}
	return out
}

// Endorsers are the organisations that run the chaincode of a contract.
func (c *Consortium) Endorsers(contract *Contract) []Organisation {
	if contract.Endorsement == EndorsedByRegulators {
		return c.Regulators()
	}
	return c.PeerOrganisations()
}

// SignaturePolicy is the endorsement policy of a contract in Fabric's words;
// empty where the channel's own policy applies, which follows by itself when
// an organisation joins.
func (c *Consortium) SignaturePolicy(contract *Contract) string {
	if contract.Endorsement == EndorsedByMajority {
		return ""
	}
	return majority(c.Regulators())
}

// CollectionEndorsers are the members of a collection, by MSP: a majority of
// them endorses what is written there.
func (c *Consortium) CollectionEndorsers(coll *Collection) []string {
	orgs := c.members(coll)
	out := make([]string, 0, len(orgs))
	for _, o := range orgs[:len(orgs)/2+1] {
		out = append(out, o.MSP)
	}
	return out
}

func (c *Consortium) members(coll *Collection) []Organisation {
	var out []Organisation
	for _, name := range coll.Members {
		if o, err := c.Organisation(name); err == nil {
			out = append(out, *o)
		}
	}
	return out
}

// majority is a policy that more than half of the organisations satisfy, each
// by one of its peers.
func majority(orgs []Organisation) string {
	return fmt.Sprintf("OutOf(%d, %s)", len(orgs)/2+1, principals(orgs, "peer"))
}

func principals(orgs []Organisation, role string) string {
	names := make([]string, len(orgs))
	for i, o := range orgs {
		names[i] = "'" + o.MSP + "." + role + "'"
	}
	return strings.Join(names, ", ")
}

// collectionConfig is a collection as Fabric's lifecycle reads it.
type collectionConfig struct {
	Name              string            `json:"name"`
	Policy            string            `json:"policy"`
	RequiredPeerCount int               `json:"requiredPeerCount"`
	MaxPeerCount      int               `json:"maxPeerCount"`
	BlockToLive       uint64            `json:"blockToLive"`
	MemberOnlyRead    bool              `json:"memberOnlyRead"`
	MemberOnlyWrite   bool              `json:"memberOnlyWrite"`
	EndorsementPolicy endorsementPolicy `json:"endorsementPolicy"`
}

type endorsementPolicy struct {
	SignaturePolicy string `json:"signaturePolicy"`
}

// CollectionsConfig is the collections file of a contract, nil where it has
// none. Whoever carries a seal may be of any organisation: the contract checks
// the part, the members' peers endorse it. Only members' clients may read.
func (c *Consortium) CollectionsConfig(contract *Contract) ([]byte, error) {
	if len(contract.Collections) == 0 {
		return nil, nil
	}
	var out []collectionConfig
	for _, coll := range contract.Collections {
		orgs := c.members(&coll)
		out = append(out, collectionConfig{
			Name: coll.Name, Policy: "OR(" + principals(orgs, "member") + ")",
			RequiredPeerCount: coll.RequiredPeers, MaxPeerCount: coll.MaxPeers, BlockToLive: coll.BlockToLive,
			MemberOnlyRead: true, EndorsementPolicy: endorsementPolicy{majority(orgs)},
		})
	}
	return json.Marshal(out, jsontext.WithIndent("  "))
}
