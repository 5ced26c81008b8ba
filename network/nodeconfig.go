package network

import (
	_ "embed"
	"fmt"
	"path/filepath"

	"gopkg.in/yaml.v3"
)

//go:embed peer.yaml
var peerOverlay []byte

//go:embed orderer.yaml
var ordererOverlay []byte

type tree = map[string]any

// PeerConfig renders core.yaml for a peer: Fabric's own file with peer.yaml
// and what belongs to the node laid over it. builder is the directory of the
// external builder.
func PeerConfig(base []byte, n Node, at Place, builder string) ([]byte, error) {
	local := tree{
		"peer": tree{
			"id": n.Name(), "networkId": "grainledger", "localMspId": n.Org.MSP, "mspConfigPath": at.MSP,
			"listenAddress": at.listen(at.Port), "address": at.Address(),
			"chaincodeListenAddress": at.listen(at.Chaincode), "chaincodeAddress": fmt.Sprintf("%s:%d", at.Host, at.Chaincode), // Fabric refuses 0.0.0.0 here

			"fileSystemPath": filepath.Join(at.Data, "ledger"),
			"gossip":         tree{"bootstrap": at.Address(), "endpoint": at.Address(), "externalEndpoint": at.Address()},
			"tls": tree{
				"enabled":  true,
				"cert":     tree{"file": filepath.Join(at.TLS, "server.crt")},
				"key":      tree{"file": filepath.Join(at.TLS, "server.key")},
				"rootcert": tree{"file": filepath.Join(at.TLS, "ca.crt")},
			},
		},
		"chaincode":  tree{"externalBuilders": []any{tree{"name": "grainledger", "path": builder}}},
		"ledger":     tree{"snapshots": tree{"rootDir": filepath.Join(at.Data, "snapshots")}},
		"operations": tree{"listenAddress": at.listen(at.Operations)},
	}
	return overlay(base, peerOverlay, local)
}

// OrdererConfig renders orderer.yaml for an orderer.
func OrdererConfig(base []byte, n Node, at Place) ([]byte, error) {
	cert, key, ca := filepath.Join(at.TLS, "server.crt"), filepath.Join(at.TLS, "server.key"), filepath.Join(at.TLS, "ca.crt")
	local := tree{
		"General": tree{
			"ListenAddress": at.Listen, "ListenPort": at.Port, "LocalMSPDir": at.MSP, "LocalMSPID": n.Org.MSP,
			"TLS":     tree{"PrivateKey": key, "Certificate": cert, "RootCAs": []any{ca}},
			"Cluster": tree{"ClientCertificate": cert, "ClientPrivateKey": key},
		},
		"FileLedger": tree{"Location": filepath.Join(at.Data, "ledger")},
		"Admin": tree{"ListenAddress": at.listen(at.Admin), "TLS": tree{
			"Enabled": true, "Certificate": cert, "PrivateKey": key, "ClientAuthRequired": true, "ClientRootCAs": []any{ca},
		}},
		"Operations": tree{"ListenAddress": at.listen(at.Operations)},
		"Consensus":  tree{"WALDir": filepath.Join(at.Data, "wal"), "SnapDir": filepath.Join(at.Data, "snap")},
	}
	return overlay(base, ordererOverlay, local)
}

func (p Place) listen(port int) string { return fmt.Sprintf("%s:%d", p.Listen, port) }

// overlay lays one file and what belongs to a node over Fabric's own file.
func overlay(base, file []byte, local tree) ([]byte, error) {
	var below, over tree
	if err := yaml.Unmarshal(base, &below); err != nil {
		return nil, fmt.Errorf("network: Fabric's own configuration: %w", err)
	}
	if err := yaml.Unmarshal(file, &over); err != nil {
		return nil, fmt.Errorf("network: overlay: %w", err)
	}
	merge(below, over)
	merge(below, local)
	return yaml.Marshal(below)
}

// merge lays over on below, branch by branch.
func merge(below, over tree) {
	for k, v := range over {
		branch, isBranch := v.(tree)
		under, wasBranch := below[k].(tree)
		if isBranch && wasBranch {
			merge(under, branch)
			continue
		}
		below[k] = v
	}
}
