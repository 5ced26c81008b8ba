package network

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Hosting is how a consortium runs on real hosts: one of them for each
// organisation, its nodes in containers. Names of hosts and ports follow from
// it, so that every organisation can render its own part alone.
type Hosting struct {
	Domain string // peer0.depot.<Domain>
	Image  string // with chaincode and gateway, see network/image
	// Packages are the chaincode packages that run, as grain_1. During an
	// upgrade the old and the new one run side by side. None: the first of
	// each contract.
	Packages []string
}

// DefaultImage is what network/image/Dockerfile is built as.
const DefaultImage = "grainledger:latest"

// Where things are within a container.
const (
	inConfig  = "/etc/grainledger/config"
	inMSP     = "/etc/grainledger/msp"
	inTLS     = "/etc/grainledger/tls"
	inBuilder = "/opt/grainledger/builder"
	inData    = "/var/lib/grainledger"
)

// Ports of an organisation's host. Peers count in steps of a thousand.
const (
	hostOrderer           = 7050
	hostOrdererAdmin      = 7053
	hostOrdererOperations = 9443
	hostPeer              = 7051
	hostPeerChaincode     = 7052
	hostPeerOperations    = 9444 // and on
	hostPeerStep          = 1000
	hostGateway           = 8443
	hostChaincode         = 9999 // never leaves the host's own network of containers
)

var (
	domainName  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
	imageName   = regexp.MustCompile(`^[a-z0-9][a-zA-Z0-9._/:@-]*$`)
	packageName = regexp.MustCompile(`^([a-z]+)_([1-9][0-9]*)$`)
)

// complete fills in what was left out, and names what cannot be.
func (h *Hosting) complete(c *Consortium) error {
	if !domainName.MatchString(h.Domain) {
		return fmt.Errorf("domain: %q is no domain name", h.Domain)
	}
	if h.Image == "" {
		h.Image = DefaultImage
	}
	if !imageName.MatchString(h.Image) {
		return fmt.Errorf("image: %q is no image", h.Image)
	}
	if h.Packages == nil {
		for _, contract := range c.Contracts {
			h.Packages = append(h.Packages, contract.Name+"_1")
		}
	}
	for i, label := range h.Packages {
		m := packageName.FindStringSubmatch(label)
		if m == nil {
			return fmt.Errorf("package: %q is not like grain_1", label)
		}
		if _, err := c.Contract(m[1]); err != nil {
			return fmt.Errorf("package: %s: no contract %q", label, m[1])
		}
		if slices.Contains(h.Packages[:i], label) {
			return fmt.Errorf("package: %s twice", label)
		}
	}
	return nil
}

// Places tells where a node is on its host, in words of its container.
func (h *Hosting) Places(n Node) Place {
	p := Place{
		Host: h.host(n.Org, n.ID()), Listen: "0.0.0.0",
		MSP: inMSP, TLS: inTLS, Data: inData,
	}
	if n.Kind == Orderer {
		p.Port, p.Admin, p.Operations = hostOrderer, hostOrdererAdmin, hostOrdererOperations
		return p
	}
	p.Port, p.Chaincode = hostPeer+n.Number*hostPeerStep, hostPeerChaincode+n.Number*hostPeerStep
	p.Operations = hostPeerOperations + n.Number
	return p
}

// shared tells where a node's public certificates lie beside configtx.yaml:
// what the organisations give each other before the channel begins.
func (h *Hosting) shared(n Node) Place {
	p := h.Places(n)
	p.MSP, p.TLS = path.Join("orgs", n.Org.Name, n.ID(), "msp"), path.Join("orgs", n.Org.Name, n.ID(), "tls")
	return p
}

func sharedMSP(o Organisation) string { return path.Join("orgs", o.Name, "msp") }

// sharedTLS is the authority of an organisation's TLS certificates.
func sharedTLS(o Organisation) string { return path.Join(sharedMSP(o), "tlscacerts", "tlsca.pem") }

func (h *Hosting) host(o Organisation, name string) string {
	return strings.Join([]string{name, o.Name, h.Domain}, ".")
}

// serviceHost is under which an organisation's peers reach a package's
// service. A certificate for *.chaincode.<org>.<domain> is good for all that
// will follow.
func (h *Hosting) serviceHost(o Organisation, label string) string {
	return h.host(o, strings.ReplaceAll(label, "_", "-")+".chaincode")
}

// splitPackage takes grain_2 apart.
func splitPackage(label string) (contract string, number int, err error) {
	m := packageName.FindStringSubmatch(label)
	if m == nil {
		return "", 0, errors.New("a package is named like grain_1")
	}
	number, err = strconv.Atoi(m[2])
	return m[1], number, err
}
