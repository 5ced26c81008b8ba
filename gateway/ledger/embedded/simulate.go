package embedded

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// simulation is a transaction that ran and has not been committed.
type simulation struct {
	tx           transaction // without places
	response     []byte
	reads        map[string]location
	privateReads map[string]location
	values       [][]byte // of tx.private, in the same order; nil for a purge
	size         int      // bytes in a block, at most
	privateSize  int      // bytes in a private segment
}

// simulate runs the contract against the chain as it is now.
func (l *Ledger) simulate(tx ledger.Tx) (*simulation, error) {
	if err := served(tx); err != nil {
		return nil, err
	}
	if err := l.enter(); err != nil {
		return nil, err
	}
	defer l.leave()
	room := l.opt.MaxTxBytes - inputSize(tx)
	if room < 0 {
		return nil, l.tooLarge()
	}
	var id [32]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, fmt.Errorf("embedded: transaction id: %w", err)
	}
	_, t := l.newest()
	// The transaction has this machine's time, even where that is before the
	// newest block's: were it held to that, one block written under a clock
	// that ran ahead would date every later transaction into the future.
	now := l.opt.Clock().UnixNano()
	s := &stub{
		store: l.store, end: t.end,
		id: hex.EncodeToString(id[:]), time: time.Unix(0, now).UTC(),
		transient: tx.Transient, room: room,
		reads: map[string]location{}, privateReads: map[string]location{},
		writes: map[string]write{}, private: map[string]privatePut{},
	}
	response, err := l.invoke(s, tx)
	if err == nil {
		s.take(len(response))
	}
	if err := l.outcome(s, err); err != nil {
		return nil, err
	}
	sim := s.result(tx, response)
	sim.tx.id, sim.tx.time = id, now
	if sim.size > maxFrame {
		return nil, fmt.Errorf("%w: it has too many parts", ledger.ErrTooLarge)
	}
	return sim, nil
}

// served refuses a transaction of a contract that is not here. A collection
// needs no look: the one node endorses everything.
func served(tx ledger.Tx) error {
	if tx.Contract == "" || tx.Contract == ledger.GrainContract {
		return nil
	}
	refusal := record.Refuse(record.BadCall, "the embedded ledger has no contract %q", tx.Contract)
	return &ledger.ContractError{Message: refusal.Error()}
}

// invoke turns a panic of the contract into an error.
func (l *Ledger) invoke(s *stub, tx ledger.Tx) (response []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			l.opt.Log.Error("contract panicked", "function", tx.Function, "tx", s.id,
				"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			s.err = fmt.Errorf("%w: %v", ledger.ErrPanic, p)
			err = s.err
		}
	}()
	return l.opt.Invoke(s, tx.Function, tx.Args)
}

// outcome tells a refusal by the contract from a failure beneath it.
func (l *Ledger) outcome(s *stub, err error) error {
	switch {
	case s.err == nil && err == nil:
		return nil
	case s.err == nil:
		return &ledger.ContractError{Message: err.Error()}
	case errors.Is(s.err, ledger.ErrTooLarge):
		return l.tooLarge()
	case errors.Is(s.err, ledger.ErrPanic):
		return s.err
	}
	l.opt.Log.Error("reading the ledger failed", "tx", s.id, "error", s.err)
	return fmt.Errorf("%w: %w", ledger.ErrUnavailable, s.err)
}

func (l *Ledger) tooLarge() error {
	return fmt.Errorf("%w: the limit is %d bytes", ledger.ErrTooLarge, l.opt.MaxTxBytes)
}

func inputSize(tx ledger.Tx) int {
	n := len(tx.Function)
	for _, a := range tx.Args {
		n += len(a)
	}
	for k, v := range tx.Transient {
		n += len(k) + len(v)
	}
	return n
}

// result sorts what the contract left behind.
func (s *stub) result(tx ledger.Tx, response []byte) *simulation {
	sim := &simulation{response: response, reads: s.reads, privateReads: s.privateReads}
	sim.tx = transaction{
		function: tx.Function, args: tx.Args, response: response,
		eventName: s.eventName, event: s.event,
	}
	sim.tx.writes = make([]write, 0, len(s.writes))
	for _, k := range slices.Sorted(maps.Keys(s.writes)) {
		sim.tx.writes = append(sim.tx.writes, s.writes[k])
	}
	for _, k := range slices.Sorted(maps.Keys(s.private)) {
		p := s.private[k]
		sim.tx.private = append(sim.tx.private, p.privateWrite)
		sim.values = append(sim.values, p.bytes)
		if !p.purge {
			sim.privateSize += privateOverhead(p.collection, p.key) + p.size
		}
	}
	sim.size = sim.tx.encodedSize()
	return sim
}
