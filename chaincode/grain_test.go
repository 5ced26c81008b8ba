package main

import (
	"strings"
	"testing"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
)

// Each Fabric contract offers exactly the functions of the core, and its
// metadata names the one that only reads.
func TestDefinitions(t *testing.T) {
	for _, name := range []string{grainName, creditName} {
		t.Run(name, func(t *testing.T) {
			c, err := definition(name, grainName)
			if err != nil {
				t.Fatal(err)
			}
			cc, err := contractapi.NewChaincode(c)
			if err != nil {
				t.Fatal(err)
			}
			if cc.DefaultContract != name {
				t.Errorf("default contract %q", cc.DefaultContract)
			}
			if f := c.(contractapi.EvaluationContractInterface).GetEvaluateTransactions(); strings.Join(f, ",") != "State,Preview" {
				t.Errorf("evaluate functions %v", f)
			}
		})
	}
}

func TestAnUnknownDefinitionIsNamed(t *testing.T) {
	_, err := definition("barley", grainName)
	if err == nil || !strings.Contains(err.Error(), `CHAINCODE_CONTRACT is "barley"`) {
		t.Errorf("got %v", err)
	}
}
