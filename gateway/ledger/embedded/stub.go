package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/ledger"
)

// stub runs one simulation: it reads committed state, notes what was read, and
// collects writes without showing them. Like Fabric's stub it is for one
// goroutine at a time.
type stub struct {
	store     *store
	end       location // of the chain that this simulation sees
	id        string
	time      time.Time
	transient map[string][]byte
	room      int // bytes that the transaction may still take

	reads        map[string]location // key -> where its newest entry stood
	privateReads map[string]location
	writes       map[string]write
	private      map[string]privatePut
	eventName    string
	event        []byte

	err error // what went wrong beneath the contract, not in it
}

var _ contract.Stub = (*stub)(nil)

type privatePut struct {
	privateWrite
	bytes []byte
}

func (s *stub) GetTxID() string { return s.id }

func (s *stub) GetTxTimestamp() (*timestamppb.Timestamp, error) {
	return timestamppb.New(s.time), nil
}

func (s *stub) GetTransient() (map[string][]byte, error) { return s.transient, nil }

func (s *stub) GetMultipleStates(keys ...string) ([][]byte, error) {
	values := make([][]byte, len(keys))
	for i, k := range keys {
		if k == "" {
			return nil, errors.New("key must not be an empty string")
		}
		value, seen, err := s.store.value(k, s.end)
		if err != nil {
			return nil, s.broken(err)
		}
		s.reads[k] = seen
		values[i] = value
	}
	return values, nil
}

// PutState with an empty value deletes the key, as Fabric does.
func (s *stub) PutState(key string, value []byte) error {
	if key == "" {
		return errors.New("key must not be an empty string")
	}
	if err := s.take(len(key) + len(value)); err != nil {
		return err
	}
	s.writes[key] = write{key: key, value: bytes.Clone(value), deleted: len(value) == 0}
	return nil
}

// StartWriteBatch does nothing: there is no peer to save round trips to.
func (s *stub) StartWriteBatch() {}

// FinishWriteBatch does nothing.
func (s *stub) FinishWriteBatch() error { return nil }

func (s *stub) GetPrivateData(collection, key string) ([]byte, error) {
	if err := checkPrivateName(collection, key); err != nil {
		return nil, err
	}
	value, seen, err := s.store.privateValue(collection, key)
	if err != nil {
		return nil, s.broken(err)
	}
	s.privateReads[privateKey(collection, key)] = seen
	return value, nil
}

func (s *stub) PutPrivateData(collection, key string, value []byte) error {
	if err := checkPrivateName(collection, key); err != nil {
		return err
	}
	if len(value) == 0 {
		return errors.New("private value must not be empty")
	}
	if err := s.take(len(collection) + len(key) + len(value)); err != nil {
		return err
	}
	put := privatePut{bytes: bytes.Clone(value)}
	put.collection, put.key = collection, key
	put.hash, put.size = sm3.Sum(value), len(value)
	s.private[put.indexKey()] = put
	return nil
}

func (s *stub) PurgePrivateData(collection, key string) error {
	if err := checkPrivateName(collection, key); err != nil {
		return err
	}
	if err := s.take(len(collection) + len(key)); err != nil {
		return err
	}
	purge := privatePut{}
	purge.collection, purge.key, purge.purge = collection, key, true
	s.private[purge.indexKey()] = purge
	return nil
}

func (s *stub) SetEvent(name string, payload []byte) error {
	if name == "" {
		return errors.New("event name can not be empty string")
	}
	if err := s.take(len(name) + len(payload)); err != nil {
		return err
	}
	s.eventName, s.event = name, bytes.Clone(payload)
	return nil
}

func checkPrivateName(collection, key string) error {
	switch {
	case collection == "":
		return errors.New("collection must not be an empty string")
	case key == "":
		return errors.New("private data key must not be an empty string")
	case strings.Contains(collection, "\x00"):
		return errors.New("collection must not contain U+0000")
	case len(collection) > math.MaxUint16 || len(key) > math.MaxUint16:
		return fmt.Errorf("collection and key must not be longer than %d bytes", math.MaxUint16)
	}
	return nil
}

// take counts n bytes of the transaction.
func (s *stub) take(n int) error {
	s.room -= n
	if s.room < 0 {
		return s.broken(ledger.ErrTooLarge)
	}
	return nil
}

func (s *stub) broken(err error) error {
	if s.err == nil {
		s.err = err
	}
	return err
}
