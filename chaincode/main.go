// Command chaincode serves the grain contract to a Fabric peer: as a service
// where CHAINCODE_SERVER_ADDRESS and CHAINCODE_ID are set, otherwise as a
// process that the peer started.
package main

import (
	"fmt"
	"os"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/grainledger/grainledger/chaincode/contract"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "chaincode:", err)
		os.Exit(1)
	}
}

func run() error {
	core, err := contract.New()
	if err != nil {
		return err
	}
	cc, err := contractapi.NewChaincode(NewGrain(core))
	if err != nil {
		return err
	}
	address, id := os.Getenv("CHAINCODE_SERVER_ADDRESS"), os.Getenv("CHAINCODE_ID")
	if address == "" {
		return shim.Start(cc)
	}
	tls, err := serverTLS()
	if err != nil {
		return err
	}
	server := &shim.ChaincodeServer{CCID: id, Address: address, CC: cc, TLSProps: tls}
	return server.Start()
}

// serverTLS reads the service's certificate, key and (for mutual TLS) the
// peer's authority from the files named in the environment. Without them the
// service listens in the clear, which is for loopback alone.
func serverTLS() (shim.TLSProperties, error) {
	keyFile, certFile := os.Getenv("CHAINCODE_TLS_KEY"), os.Getenv("CHAINCODE_TLS_CERT")
	if keyFile == "" && certFile == "" {
		return shim.TLSProperties{Disabled: true}, nil
	}
	var p shim.TLSProperties
	for _, f := range []struct {
		name string
		into *[]byte
	}{{keyFile, &p.Key}, {certFile, &p.Cert}, {os.Getenv("CHAINCODE_CLIENT_CA_CERT"), &p.ClientCACerts}} {
		if f.name == "" {
			continue
		}
		raw, err := os.ReadFile(f.name)
		if err != nil {
			return p, err
		}
		*f.into = raw
	}
	return p, nil
}
