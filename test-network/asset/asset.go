package main

import (
	"encoding/json"
	"fmt"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
)

// Asset is what one key holds.
type Asset struct {
	ID             string `json:"ID"`
	Color          string `json:"Color"`
	Size           int    `json:"Size"`
	Owner          string `json:"Owner"`
	AppraisedValue int    `json:"AppraisedValue"`
}

// Assets is the contract: one read and one write per transaction, one JSON
// value per key.
type Assets struct{ contractapi.Contract }

// GetEvaluateTransactions lists the functions that only read.
func (*Assets) GetEvaluateTransactions() []string { return []string{"ReadAsset"} }

// CreateAsset writes a new asset. It fails where the id is taken.
func (*Assets) CreateAsset(ctx contractapi.TransactionContextInterface, id, color string, size int, owner string, appraisedValue int) error {
	was, err := ctx.GetStub().GetState(id)
	if err != nil {
		return fmt.Errorf("read %s: %w", id, err)
	}
	if was != nil {
		return fmt.Errorf("asset %s exists", id)
	}
	value, err := json.Marshal(Asset{ID: id, Color: color, Size: size, Owner: owner, AppraisedValue: appraisedValue})
	if err != nil {
		return err
	}
	return ctx.GetStub().PutState(id, value)
}

// ReadAsset reads an asset. It fails where there is none.
func (*Assets) ReadAsset(ctx contractapi.TransactionContextInterface, id string) (*Asset, error) {
	value, err := ctx.GetStub().GetState(id)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", id, err)
	}
	if value == nil {
		return nil, fmt.Errorf("no asset %s", id)
	}
	asset := new(Asset)
	if err := json.Unmarshal(value, asset); err != nil {
		return nil, fmt.Errorf("asset %s: %w", id, err)
	}
	return asset, nil
}
