package network

import (
	"fmt"
	"slices"
	"testing"

	"gopkg.in/yaml.v3"
)

// parsedConfigtx is what the tests ask of configtx.yaml.
type parsedConfigtx struct {
	Organizations []parsedOrg `yaml:"Organizations"`
	Profiles      map[string]struct {
		Orderer struct {
			OrdererType  string `yaml:"OrdererType"`
			BatchTimeout string `yaml:"BatchTimeout"`
			BatchSize    struct {
				MaxMessageCount   int    `yaml:"MaxMessageCount"`
				AbsoluteMaxBytes  string `yaml:"AbsoluteMaxBytes"`
				PreferredMaxBytes string `yaml:"PreferredMaxBytes"`
			} `yaml:"BatchSize"`
			SmartBFT         map[string]string `yaml:"SmartBFT"`
			ConsenterMapping []parsedConsenter `yaml:"ConsenterMapping"`
			EtcdRaft         struct {
				Options    map[string]string `yaml:"Options"`
				Consenters []parsedConsenter `yaml:"Consenters"`
			} `yaml:"EtcdRaft"`
			Organizations []parsedOrg `yaml:"Organizations"`
		} `yaml:"Orderer"`
		Application struct {
			Organizations []parsedOrg `yaml:"Organizations"`
			Policies      map[string]struct {
				Type string `yaml:"Type"`
				Rule string `yaml:"Rule"`
			} `yaml:"Policies"`
		} `yaml:"Application"`
	} `yaml:"Profiles"`
}

type parsedOrg struct {
	ID               string   `yaml:"ID"`
	MSPDir           string   `yaml:"MSPDir"`
	OrdererEndpoints []string `yaml:"OrdererEndpoints"`
	AnchorPeers      []struct {
		Host string `yaml:"Host"`
		Port int    `yaml:"Port"`
	} `yaml:"AnchorPeers"`
}

type parsedConsenter struct {
	ID            int    `yaml:"ID"`
	Host          string `yaml:"Host"`
	Port          int    `yaml:"Port"`
	MSPID         string `yaml:"MSPID"`
	Identity      string `yaml:"Identity"`
	ClientTLSCert string `yaml:"ClientTLSCert"`
	ServerTLSCert string `yaml:"ServerTLSCert"`
}

// there puts nodes at places that differ in everything.
func there(n Node) Place {
	number := 100*len(n.Org.Name) + n.Number
	return Place{Host: n.Name() + ".test", Listen: "0.0.0.0", Port: 7000 + number, Chaincode: 17000 + number, Admin: 27000 + number,
		Operations: 37000 + number, MSP: "/msp/" + n.Name(), TLS: "/tls/" + n.Name(), Data: "/data/" + n.Name()}
}

func mspOf(o Organisation) string { return "/definition/" + o.Name }

func renderConfigtx(t *testing.T, c *Consortium, kind string) *parsedConfigtx {
	t.Helper()
	raw, err := c.Configtx(kind, there, mspOf)
	if err != nil {
		t.Fatal(err)
	}
	out := new(parsedConfigtx)
	if err := yaml.Unmarshal(raw, out); err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	return out
}

func TestConfigtxOrdering(t *testing.T) {
	for kind, name := range map[string]string{Raft: "etcdraft", BFT: "BFT"} {
		t.Run(kind, func(t *testing.T) {
			c := wanted(t)
			got := renderConfigtx(t, c, kind).Profiles[ConfigtxProfile].Orderer
			if got.OrdererType != name || got.BatchTimeout != c.Blocks.Timeout || got.BatchSize.MaxMessageCount != c.Blocks.MaxMessages ||
				got.BatchSize.PreferredMaxBytes != c.Blocks.PreferredBytes || got.BatchSize.AbsoluteMaxBytes != c.Blocks.AbsoluteBytes {
				t.Errorf("%+v", got)
			}
			consenters, options, given := got.EtcdRaft.Consenters, got.EtcdRaft.Options, c.Ordering[kind].Raft
			if kind == BFT {
				consenters, options, given = got.ConsenterMapping, got.SmartBFT, c.Ordering[kind].BFT
			}
			for option, value := range capitals(given) {
				if options[option] != fmt.Sprint(value) {
					t.Errorf("option %s is %q, not %v", option, options[option], value)
				}
			}
			checkConsenters(t, c.Orderers(kind), consenters, kind)
		})
	}
}

func checkConsenters(t *testing.T, nodes []Node, got []parsedConsenter, kind string) {
	t.Helper()
	if len(got) != len(nodes) {
		t.Fatalf("%d consenters for %d orderers", len(got), len(nodes))
	}
	for i, n := range nodes {
		at := there(n)
		want := parsedConsenter{Host: at.Host, Port: at.Port, ClientTLSCert: at.TLS + "/server.crt", ServerTLSCert: at.TLS + "/server.crt"}
		if kind == BFT {
			want.ID, want.MSPID, want.Identity = i+1, n.Org.MSP, at.MSP+"/signcerts/cert.pem"
		}
		if got[i] != want {
			t.Errorf("consenter %d is %+v, not %+v", i, got[i], want)
		}
	}
}

func TestConfigtxOrganisations(t *testing.T) {
	for kind, endpoints := range map[string]int{Raft: 3, BFT: 4} {
		t.Run(kind, func(t *testing.T) {
			c := wanted(t)
			c.Organisations[1].Peers = 2
			got := renderConfigtx(t, c, kind)
			for _, org := range got.Organizations {
				checkOrg(t, c, kind, org)
			}
			if len(got.Organizations) != endpoints { // under raft the auditor runs nothing
				t.Errorf("%d organisations, not %d", len(got.Organizations), endpoints)
			}
			profile := got.Profiles[ConfigtxProfile]
			if n := len(profile.Application.Organizations); n != 3 {
				t.Errorf("%d organisations with peers, not 3", n)
			}
			if n := len(profile.Orderer.Organizations); n != endpoints {
				t.Errorf("%d organisations with orderers, not %d", n, endpoints)
			}
			for _, policy := range []string{"Endorsement", "LifecycleEndorsement"} {
				if rule := profile.Application.Policies[policy].Rule; rule != "MAJORITY Endorsement" {
					t.Errorf("policy %s is %q", policy, rule)
				}
			}
		})
	}
}

func checkOrg(t *testing.T, c *Consortium, kind string, org parsedOrg) {
	t.Helper()
	i := slices.IndexFunc(c.Organisations, func(o Organisation) bool { return o.MSP == org.ID })
	if i < 0 {
		t.Fatalf("organisation %s is nobody", org.ID)
	}
	o := c.Organisations[i]
	if org.MSPDir != mspOf(o) {
		t.Errorf("%s: MSP definition in %s", o.Name, org.MSPDir)
	}
	if len(org.AnchorPeers) != o.Peers {
		t.Errorf("%s: %d anchor peers for %d peers", o.Name, len(org.AnchorPeers), o.Peers)
	}
	for i, anchor := range org.AnchorPeers {
		if at := there(Node{Peer, o, i}); anchor.Host != at.Host || anchor.Port != at.Port {
			t.Errorf("%s: anchor peer %+v, not %s", o.Name, anchor, at.Address())
		}
	}
	var want []string
	if slices.Contains(c.Ordering[kind].Orderers, o.Name) {
		want = []string{there(Node{Orderer, o, 0}).Address()}
	}
	if !slices.Equal(org.OrdererEndpoints, want) {
		t.Errorf("%s: orderer endpoints %v, not %v", o.Name, org.OrdererEndpoints, want)
	}
}

func TestConfigtxOfUnknownOrdering(t *testing.T) {
	refused(t, func() error { _, err := wanted(t).Configtx("solo", there, mspOf); return err }, `no ordering "solo"`)
}
