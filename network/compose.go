package network

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
)

//go:embed compose.yaml.tmpl
var composeText string

var (
	composeWords    = template.FuncMap{"authority": sharedTLS}
	composeTemplate = template.Must(template.New("compose.yaml").Funcs(composeWords).Parse(composeText))
)

// FabricVersion is the release of Fabric's images: the one whose programs the
// test network runs.
const FabricVersion = "3.1.1"

// deployment is what runs on one organisation's host.
type deployment struct {
	*Consortium
	Hosting
	Kind       string
	Org        Organisation
	Version    string // of Fabric
	Nodes      []hostNode
	Services   []hostService
	Gateway    string // its host name; empty where there is none
	GatewayTCP int
	InConfig   string
	InMSP      string
	InTLS      string
	InBuilder  string
	InData     string
}

// hostNode is a peer or an orderer as a service of the compose file.
type hostNode struct {
	Node
	Place
}

// IsPeer tells templates what kind of node it is.
func (n hostNode) IsPeer() bool { return n.Kind == Peer }

// PeerNodes are the peers among a deployment's nodes.
func (d *deployment) PeerNodes() []hostNode { return d.only(Peer) }

// OrdererNodes are the orderers among them.
func (d *deployment) OrdererNodes() []hostNode { return d.only(Orderer) }

func (d *deployment) only(kind Kind) []hostNode {
	var out []hostNode
	for _, n := range d.Nodes {
		if n.Kind == kind {
			out = append(out, n)
		}
	}
	return out
}

// hostService is a chaincode package as a service of the compose file.
type hostService struct {
	Label, Contract string
	Sequence        int
	Host            string
	Port            int
}

// Name is the service's name.
func (s hostService) Name() string { return strings.ReplaceAll(s.Label, "_", "-") }

// Variable holds the package's id, which is known once the package is made.
func (s hostService) Variable() string { return strings.ToUpper(s.Label) + "_PACKAGE_ID" }

// Reference is how the compose file takes the package's id from .env.
func (s hostService) Reference() string {
	return "${" + s.Variable() + ":?make the package first, see README.md}"
}

// Compose renders the compose file of one organisation's host under a kind of
// ordering: its orderer, its peers, the chaincode that they endorse, its
// gateway.
func Compose(c *Consortium, kind, org string, h Hosting) ([]byte, error) {
	d, err := c.deployment(kind, org, h)
	if err != nil {
		return nil, err
	}
	return d.render(composeTemplate)
}

func (d *deployment) render(t *template.Template) ([]byte, error) {
	var out bytes.Buffer
	if err := t.Execute(&out, d); err != nil {
		return nil, fmt.Errorf("consortium: %s: %w", t.Name(), err)
	}
	return out.Bytes(), nil
}

func (c *Consortium) deployment(kind, org string, h Hosting) (*deployment, error) {
	if _, ok := c.Ordering[kind]; !ok {
		return nil, fmt.Errorf("consortium: no ordering %q", kind)
	}
	o, err := c.Organisation(org)
	if err != nil {
		return nil, err
	}
	if err := h.complete(c); err != nil {
		return nil, fmt.Errorf("consortium: %w", err)
	}
	d := &deployment{
		Consortium: c, Hosting: h, Kind: kind, Org: *o, Version: FabricVersion, GatewayTCP: hostGateway,
		InConfig: inConfig, InMSP: inMSP, InTLS: inTLS, InBuilder: inBuilder, InData: inData,
	}
	for _, n := range c.Nodes(kind) {
		if n.Org.Name == org {
			d.Nodes = append(d.Nodes, hostNode{n, h.Places(n)})
		}
	}
	if len(d.Nodes) == 0 {
		return nil, fmt.Errorf("consortium: %s runs nothing under %s", org, kind)
	}
	if o.Peers > 0 {
		d.Gateway = h.host(*o, "gateway")
	}
	d.Services, err = d.services()
	return d, err
}

// services are those of the packages that the organisation's peers endorse.
func (d *deployment) services() ([]hostService, error) {
	var out []hostService
	for _, label := range d.Packages {
		name, number, err := splitPackage(label)
		if err != nil {
			return nil, err
		}
		contract, err := d.Contract(name)
		if err != nil {
			return nil, err
		}
		isOurs := func(o Organisation) bool { return o.Name == d.Org.Name }
		if slices.ContainsFunc(d.Endorsers(contract), isOurs) {
			out = append(out, hostService{label, name, number, d.serviceHost(d.Org, label), hostChaincode})
		}
	}
	return out, nil
}
