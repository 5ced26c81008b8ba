// Command vault is a chaincode for tests: private values that can be stored,
// asked for and purged. The contracts of GrainLedger have no call that purges
// yet, and what a peer does with a purge does not depend on who asks for it.
package main

import (
	"fmt"
	"os"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/grainledger/grainledger/chaincode/service"
)

// collection is the one of the contract grain, under which vault is deployed.
const collection = "sealed"

// Vault is the contract.
type Vault struct{ contractapi.Contract }

// Put stores the value that travels beside the transaction under the key.
func (*Vault) Put(ctx contractapi.TransactionContextInterface, key string) error {
	values, err := ctx.GetStub().GetTransient()
	if err != nil {
		return err
	}
	return ctx.GetStub().PutPrivateData(collection, key, values[key])
}

// Purge removes a value and all that it was before.
func (*Vault) Purge(ctx contractapi.TransactionContextInterface, key string) error {
	return ctx.GetStub().PurgePrivateData(collection, key)
}

// Has tells what this peer holds: the value, or nothing.
func (*Vault) Has(ctx contractapi.TransactionContextInterface, key string) (string, error) {
	value, err := ctx.GetStub().GetPrivateData(collection, key)
	return string(value), err
}

func main() {
	cc, err := contractapi.NewChaincode(new(Vault))
	if err == nil {
		err = service.Serve(cc)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "vault:", err)
		os.Exit(1)
	}
}
