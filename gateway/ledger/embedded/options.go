package embedded

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"github.com/grainledger/grainledger/chaincode/contract"
)

// Defaults of Options, and bounds.
const (
	// DefaultMaxBlockBytes is the size at which a block is cut, in bytes.
	DefaultMaxBlockBytes = 4 << 20
	// DefaultMaxTxBytes is the largest transaction, in bytes.
	DefaultMaxTxBytes = 16 << 20
	// DefaultSegmentBytes is the size at which a file is full, in bytes.
	DefaultSegmentBytes = 256 << 20
	// MaxSegmentBytes is the largest SegmentBytes: offsets have 32 bits and
	// the last block may go beyond.
	MaxSegmentBytes = 2 << 30
	// MaxMaxTxBytes is the largest MaxTxBytes.
	MaxMaxTxBytes = 256 << 20
)

// Invoke runs one function of a contract against stub. It must be
// deterministic, must use stub from one goroutine at a time and must not keep
// it. It may run many times at once for different transactions. A panic in it
// is caught, a panic in a goroutine that it starts is not.
type Invoke func(stub contract.Stub, function string, args [][]byte) ([]byte, error)

// Options says how a ledger runs. Invoke and Key have no default.
type Options struct {
	// Invoke is the contract.
	Invoke Invoke
	// Key signs blocks.
	Key *sm2.PrivateKey
	// Trusted are keys that signed earlier blocks of this ledger, beside Key.
	Trusted []*ecdsa.PublicKey
	// Log gets what an operator wants to know. Default: nothing is logged.
	Log *slog.Logger
	// Clock tells the time. Default: time.Now.
	Clock func() time.Time
	// MaxBlockBytes is the size at which a block is cut; a larger transaction
	// gets a block of its own. Default: DefaultMaxBlockBytes.
	MaxBlockBytes int
	// MaxTxBytes is the largest sum of a transaction's arguments, transient
	// data, response, event and writes. Default: DefaultMaxTxBytes.
	MaxTxBytes int
	// SegmentBytes is the size at which the next file is begun. It may be
	// changed between starts. Default: DefaultSegmentBytes.
	SegmentBytes int64
	// RebuildHead lets a ledger open whose head file was lost, and accepts
	// the chain as long as it is. An operator's decision: without head,
	// nobody can tell whether blocks are missing at the end.
	RebuildHead bool

	disk disk                // tests make it fail
	hash func(string) uint64 // tests make it collide
}

func (o Options) withDefaults() (Options, error) {
	if o.Invoke == nil {
		return o, errors.New("embedded: options: no contract to invoke")
	}
	if o.Key == nil {
		return o, errors.New("embedded: options: no key to sign blocks")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.MaxBlockBytes == 0 {
		o.MaxBlockBytes = DefaultMaxBlockBytes
	}
	if o.MaxTxBytes == 0 {
		o.MaxTxBytes = DefaultMaxTxBytes
	}
	if o.SegmentBytes == 0 {
		o.SegmentBytes = DefaultSegmentBytes
	}
	if o.disk == nil {
		o.disk = osDisk{}
	}
	if o.hash == nil {
		seed := maphash.MakeSeed()
		o.hash = func(s string) uint64 { return maphash.String(seed, s) }
	}
	return o, o.check()
}

func (o Options) check() error {
	if o.MaxBlockBytes < 0 || o.MaxBlockBytes > MaxMaxTxBytes {
		return fmt.Errorf("embedded: options: MaxBlockBytes %d is not in 1 to %d", o.MaxBlockBytes, MaxMaxTxBytes)
	}
	if o.MaxTxBytes < 0 || o.MaxTxBytes > MaxMaxTxBytes {
		return fmt.Errorf("embedded: options: MaxTxBytes %d is not in 1 to %d", o.MaxTxBytes, MaxMaxTxBytes)
	}
	if o.SegmentBytes < 0 || o.SegmentBytes > MaxSegmentBytes {
		return fmt.Errorf("embedded: options: SegmentBytes %d is not in 1 to %d", o.SegmentBytes, int64(MaxSegmentBytes))
	}
	return nil
}

// publicKeys are the keys whose signature on a block is accepted.
func (o Options) publicKeys() []*ecdsa.PublicKey {
	return append([]*ecdsa.PublicKey{&o.Key.PublicKey}, o.Trusted...)
}
