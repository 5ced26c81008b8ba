// Command chaincode serves one of the two chaincode definitions to a Fabric
// peer. CHAINCODE_CONTRACT says which: grain (the registry and the lots, where
// nothing is said) or credit, which reads the registry out of the definition
// that CHAINCODE_GRAIN names. Package service says how it is served.
package main

import (
	"cmp"
	"fmt"
	"os"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/grainledger/grainledger/chaincode/service"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "chaincode:", err)
		os.Exit(1)
	}
}

func run() error {
	grain := cmp.Or(os.Getenv("CHAINCODE_GRAIN"), grainName)
	contract, err := definition(cmp.Or(os.Getenv("CHAINCODE_CONTRACT"), grainName), grain)
	if err != nil {
		return err
	}
	cc, err := contractapi.NewChaincode(contract)
	if err != nil {
		return err
	}
	return service.Serve(cc)
}

// definition makes the Fabric contract of that name; grain is the name under
// which the channel knows the definition that holds the registry.
func definition(name, grain string) (contractapi.ContractInterface, error) {
	switch name {
	case grainName:
		return NewGrain()
	case creditName:
		return NewCredit(grain)
	}
	return nil, fmt.Errorf("CHAINCODE_CONTRACT is %q; there are %s and %s", name, grainName, creditName)
}
