// Command asset is the plain thing against which GrainLedger is measured: a
// contract that writes one asset under one key per transaction and checks no
// signature of its own, as a first Fabric application does. It is served like
// chaincode/, from the same environment, so that nothing but the contract
// differs.
package main

import (
	"fmt"
	"os"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/grainledger/grainledger/chaincode/service"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "asset:", err)
		os.Exit(1)
	}
}

func run() error {
	cc, err := contractapi.NewChaincode(&Assets{})
	if err != nil {
		return err
	}
	return service.Serve(cc)
}
