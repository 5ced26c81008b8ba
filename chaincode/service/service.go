// Package service joins a chaincode to its peer as the environment says.
package service

import (
	"os"
	"runtime/debug"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
)

// Serve runs the chaincode until it fails: as a service where
// CHAINCODE_SERVER_ADDRESS and CHAINCODE_ID are set, otherwise as a process
// that the peer started.
func Serve(cc shim.Chaincode) error {
	// Little is kept from one transaction to the next, so collecting less often
	// costs some megabytes and spares the processor.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
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
