package main

import (
	"slices"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/record"
)

const creditName = "credit"

// creditTypes are the records of the credit file. Every other type is grain's.
var creditTypes = []record.Type{"credit", "objection", "repair", "measure", "rating"}

func isCredit(t record.Type) bool { return slices.Contains(creditTypes, t) }

// Credit is the Fabric contract "credit": the credit file of enterprises.
// Every endorser sees what it endorses, so the regulators' peers alone endorse
// it. It has a state of its own and no registry: who an issuer is, and which
// rules hold, it reads out of the definition grain. Every exported method is
// callable from outside.
type Credit struct {
	contractapi.Contract
	core  *contract.Contract
	grain string
}

// NewCredit makes the Fabric contract around the rules of credit's types;
// grain is the name of the definition that holds the registry. Its error says
// that the self-test or a rule table failed.
func NewCredit(grain string, options ...contract.Option) (*Credit, error) {
	core, err := contract.New(append(options, contract.ForTypes(isCredit))...)
	if err != nil {
		return nil, err
	}
	c := &Credit{core: core, grain: grain}
	c.Name = creditName
	c.Info.Title = "GrainLedger credit file"
	c.Info.Version = "1"
	return c, nil
}

// GetEvaluateTransactions lists the functions that only read.
func (c *Credit) GetEvaluateTransactions() []string {
	return []string{record.FnState, record.FnPreview}
}

// Init is always refused with BadCall: a channel has one root, and grain holds
// it.
func (c *Credit) Init(contractapi.TransactionContextInterface, string) error {
	return record.Refuse(record.BadCall, "the root is named in definition %s; %s has none of its own", c.grain, creditName)
}

// Submit decides a batch of records and returns their verdicts as JSON.
func (c *Credit) Submit(ctx contractapi.TransactionContextInterface, batch string) (string, error) {
	return c.call(ctx, record.FnSubmit, batch)
}

// Preview tells what a batch of unsigned records would come to; it writes
// nothing.
func (c *Credit) Preview(ctx contractapi.TransactionContextInterface, batch string) (string, error) {
	return c.call(ctx, record.FnPreview, batch)
}

// Seal stores sealed parts of an accepted record in credit's own collection;
// request is a record.SealRequest as JSON, the parts are transient data.
func (c *Credit) Seal(ctx contractapi.TransactionContextInterface, request string) error {
	_, err := c.call(ctx, record.FnSeal, request)
	return err
}

// State reads values of the world as credit sees it, the registry's from
// grain; keys is a JSON list.
func (c *Credit) State(ctx contractapi.TransactionContextInterface, keys string) (string, error) {
	return c.call(ctx, record.FnState, keys)
}

func (c *Credit) call(ctx contractapi.TransactionContextInterface, function, arg string) (string, error) {
	if err := spelled(ctx, function); err != nil {
		return "", err
	}
	stub := &foreign{peerStub: ctx.GetStub(), grain: c.grain}
	out, err := c.core.Invoke(stub, function, [][]byte{[]byte(arg)})
	return string(out), err
}
