package network

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

//go:embed consortium.yaml
var defaultConsortium []byte

// Consortium is who takes part in a channel and under which rules.
// consortium.yaml says why each value is as it is.
type Consortium struct {
	Channel       string              `yaml:"channel"`
	Organisations []Organisation      `yaml:"organisations"`
	Ordering      map[string]Ordering `yaml:"ordering"` // raft, bft
	Blocks        Blocks              `yaml:"blocks"`
	Contracts     []Contract          `yaml:"contracts"`
}

// Organisation runs nodes of the network.
type Organisation struct {
	Name      string `yaml:"name"` // lower-case, names directories and hosts
	MSP       string `yaml:"msp"`  // names the organisation in policies, for ever
	Title     string `yaml:"title,omitempty"`
	Peers     int    `yaml:"peers"`
	Regulator bool   `yaml:"regulator,omitempty"` // its peers endorse the credit file
}

// Ordering is a way to agree on blocks.
type Ordering struct {
	Orderers []string       `yaml:"orderers"` // organisations that run an orderer
	Raft     map[string]any `yaml:"raft,omitempty"`
	BFT      map[string]any `yaml:"bft,omitempty"`
}

// Blocks says when a block is cut. Sizes are in Fabric's notation ("1 MB").
type Blocks struct {
	Timeout        string `yaml:"timeout"`
	MaxMessages    int    `yaml:"maxMessages"`
	PreferredBytes string `yaml:"preferredBytes"`
	AbsoluteBytes  string `yaml:"absoluteBytes"`
}

// Contract is a chaincode definition.
type Contract struct {
	Name        string       `yaml:"name"`
	Endorsement string       `yaml:"endorsement"` // majority or regulators
	Collections []Collection `yaml:"collections,omitempty"`
}

// Collection is a private data collection.
type Collection struct {
	Name          string   `yaml:"name"`
	Members       []string `yaml:"members"` // organisations that hold the data
	RequiredPeers int      `yaml:"requiredPeers"`
	MaxPeers      int      `yaml:"maxPeers"`
	BlockToLive   uint64   `yaml:"blockToLive"`
}

// How a contract is endorsed.
const (
	EndorsedByMajority   = "majority"   // of the channel's organisations
	EndorsedByRegulators = "regulators" // a majority of the regulators
)

// Kinds of ordering.
const (
	Raft = "raft"
	BFT  = "bft"
)

// Default is the consortium of consortium.yaml.
func Default() (*Consortium, error) { return Parse(defaultConsortium) }

// Parse reads a consortium. What is unknown or does not hold together is
// named.
func Parse(data []byte) (*Consortium, error) {
	c := new(Consortium)
	d := yaml.NewDecoder(strings.NewReader(string(data)))
	d.KnownFields(true)
	if err := d.Decode(c); err != nil {
		return nil, fmt.Errorf("consortium: %w", err)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("consortium: %w", err)
	}
	return c, nil
}

// Encode writes the consortium as Parse reads it.
func (c *Consortium) Encode() ([]byte, error) { return yaml.Marshal(c) }

// Organisation finds an organisation by its name.
func (c *Consortium) Organisation(name string) (*Organisation, error) {
	for i := range c.Organisations {
		if c.Organisations[i].Name == name {
			return &c.Organisations[i], nil
		}
	}
	return nil, fmt.Errorf("consortium: no organisation %q", name)
}

// Contract finds a contract by its name.
func (c *Consortium) Contract(name string) (*Contract, error) {
	for i := range c.Contracts {
		if c.Contracts[i].Name == name {
			return &c.Contracts[i], nil
		}
	}
	return nil, fmt.Errorf("consortium: no contract %q", name)
}

// Add adds an organisation. It joins no collection and orders nothing.
func (c *Consortium) Add(o Organisation) error {
	c.Organisations = append(c.Organisations, o)
	if err := c.check(); err != nil {
		c.Organisations = c.Organisations[:len(c.Organisations)-1]
		return fmt.Errorf("consortium: %w", err)
	}
	return nil
}

// Remove takes an organisation out. One that orders blocks or holds private
// data has to be relieved of that first.
func (c *Consortium) Remove(name string) error {
	i := slices.IndexFunc(c.Organisations, func(o Organisation) bool { return o.Name == name })
	if i < 0 {
		return fmt.Errorf("consortium: no organisation %q", name)
	}
	for kind, o := range c.Ordering {
		if slices.Contains(o.Orderers, name) {
			return fmt.Errorf("consortium: %s is an orderer under %s", name, kind)
		}
	}
	for _, contract := range c.Contracts {
		for _, coll := range contract.Collections {
			if slices.Contains(coll.Members, name) {
				return fmt.Errorf("consortium: %s is a member of collection %s of %s", name, coll.Name, contract.Name)
			}
		}
	}
	c.Organisations = slices.Delete(c.Organisations, i, i+1)
	return nil
}

func (c *Consortium) check() error {
	if c.Channel == "" {
		return errors.New("channel is missing")
	}
	if err := c.checkOrganisations(); err != nil {
		return err
	}
	for kind, o := range c.Ordering {
		if err := c.checkOrdering(kind, o); err != nil {
			return fmt.Errorf("ordering.%s: %w", kind, err)
		}
	}
	for _, contract := range c.Contracts {
		if err := c.checkContract(&contract); err != nil {
			return fmt.Errorf("contract %s: %w", contract.Name, err)
		}
	}
	return nil
}
