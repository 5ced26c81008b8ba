package contract

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/grainledger/grainledger/record"
)

// init names the regulator's root, from which every key hangs. Naming the
// same root again changes nothing, so that it may run at every upgrade;
// another root is refused.
func (c *Contract) init(stub Stub, arg []byte) error {
	var root record.Root
	if err := json.Unmarshal(arg, &root, json.RejectUnknownMembers(true)); err != nil {
		return record.Refuse(record.BadCall, "the argument is not a root")
	}
	if root.Genesis != "" {
		return record.Refuse(record.BadCall, "the ledger computes genesis")
	}
	if err := record.CheckRoot(&root); err != nil {
		return err
	}
	for i, point := range root.Keys {
		root.Keys[i] = strings.ToLower(point)
	}
	canonical, err := json.Marshal(&root)
	if err != nil {
		return internal(err)
	}
	root.Genesis = record.SM3(canonical)
	was, err := c.root(stub)
	switch {
	case err != nil:
		return err
	case was == nil:
		return putRoot(stub, &root)
	case was.Genesis != root.Genesis:
		return record.Refuse(record.AlreadyInitialised, "the root of this ledger is %s", was.USCC)
	}
	return nil
}

func (c *Contract) root(stub Stub) (*record.Root, error) {
	values, err := stub.GetMultipleStates(record.RootKey)
	if err != nil {
		return nil, internal(err)
	}
	if len(values) != 1 || values[0] == nil {
		return nil, nil
	}
	root := new(record.Root)
	if err := json.Unmarshal(values[0], root); err != nil {
		return nil, internal(err)
	}
	return root, nil
}

func putRoot(stub Stub, root *record.Root) error {
	enterprise := record.RegisteredEnterprise{
		USCC: root.USCC, Name: root.Name, Kind: record.KindRegulator,
		Division: root.Division, Record: root.Genesis,
	}
	for key, value := range map[string]any{
		record.RootKey:                  root,
		record.EnterpriseKey(root.USCC): &enterprise,
	} { // the ledger sorts a transaction's writes by key
		raw, err := json.Marshal(value)
		if err != nil {
			return internal(err)
		}
		if err := stub.PutState(key, raw); err != nil {
			return internal(err)
		}
	}
	return nil
}
