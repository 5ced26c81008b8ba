package contract_test

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/grainledger/grainledger/chaincode/contract"
)

// memory is a ledger of one process's memory with Fabric's rules: a
// transaction reads committed state, never its own writes, and is valid only
// if nothing it read has changed since.
type memory struct {
	values   map[string]versioned
	private  map[string][]byte
	version  int
	now      time.Time
	contract *contract.Contract
}

type versioned struct {
	value   []byte
	version int
}

func newMemory(c *contract.Contract, now time.Time) *memory {
	return &memory{values: map[string]versioned{}, private: map[string][]byte{}, now: now, contract: c}
}

// simulated is a transaction after endorsement.
type simulated struct {
	id        string
	ledger    *memory
	transient map[string][]byte
	reads     map[string]int
	writes    map[string][]byte
	private   map[string][]byte
	event     []byte
	response  []byte
	batching  bool
	rounds    int // of reading
}

var _ contract.Stub = (*simulated)(nil)

func (m *memory) simulate(id, function string, arg []byte, transient map[string][]byte) (*simulated, error) {
	s := &simulated{id: id, ledger: m, transient: transient, reads: map[string]int{},
		writes: map[string][]byte{}, private: map[string][]byte{}}
	var err error
	s.response, err = m.contract.Invoke(s, function, [][]byte{arg})
	return s, err
}

var errConflict = errors.New("version conflict")

func (m *memory) commit(s *simulated) error {
	for k, version := range s.reads {
		if m.values[k].version != version {
			return fmt.Errorf("%w on %s", errConflict, k)
		}
	}
	m.version++
	for k, v := range s.writes {
		m.values[k] = versioned{v, m.version}
	}
	maps.Copy(m.private, s.private)
	return nil
}

func (m *memory) run(function string, arg []byte, transient map[string][]byte) (*simulated, error) {
	s, err := m.simulate(txID(), function, arg, transient)
	if err != nil {
		return nil, err
	}
	return s, m.commit(s)
}

// digest is the SM3 of every key and value in key order.
func (m *memory) digest() string {
	h := sm3.New()
	for _, k := range slices.Sorted(maps.Keys(m.values)) {
		fmt.Fprintf(h, "%d %s %d ", len(k), k, len(m.values[k].value))
		h.Write(m.values[k].value)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func txID() string {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		panic(err)
	}
	return hex.EncodeToString(b)
}

func (s *simulated) GetTxID() string { return s.id }
func (s *simulated) GetTxTimestamp() (*timestamppb.Timestamp, error) {
	return timestamppb.New(s.ledger.now), nil
}
func (s *simulated) GetTransient() (map[string][]byte, error) { return s.transient, nil }

func (s *simulated) GetMultipleStates(keys ...string) ([][]byte, error) {
	s.rounds++
	out := make([][]byte, len(keys))
	for i, k := range keys {
		v := s.ledger.values[k]
		s.reads[k] = v.version
		out[i] = v.value
	}
	return out, nil
}

func (s *simulated) PutState(key string, value []byte) error {
	if key == "" || len(value) == 0 {
		return errors.New("empty key or value")
	}
	s.writes[key] = value
	return nil
}

func (s *simulated) StartWriteBatch() { s.batching = true }
func (s *simulated) FinishWriteBatch() error {
	if !s.batching {
		return errors.New("no write batch")
	}
	s.batching = false
	return nil
}

func (s *simulated) GetPrivateData(_, key string) ([]byte, error) { return s.ledger.private[key], nil }
func (s *simulated) PutPrivateData(_, key string, value []byte) error {
	s.private[key] = value
	return nil
}
func (s *simulated) PurgePrivateData(_, key string) error { s.private[key] = nil; return nil }
func (s *simulated) SetEvent(_ string, payload []byte) error {
	s.event = payload
	return nil
}
