package contract

import (
	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/chaincode/state"
	"github.com/grainledger/grainledger/record"
)

// spread takes marks along the edges that the caller names. It carries no
// signature: whoever calls it can only bring about what the edges and marks of
// the ledger say already.
func (c *Contract) spread(stub Stub, arg []byte) ([]byte, error) {
	if _, err := c.now(stub); err != nil {
		return nil, err
	}
	var steps []record.SpreadStep
	if err := json.Unmarshal(arg, &steps, json.RejectUnknownMembers(true)); err != nil {
		return nil, record.Refuse(record.BadCall, "the argument is not a list of edges")
	}
	if err := record.CheckSpread(steps); err != nil {
		return nil, err
	}
	view, err := loadSteps(stub, steps)
	if err != nil {
		return nil, err
	}
	var done record.SpreadDone
	for _, step := range steps {
		done.Set += c.lots.Spread(view, step)
		view.Accept()
	}
	if err := view.Fault(); err != nil {
		return nil, internal(err)
	}
	if err := put(stub, view); err != nil {
		return nil, err
	}
	return json.Marshal(&done)
}

// loadSteps reads the edges with their nodes, and the causes of the marks.
func loadSteps(stub Stub, steps []record.SpreadStep) (*state.View, error) {
	l := newLoader(stub)
	for _, s := range steps {
		l.want(record.EdgeKey(s.Child, s.Record, s.Parent))
		for _, node := range []string{s.Parent, s.Child} {
			if bin := record.BinOfMix(node); bin != "" {
				l.want(record.BinKey(bin), record.MixMarksKey(node))
			} else {
				l.want(record.LotKey(node))
			}
		}
	}
	fresh, err := l.round()
	if err != nil {
		return nil, err
	}
	for _, key := range fresh {
		if raw := l.loaded[key]; raw != nil {
			if err := followMarks(l, key, raw); err != nil {
				return nil, err
			}
		}
	}
	return state.NewView(l.loaded), l.finish()
}

// put writes what a view accepted, in key order.
func put(stub Stub, view *state.View) error {
	writes, err := view.Writes()
	if err != nil {
		return internal(err)
	}
	stub.StartWriteBatch()
	for _, w := range writes {
		if err := stub.PutState(w.Key, w.Value); err != nil {
			return internal(err)
		}
	}
	if err := stub.FinishWriteBatch(); err != nil {
		return internal(err)
	}
	return nil
}
