package main

import (
	"strings"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/grainledger/grainledger/record"
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

// A function has one name, under which who reads the blocks looks for it.
func TestFunctionsHaveOneName(t *testing.T) {
	p, root := initialised(t)
	batch, err := record.EncodeBatch([][]byte{sign(t, root, record.TypeEnterprise, enterprise(t, "E1", peerTime))})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{grainName, creditName} {
		before := len(p.state[name])
		for _, fn := range []string{"submit", "\u017fubmit", name + ":Submit", name + ":submit"} {
			r := p.call(name, fn, string(batch))
			wantRefusal(t, r.GetMessage(), record.BadCall, "Submit")
		}
		if len(p.state[name]) != before {
			t.Errorf("%s was written to", name)
		}
	}
	if r := p.call(grainName, record.FnSubmit, string(batch)); r.GetStatus() != shim.OK {
		t.Error(r.GetMessage())
	}
}

func TestAnUnknownDefinitionIsNamed(t *testing.T) {
	_, err := definition("barley", grainName)
	if err == nil || !strings.Contains(err.Error(), `CHAINCODE_CONTRACT is "barley"`) {
		t.Errorf("got %v", err)
	}
}
