// Package contract is the shell around the rules: it decodes the records of a
// transaction, checks their signatures, loads the state they touch, lets the
// rules decide one record after another, and stores what they changed. It
// runs unchanged on a Fabric peer and in the embedded ledger.
//
// Every endorser must come to the same bytes. Time comes from the transaction
// alone, nothing is signed, and what leaves is in record order or key order.
package contract

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/grainledger/grainledger/chaincode/lot"
	"github.com/grainledger/grainledger/chaincode/registry"
	"github.com/grainledger/grainledger/record"
)

// Contract holds the rules. It has no state of its own but a cache of parsed
// public keys, which depends on their bytes alone.
type Contract struct {
	lots     *lot.Rules
	registry *registry.Rules
	keys     *keyCache
	clock    func() time.Time
	workers  int
	belongs  func(record.Type) bool
}

// Option changes how a Contract runs; ForTypes alone what it decides.
type Option func(*Contract)

// WithClock sets the clock against which a new transaction's time is held.
func WithClock(now func() time.Time) Option { return func(c *Contract) { c.clock = now } }

// WithWorkers sets how many goroutines check signatures; the default is the
// number of cores.
func WithWorkers(n int) Option { return func(c *Contract) { c.workers = max(1, n) } }

// ForTypes limits the contract to the types that belong to it, where several
// chaincode definitions share a channel: a record of another type is refused
// with UnsupportedType. Without it every type belongs.
func ForTypes(belongs func(record.Type) bool) Option {
	return func(c *Contract) { c.belongs = belongs }
}

// New tests SM2 and SM3 against known answers and loads the rule tables. A
// process in which it fails must not serve.
func New(options ...Option) (*Contract, error) {
	if err := record.SelfTest(); err != nil {
		return nil, err
	}
	lots, err := lot.NewRules()
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	c := &Contract{
		lots:     lots,
		registry: &registry.Rules{CheckTable: lots.CheckTable},
		keys:     newKeyCache(),
		clock:    time.Now,
		workers:  runtime.GOMAXPROCS(0),
		belongs:  func(record.Type) bool { return true },
	}
	for _, o := range options {
		o(c)
	}
	return c, nil
}

// Invoke runs one function of the contract. Its error is always a
// *record.Error and refuses the whole transaction; a refused record is no
// error but a verdict. A panic is such an error too, so that a record that
// makes the rules panic takes no process down: on a peer the chaincode goes on,
// and the gateway finds the record by cutting its batch.
func (c *Contract) Invoke(stub Stub, function string, args [][]byte) (response []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			response, err = nil, panicked(function, stub.GetTxID(), p)
		}
	}()
	if len(args) != 1 {
		return nil, record.Refuse(record.BadCall, "%s takes one argument", function)
	}
	switch function {
	case record.FnInit:
		return nil, c.init(stub, args[0])
	case record.FnSubmit:
		return c.submit(stub, args[0])
	case record.FnSeal:
		return nil, c.seal(stub, args[0])
	case record.FnPreview:
		return c.preview(stub, args[0])
	case record.FnSpread:
		return c.spread(stub, args[0])
	case record.FnState:
		return c.state(stub, args[0])
	}
	return nil, record.Refuse(record.BadCall, "no function %q", function)
}

// internal is the ledger's own failure: the caller may try again. A refusal
// by another definition that the stub asked stays what it is.
func internal(err error) *record.Error {
	var refusal *record.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return &record.Error{Code: record.Internal, Detail: err.Error()}
}
