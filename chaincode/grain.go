package main

import (
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/record"
)

// A peer's stub is a Stub.
var _ contract.Stub = shim.ChaincodeStubInterface(nil)

const grainName = "grain"

// Grain is the Fabric contract "grain": registry and lots. Each transaction
// function hands its argument to the same Contract that the embedded ledger
// runs. Every exported method is callable from outside.
type Grain struct {
	contractapi.Contract
	core *contract.Contract
}

// NewGrain makes the Fabric contract around the rules of every type that is
// not credit's. Its error says that the self-test or a rule table failed.
func NewGrain(options ...contract.Option) (*Grain, error) {
	mine := contract.ForTypes(func(t record.Type) bool { return !isCredit(t) })
	core, err := contract.New(append(options, mine)...)
	if err != nil {
		return nil, err
	}
	g := &Grain{core: core}
	g.Name = grainName
	g.Info.Title = "GrainLedger lots and registry"
	g.Info.Version = "1"
	return g, nil
}

// GetEvaluateTransactions lists the functions that only read.
func (g *Grain) GetEvaluateTransactions() []string {
	return []string{record.FnState, record.FnPreview}
}

// Init names the regulator's root; root is a record.Root as JSON.
func (g *Grain) Init(ctx contractapi.TransactionContextInterface, root string) error {
	_, err := g.call(ctx, record.FnInit, root)
	return err
}

// Submit decides a batch of records and returns their verdicts as JSON.
func (g *Grain) Submit(ctx contractapi.TransactionContextInterface, batch string) (string, error) {
	return g.call(ctx, record.FnSubmit, batch)
}

// Preview tells what a batch of unsigned records would come to; it writes
// nothing.
func (g *Grain) Preview(ctx contractapi.TransactionContextInterface, batch string) (string, error) {
	return g.call(ctx, record.FnPreview, batch)
}

// Seal stores sealed parts of accepted records; request is a
// record.SealRequest as JSON, the parts are transient data.
func (g *Grain) Seal(ctx contractapi.TransactionContextInterface, request string) error {
	_, err := g.call(ctx, record.FnSeal, request)
	return err
}

// Spread takes marks along edges of the lot graph; steps is a JSON list of
// record.SpreadStep.
func (g *Grain) Spread(ctx contractapi.TransactionContextInterface, steps string) (string, error) {
	return g.call(ctx, record.FnSpread, steps)
}

// State reads values of the world; keys is a JSON list.
func (g *Grain) State(ctx contractapi.TransactionContextInterface, keys string) (string, error) {
	return g.call(ctx, record.FnState, keys)
}

func (g *Grain) call(ctx contractapi.TransactionContextInterface, function, arg string) (string, error) {
	if err := spelled(ctx, function); err != nil {
		return "", err
	}
	out, err := g.core.Invoke(ctx.GetStub(), function, [][]byte{[]byte(arg)})
	return string(out), err
}

// spelled wants a call to name the function as it is written. The contract API
// would find Submit as "submit" or "grain:Submit" too, and who reads the blocks
// looks for one name.
func spelled(ctx contractapi.TransactionContextInterface, function string) error {
	if said, _ := ctx.GetStub().GetFunctionAndParameters(); said != function {
		return record.Refuse(record.BadCall, "the function is spelled %s", function)
	}
	return nil
}
