package network

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"gopkg.in/yaml.v3"
)

func fullProfile() *Profile {
	return &Profile{
		Channel: "grain", MSP: "DepotMSP", Certificate: "client/cert.pem", Key: "/keys/key.pem",
		Peers: []ProfilePeer{
			{MSP: "DepotMSP", Address: "peer0.depot:7051", ServerName: "peer0.depot", Authority: "depot.pem"},
			{MSP: "RegulatorMSP", Address: "peer0.regulator:7051", Authority: "/authorities/regulator.pem"},
		},
		Contracts:   map[string]string{"grain": "grain", "credit": "credit"},
		Collections: map[string][]string{"grain/sealed": {"RegulatorMSP", "DepotMSP"}},
	}
}

func writeProfile(t *testing.T, p *Profile) string {
	t.Helper()
	raw, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return writeTest(t, raw)
}

func writeTest(t *testing.T, raw []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "connection.json")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestProfileRoundTrip: files named relative to the profile are made
// absolute, others stay, and nothing else changes.
func TestProfileRoundTrip(t *testing.T) {
	path := writeProfile(t, fullProfile())
	got, err := ReadProfile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, dir := fullProfile(), filepath.Dir(path)
	want.Certificate = filepath.Join(dir, "client", "cert.pem")
	want.Peers[0].Authority = filepath.Join(dir, "depot.pem")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read back as\n%+v\nnot\n%+v", got, want)
	}
}

func TestProfileRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Profile)
		want   string
	}{
		"no channel":     {func(p *Profile) { p.Channel = "" }, "channel is missing"},
		"no MSP":         {func(p *Profile) { p.MSP = "" }, "msp is missing"},
		"no certificate": {func(p *Profile) { p.Certificate = "" }, "certificate is missing"},
		"no key":         {func(p *Profile) { p.Key = "" }, "key is missing"},
		"no peers":       {func(p *Profile) { p.Peers = nil }, "peers: none"},
		"no address":     {func(p *Profile) { p.Peers[1].Address = "" }, "peers[1]"},
		"no authority":   {func(p *Profile) { p.Peers[0].Authority = "" }, "peers[0]"},
		"no contract":    {func(p *Profile) { delete(p.Contracts, "grain") }, "contracts: grain"},
	} {
		t.Run(name, func(t *testing.T) {
			p := fullProfile()
			test.change(p)
			path := writeProfile(t, p)
			refused(t, func() error { _, err := ReadProfile(path); return err }, test.want)
		})
	}
}

func TestProfileThatCannotBeRead(t *testing.T) {
	refused(t, func() error { _, err := ReadProfile(filepath.Join(t.TempDir(), "none.json")); return err }, "none.json")
	for name, text := range map[string]string{"no JSON": "channel: grain", "unknown member": `{"chanel": "grain"}`} {
		t.Run(name, func(t *testing.T) {
			path := writeTest(t, []byte(text))
			refused(t, func() error { _, err := ReadProfile(path); return err }, path)
		})
	}
}

func TestSDKProfile(t *testing.T) {
	c := wanted(t)
	c.Organisations[1].Peers = 2
	o, err := c.Organisation("depot")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := c.SDKProfile(*o, Raft, there, func(o Organisation) string { return "/tlsca/" + o.Name })
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Client struct {
			Organization string `yaml:"organization"`
		} `yaml:"client"`
		Channels map[string]struct {
			Orderers []string       `yaml:"orderers"`
			Peers    map[string]any `yaml:"peers"`
		} `yaml:"channels"`
		Organizations map[string]struct {
			MSPID string   `yaml:"mspid"`
			Peers []string `yaml:"peers"`
		} `yaml:"organizations"`
		Orderers, Peers map[string]sdkNode
	}
	if err := yaml.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	channel := got.Channels[c.Channel]
	if got.Client.Organization != "depot" || len(channel.Orderers) != 3 || len(channel.Peers) != 4 {
		t.Errorf("%+v", got)
	}
	if depot := got.Organizations["depot"]; depot.MSPID != "DepotMSP" || len(depot.Peers) != 2 {
		t.Errorf("depot is %+v", depot)
	}
	for _, n := range c.Nodes(Raft) {
		node := got.Peers[n.Name()]
		if n.Kind == Orderer {
			node = got.Orderers[n.Name()]
		}
		if node.URL != "grpcs://"+there(n).Address() || node.TLSCACerts.Path != "/tlsca/"+n.Org.Name {
			t.Errorf("%s is %+v", n.Name(), node)
		}
	}
}

type sdkNode struct {
	URL        string `yaml:"url"`
	TLSCACerts struct {
		Path string `yaml:"path"`
	} `yaml:"tlsCACerts"`
}
