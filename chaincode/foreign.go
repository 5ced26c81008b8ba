package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/record"
)

// peerStub is a Stub that can ask another definition on the same peer.
type peerStub interface {
	contract.Stub
	InvokeChaincode(name string, args [][]byte, channel string) *peer.Response
}

// foreign is the stub of a definition that has no registry. It reads registry
// keys out of grain; everything else is the peer's own stub. What grain reads
// on the same channel joins the read set of this transaction, so a key that is
// revoked between endorsement and commit makes it invalid, as within grain.
type foreign struct {
	peerStub
	grain string
}

// registry is where grain keeps the root, enterprises, facilities, keys,
// devices and rule tables.
var registry = []string{"org/", "fac/", "key/", "dev/", "rule/", "rulev/"}

func isRegistry(key string) bool {
	return key == record.RootKey ||
		slices.ContainsFunc(registry, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
}

// GetMultipleStates returns one value per key, nil where there is none. The
// registry's keys go to grain in one call (in several beyond what State
// takes), the rest to the own state. A refusal by grain is the error as it
// came, a *record.Error.
func (f *foreign) GetMultipleStates(keys ...string) ([][]byte, error) {
	theirs, own := split(keys)
	values := make([][]byte, len(keys))
	for part := range slices.Chunk(theirs, contract.MaxStateKeys) {
		if err := read(values, keys, part, f.ask); err != nil {
			return nil, err
		}
	}
	if len(own) == 0 {
		return values, nil
	}
	return values, read(values, keys, own, f.peerStub.GetMultipleStates)
}

// PutState writes to the own state. The registry is grain's to write: a value
// of it here would never be read again.
func (f *foreign) PutState(key string, value []byte) error {
	if isRegistry(key) {
		return fmt.Errorf("%q belongs to definition %s", key, f.grain)
	}
	return f.peerStub.PutState(key, value)
}

// split gives the places of the registry's keys and of the others.
func split(keys []string) (theirs, own []int) {
	for i, k := range keys {
		if isRegistry(k) {
			theirs = append(theirs, i)
		} else {
			own = append(own, i)
		}
	}
	return theirs, own
}

// read fills in the values of the keys at the given places.
func read(values [][]byte, keys []string, places []int, from func(...string) ([][]byte, error)) error {
	part := make([]string, len(places))
	for i, place := range places {
		part[i] = keys[place]
	}
	got, err := from(part...)
	if err != nil {
		return err
	}
	if len(got) != len(part) {
		return fmt.Errorf("%d values came for %d keys", len(got), len(part))
	}
	for i, place := range places {
		values[place] = got[i]
	}
	return nil
}

// ask reads keys of grain.
func (f *foreign) ask(keys ...string) ([][]byte, error) {
	arg, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	answer := f.InvokeChaincode(f.grain, [][]byte{[]byte(record.FnState), arg}, "") // "": this channel
	if answer.GetStatus() != shim.OK {
		return nil, f.refusal(answer.GetMessage())
	}
	var list []jsontext.Value
	if err := json.Unmarshal(answer.GetPayload(), &list); err != nil {
		return nil, fmt.Errorf("definition %s: its answer cannot be read: %w", f.grain, err)
	}
	values := make([][]byte, len(list))
	for i, v := range list {
		if v.Kind() != 'n' {
			values[i] = v
		}
	}
	return values, nil
}

// refusal finds grain's own error in what the peer says; without one the peer
// itself failed, as where grain is not installed.
func (f *foreign) refusal(message string) error {
	if refused, ok := record.ParseError(message); ok {
		return refused
	}
	return errors.New("definition " + f.grain + ": " + message)
}
