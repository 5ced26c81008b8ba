package network

import (
	"bytes"
	_ "embed"
	"fmt"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed configtx.yaml.tmpl
var configtxText string

var configtxTemplate = template.Must(template.New("configtx").Parse(configtxText))

// Profile of configtx.yaml with the channel.
const ConfigtxProfile = "Channel"

type configtxOrg struct {
	MSP, Dir  string
	Endpoints []string
	Anchors   []Place
}

type consenter struct {
	ID            int
	Host          string
	Port          int
	MSP           string
	Identity, TLS string
}

type configtx struct {
	Organisations         []configtxOrg
	OrdererOrgs, PeerOrgs []string
	Type                  string
	Blocks                Blocks
	Raft, BFT             map[string]any
	Consenters            []consenter
}

// OrdererType is the name of a kind of ordering in a channel's configuration.
func OrdererType(kind string) string {
	if kind == BFT {
		return "BFT"
	}
	return "etcdraft"
}

// Configtx renders configtx.yaml, of which configtxgen makes the genesis
// block. mspDir tells where an organisation's MSP definition stands.
func (c *Consortium) Configtx(kind string, places Places, mspDir func(Organisation) string) ([]byte, error) {
	o, ok := c.Ordering[kind]
	if !ok {
		return nil, fmt.Errorf("consortium: no ordering %q", kind)
	}
	t := configtx{Type: OrdererType(kind), Blocks: c.Blocks, Raft: capitals(o.Raft), BFT: capitals(o.BFT)}
	endpoints := map[string][]string{}
	for i, node := range c.Orderers(kind) {
		p := places(node)
		endpoints[node.Org.MSP] = append(endpoints[node.Org.MSP], p.Address())
		t.OrdererOrgs = append(t.OrdererOrgs, node.Org.MSP)
		t.Consenters = append(t.Consenters, consenter{
			ID: i + 1, Host: p.Host, Port: p.Port, MSP: node.Org.MSP,
			Identity: filepath.Join(p.MSP, "signcerts", "cert.pem"), TLS: filepath.Join(p.TLS, "server.crt"),
		})
	}
	for _, org := range c.Organisations {
		entry := configtxOrg{MSP: org.MSP, Dir: mspDir(org), Endpoints: endpoints[org.MSP]}
		for i := range org.Peers {
			entry.Anchors = append(entry.Anchors, places(Node{Peer, org, i}))
		}
		if org.Peers > 0 {
			t.PeerOrgs = append(t.PeerOrgs, org.MSP)
		}
		if org.Peers > 0 || len(entry.Endpoints) > 0 {
			t.Organisations = append(t.Organisations, entry)
		}
	}
	var out bytes.Buffer
	if err := configtxTemplate.Execute(&out, &t); err != nil {
		return nil, fmt.Errorf("consortium: configtx: %w", err)
	}
	return out.Bytes(), nil
}

// capitals writes option names as Fabric does: TickInterval.
func capitals(options map[string]any) map[string]any {
	out := make(map[string]any, len(options))
	for k, v := range options {
		out[strings.ToUpper(k[:1])+k[1:]] = v
	}
	return out
}
