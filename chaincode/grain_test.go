package main

import (
	"strings"
	"testing"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/grainledger/grainledger/chaincode/contract"
)

// The Fabric contract offers exactly the functions of the core, and its
// metadata names the one that only reads.
func TestGrainIsAFabricContract(t *testing.T) {
	core, err := contract.New()
	if err != nil {
		t.Fatal(err)
	}
	g := NewGrain(core)
	cc, err := contractapi.NewChaincode(g)
	if err != nil {
		t.Fatal(err)
	}
	if cc.DefaultContract != "grain" {
		t.Errorf("default contract %q", cc.DefaultContract)
	}
	if f := g.GetEvaluateTransactions(); strings.Join(f, ",") != "State" {
		t.Errorf("evaluate functions %v", f)
	}
}
