package network

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// Fabric's own files, in short: a setting that we leave alone, and some that
// we do not.
const (
	shortCore = `
peer:
  id: jdoe
  address: 0.0.0.0:7051
  validatorPoolSize: 7
  gossip: {aliveTimeInterval: 5s, maxBlockCountToStore: 10}
  tls: {enabled: false, clientAuthRequired: false}
vm: {endpoint: unix:///var/run/docker.sock}
chaincode:
  externalBuilders: [{name: ccaas_builder, path: /opt/hyperledger/ccaas_builder}]
ledger: {history: {enableHistoryDatabase: true}}
operations: {listenAddress: 127.0.0.1:9443, tls: {enabled: false}}
`
	shortOrderer = `
General:
  ListenAddress: 127.0.0.1
  Keepalive: {ServerInterval: 7200s}
  TLS: {Enabled: false, ClientAuthRequired: false}
  Backoff: {MaxDelay: 2m, BaseDelay: 1s}
Admin: {ListenAddress: 127.0.0.1:9443, TLS: {Enabled: false}}
`
)

// at finds a value by its path, "a.b.0.c".
func at(t *testing.T, raw []byte, path string) any {
	t.Helper()
	var doc any
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(path, ".") {
		switch v := doc.(type) {
		case tree:
			doc = v[name]
		case []any:
			doc = v[int(name[0]-'0')]
		default:
			return nil
		}
	}
	return doc
}

func TestPeerConfig(t *testing.T) {
	n := Node{Peer, Organisation{Name: "depot", MSP: "DepotMSP", Peers: 2}, 1}
	p := there(n)
	raw, err := PeerConfig([]byte(shortCore), n, p, "/builder")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]any{
		"peer.validatorPoolSize":               7, // Fabric's, untouched
		"peer.gossip.maxBlockCountToStore":     10,
		"peer.tls.clientAuthRequired":          false,
		"operations.tls.enabled":               false,
		"peer.gossip.aliveTimeInterval":        "2s", // peer.yaml wins
		"vm.endpoint":                          "",
		"ledger.history.enableHistoryDatabase": false,
		"metrics.provider":                     "prometheus",
		"peer.id":                              "peer1.depot", // the node's own
		"peer.localMspId":                      "DepotMSP",
		"peer.mspConfigPath":                   "/msp/peer1.depot",
		"peer.address":                         p.Address(),
		"peer.listenAddress":                   "0.0.0.0:7501",
		"peer.chaincodeAddress":                "peer1.depot.test:17501", // Fabric refuses 0.0.0.0 here
		"peer.gossip.bootstrap":                p.Address(),
		"peer.gossip.externalEndpoint":         p.Address(),
		"peer.fileSystemPath":                  "/data/peer1.depot/ledger",
		"peer.tls.enabled":                     true,
		"peer.tls.key.file":                    "/tls/peer1.depot/server.key",
		"ledger.snapshots.rootDir":             "/data/peer1.depot/snapshots",
		"operations.listenAddress":             "0.0.0.0:37501",
		"chaincode.externalBuilders.0.path":    "/builder", // a list is replaced whole
		"chaincode.externalBuilders.0.name":    "grainledger",
	} {
		if got := at(t, raw, path); got != want {
			t.Errorf("%s is %v, not %v", path, got, want)
		}
	}
}

func TestOrdererConfig(t *testing.T) {
	n := Node{Orderer, Organisation{Name: "depot", MSP: "DepotMSP"}, 0}
	raw, err := OrdererConfig([]byte(shortOrderer), n, there(n))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]any{
		"General.Keepalive.ServerInterval":  "7200s",
		"General.Backoff.BaseDelay":         "1s",
		"General.Backoff.MaxDelay":          "5s",
		"General.TLS.Enabled":               true,
		"General.TLS.ClientAuthRequired":    false,
		"General.TLS.RootCAs.0":             "/tls/orderer0.depot/ca.crt",
		"General.ListenAddress":             "0.0.0.0",
		"General.ListenPort":                7500,
		"General.LocalMSPID":                "DepotMSP",
		"General.LocalMSPDir":               "/msp/orderer0.depot",
		"General.Cluster.ClientPrivateKey":  "/tls/orderer0.depot/server.key",
		"Admin.ListenAddress":               "0.0.0.0:27500",
		"Admin.TLS.Enabled":                 true,
		"Admin.TLS.ClientAuthRequired":      true, // whoever reaches the port could join channels
		"Admin.TLS.ClientRootCAs.0":         "/tls/orderer0.depot/ca.crt",
		"FileLedger.Location":               "/data/orderer0.depot/ledger",
		"Consensus.WALDir":                  "/data/orderer0.depot/wal",
		"ChannelParticipation.Enabled":      true,
		"Operations.ListenAddress":          "0.0.0.0:37500",
		"General.Cluster.ClientCertificate": "/tls/orderer0.depot/server.crt",
	} {
		if got := at(t, raw, path); got != want {
			t.Errorf("%s is %v, not %v", path, got, want)
		}
	}
}

func TestNodeConfigOfBrokenBase(t *testing.T) {
	n := Node{Kind: Peer, Org: Organisation{Name: "depot"}}
	for name, base := range map[string]string{"no YAML": "\t:", "a list": "- a"} {
		t.Run(name, func(t *testing.T) {
			refused(t, func() error { _, err := PeerConfig([]byte(base), n, there(n), ""); return err }, "Fabric's own configuration")
			refused(t, func() error { _, err := OrdererConfig([]byte(base), n, there(n)); return err }, "Fabric's own configuration")
		})
	}
}
