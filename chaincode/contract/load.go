package contract

import (
	"github.com/go-json-experiment/json"
	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// load reads all that the records touch: in one round what their payloads
// name, in a second the versions of rule tables, where there are any, and what
// only looked as if it were new.
func load(stub Stub, items []item) (*state.View, error) {
	keys, later := named(items)
	loaded := make(map[string][]byte, len(keys))
	if err := fetch(stub, keys, loaded); err != nil {
		return nil, err
	}
	more, err := ruleContents(items, loaded)
	if err != nil {
		return nil, err
	}
	for _, m := range later {
		if loaded[m.Key] = nil; loaded[m.With] != nil {
			more = append(more, m.Key)
		}
	}
	if len(more) == 0 {
		return state.NewView(loaded), nil
	}
	if err := fetch(stub, more, loaded); err != nil {
		return nil, err
	}
	return state.NewView(loaded), nil
}

// named lists the keys that the payloads name. Those that one record of the
// batch makes and another reads stand in later: in a batch that brings a lot
// and what happens to it, none of them is there yet.
func named(items []item) (keys []string, later []record.Made) {
	made := map[string]string{} // key -> the key that it comes with
	for i := range items {
		for _, m := range items[i].touched.Makes {
			made[m.Key] = m.With
		}
	}
	seen := map[string]bool{}
	add := func(list ...string) {
		for _, k := range list {
			if seen[k] {
				continue
			}
			seen[k] = true
			if with, ok := made[k]; ok {
				later = append(later, record.Made{Key: k, With: with})
			} else {
				keys = append(keys, k)
			}
		}
	}
	add(record.RootKey)
	for i := range items {
		if items[i].refused != nil {
			continue
		}
		add(items[i].touched.Reads...)
		add(items[i].touched.Writes...)
		for _, s := range items[i].envelope.Signatures {
			add(record.KeyKey(s.KeyID))
		}
	}
	return keys, later
}

func fetch(stub Stub, keys []string, into map[string][]byte) error {
	values, err := stub.GetMultipleStates(keys...)
	if err != nil {
		return internal(err)
	}
	for i, k := range keys {
		into[k] = nil
		if len(values[i]) > 0 {
			into[k] = values[i]
		}
	}
	return nil
}

// ruleContents lists the contents of the rule versions that the ledger holds
// for the tables the batch consults.
func ruleContents(items []item, loaded map[string][]byte) (keys []string, err error) {
	seen := map[string]bool{}
	for i := range items {
		for _, table := range items[i].touched.Tables {
			raw := loaded[record.RuleKey(table)]
			if seen[table] || raw == nil {
				continue
			}
			seen[table] = true
			var v record.RuleVersions
			if err := json.Unmarshal(raw, &v); err != nil {
				return nil, internal(err)
			}
			for _, version := range v.Versions {
				keys = append(keys, record.RuleContentKey(table, version.Record))
			}
		}
	}
	return keys, nil
}
