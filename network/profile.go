package network

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Profile is what a gateway of one organisation must know to use a channel.
// Files are named relative to the profile's own directory, unless absolute.
type Profile struct {
	Channel     string `json:"channel"`
	MSP         string `json:"msp"`         // of the organisation that runs the gateway
	Certificate string `json:"certificate"` // PEM file of the identity that carries transactions
	Key         string `json:"key"`         // PEM file of its key

	// Peers in the order in which they are tried: the organisation's own
	// first.
	Peers []ProfilePeer `json:"peers"`
	// Contracts gives the name of the chaincode definition of each contract.
	Contracts map[string]string `json:"contracts"`
	// Collections gives the organisations (MSP) that endorse what is written
	// to a private collection, by contract and collection: "grain/sealed".
	Collections map[string][]string `json:"collections"`
}

// ProfilePeer is a peer that the gateway may use.
type ProfilePeer struct {
	MSP        string `json:"msp"`
	Address    string `json:"address"`    // host:port
	ServerName string `json:"serverName"` // name in the peer's TLS certificate
	Authority  string `json:"authority"`  // PEM file of the TLS authorities that may have issued it
}

// ReadProfile reads a profile and makes its file names absolute. What is
// missing or unknown is named.
func ReadProfile(path string) (*Profile, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p := new(Profile)
	if err := json.Unmarshal(raw, p, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	p.under(dir)
	return p, nil
}

// Encode writes the profile as ReadProfile reads it.
func (p *Profile) Encode() ([]byte, error) {
	return json.Marshal(p, json.Deterministic(true), jsontext.WithIndent("  "))
}

func (p *Profile) check() error {
	for _, f := range []struct{ name, value string }{
		{"channel", p.Channel}, {"msp", p.MSP}, {"certificate", p.Certificate}, {"key", p.Key},
	} {
		if f.value == "" {
			return fmt.Errorf("%s is missing", f.name)
		}
	}
	if len(p.Peers) == 0 {
		return errors.New("peers: none is named")
	}
	for i, peer := range p.Peers {
		if peer.Address == "" || peer.Authority == "" {
			return fmt.Errorf("peers[%d]: address and authority are needed", i)
		}
	}
	if p.Contracts["grain"] == "" {
		return errors.New("contracts: grain is missing")
	}
	return nil
}

func (p *Profile) under(dir string) {
	paths := []*string{&p.Certificate, &p.Key}
	for i := range p.Peers {
		paths = append(paths, &p.Peers[i].Authority)
	}
	for _, path := range paths {
		if !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, *path)
		}
	}
}
