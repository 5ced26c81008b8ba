package contract

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/grainledger/grainledger/record"
)

// MaxStateKeys bounds one State call.
const MaxStateKeys = 1000

// state reads values of the world by key: a JSON list of keys in, a JSON list
// of values (null where there is none) out. It is for evaluation, and for
// another definition that reads from this one within its own transaction.
func (c *Contract) state(stub Stub, arg []byte) ([]byte, error) {
	var keys []string
	if err := json.Unmarshal(arg, &keys); err != nil || len(keys) == 0 || len(keys) > MaxStateKeys {
		return nil, record.Refuse(record.BadCall, "the argument is not a list of 1 to %d keys", MaxStateKeys)
	}
	values, err := stub.GetMultipleStates(keys...)
	if err != nil {
		return nil, internal(err)
	}
	out := make([]jsontext.Value, len(values))
	for i, v := range values {
		if out[i] = v; len(v) == 0 {
			out[i] = jsontext.Value("null")
		}
	}
	return json.Marshal(out)
}
