package contract

import "google.golang.org/protobuf/types/known/timestamppb"

// Stub is the part of Fabric's shim.ChaincodeStubInterface that the contracts
// use, with the same names and meaning, so that a peer's stub is a Stub and
// the embedded ledger can be one. Reads see the committed state and never the
// transaction's own writes.
type Stub interface {
	GetTxID() string
	GetTxTimestamp() (*timestamppb.Timestamp, error)
	GetTransient() (map[string][]byte, error)

	// GetMultipleStates returns one value per key, nil where there is none.
	GetMultipleStates(keys ...string) ([][]byte, error)
	PutState(key string, value []byte) error
	StartWriteBatch()
	FinishWriteBatch() error

	GetPrivateData(collection, key string) ([]byte, error)
	PutPrivateData(collection, key string, value []byte) error
	PurgePrivateData(collection, key string) error

	SetEvent(name string, payload []byte) error
}
