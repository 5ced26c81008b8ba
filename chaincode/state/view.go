// Package state is the world as one transaction sees it: what the contract
// loaded from the ledger, and over it what the records decided so far have
// written. Rules read and write it with Go values and never meet a ledger.
package state

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// View holds loaded values and, in two layers over them, written ones: those
// of the records accepted so far, and those of the record being decided.
// It is not for concurrent use.
type View struct {
	base     map[string][]byte // loaded; nil where the ledger has no value
	decoded  map[string]any    // of base, so that a hot key is decoded once
	accepted map[string]any
	pending  map[string]any
	fault    error
}

// NewView makes a view of loaded values. A key that is not in loaded cannot
// be read: see Fault.
func NewView(loaded map[string][]byte) *View {
	return &View{
		base: loaded, decoded: map[string]any{},
		accepted: map[string]any{}, pending: map[string]any{},
	}
}

// Loaded tells whether the key was loaded or written.
func (v *View) Loaded(key string) bool {
	if _, ok := v.base[key]; ok {
		return true
	}
	_, ok := v.accepted[key]
	return ok
}

// Get returns the value under key, nil where there is none. What it points to
// is shared: change a copy and Put that.
func Get[T any](v *View, key string) *T {
	if x, ok := v.pending[key]; ok {
		return cast[T](v, key, x)
	}
	if x, ok := v.accepted[key]; ok {
		return cast[T](v, key, x)
	}
	if x, ok := v.decoded[key]; ok {
		return cast[T](v, key, x)
	}
	raw, ok := v.base[key]
	if !ok {
		v.fail(fmt.Errorf("state: %q was read and not declared by the record", key))
		return nil
	}
	if raw == nil {
		return nil
	}
	x := new(T)
	if err := json.Unmarshal(raw, x, trusted); err != nil {
		v.fail(fmt.Errorf("state: value of %q: %w", key, err))
		return nil
	}
	v.decoded[key] = x
	return x
}

func cast[T any](v *View, key string, x any) *T {
	t, ok := x.(*T)
	if !ok {
		v.fail(fmt.Errorf("state: %q holds a %T", key, x))
	}
	return t
}

// Put writes value under a key that the record declared.
func Put[T any](v *View, key string, value *T) {
	if !v.Loaded(key) {
		v.fail(fmt.Errorf("state: %q was written and not declared by the record", key))
	}
	v.pending[key] = value
}

// Create writes value under a key that cannot have been there, which nobody
// read: it holds the record's own id, or comes only with another that was read
// and is not there.
func Create[T any](v *View, key string, value *T) { v.pending[key] = value }

// Created is the value that a record of this transaction has written under a
// key that need not have been loaded; nil where none has.
func Created[T any](v *View, key string) *T {
	if _, ok := v.pending[key]; !ok {
		if _, ok := v.accepted[key]; !ok {
			return nil
		}
	}
	return Get[T](v, key)
}

// Accept keeps what the record being decided has written.
func (v *View) Accept() {
	for k, x := range v.pending {
		v.accepted[k] = x
	}
	clear(v.pending)
}

// Discard forgets what the record being decided has written.
func (v *View) Discard() { clear(v.pending) }

// Fault is the first misuse of the view or the first value that could not be
// read. It is the ledger's failure and not the record's.
func (v *View) Fault() error { return v.fault }

func (v *View) fail(err error) {
	if v.fault == nil {
		v.fault = err
	}
}

// trusted spares looking for repeated names: the values are our own structs,
// whose names differ.
var trusted = jsontext.AllowDuplicateNames(true)

// Write is one encoded change of the world.
type Write struct {
	Key   string
	Value []byte
}

// Writes encodes what was accepted, by key, so that every endorser writes the
// same bytes in the same order.
func (v *View) Writes() ([]Write, error) {
	keys := make([]string, 0, len(v.accepted))
	for k := range v.accepted {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := make([]Write, len(keys))
	for i, k := range keys {
		raw, err := json.Marshal(v.accepted[k], json.Deterministic(true), trusted)
		if err != nil {
			return nil, fmt.Errorf("state: encode %q: %w", k, err)
		}
		out[i] = Write{Key: k, Value: raw}
	}
	return out, nil
}

// Text is a state value that is a bare string.
type Text string
