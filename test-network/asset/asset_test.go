package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
)

// memory is a stub over a map.
type memory struct {
	shim.ChaincodeStubInterface // of which no other method is called
	values                      map[string][]byte
	call                        []string
}

func (m *memory) GetFunctionAndParameters() (string, []string) { return m.call[0], m.call[1:] }
func (m *memory) GetCreator() ([]byte, error)                  { return nil, errors.New("nobody") }
func (m *memory) GetState(key string) ([]byte, error)          { return m.values[key], nil }
func (m *memory) PutState(key string, value []byte) error {
	m.values[key] = value
	return nil
}

func TestAssets(t *testing.T) {
	cc, err := contractapi.NewChaincode(&Assets{})
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{values: map[string][]byte{}}
	const a1 = `{"ID":"a1","Color":"blue","Size":5,"Owner":"Tomoko","AppraisedValue":300}`
	for _, c := range []struct {
		name   string
		call   []string
		answer string
		failed string
	}{
		{"none yet", []string{"ReadAsset", "a1"}, "", "no asset a1"},
		{"create", []string{"CreateAsset", "a1", "blue", "5", "Tomoko", "300"}, "", ""},
		{"read", []string{"ReadAsset", "a1"}, a1, ""},
		{"create again", []string{"CreateAsset", "a1", "red", "6", "Brad", "400"}, "", "asset a1 exists"},
		{"a size that is none", []string{"CreateAsset", "a2", "red", "x", "Brad", "400"}, "", "cannot convert"},
		{"unchanged", []string{"ReadAsset", "a1"}, a1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m.call = c.call
			r := cc.Invoke(m)
			if string(r.GetPayload()) != c.answer || (r.GetMessage() == "") != (c.failed == "") || !strings.Contains(r.GetMessage(), c.failed) {
				t.Errorf("payload %s, message %q", r.GetPayload(), r.GetMessage())
			}
		})
	}
	if string(m.values["a1"]) != a1 || len(m.values) != 1 {
		t.Errorf("state %s", m.values)
	}
}
