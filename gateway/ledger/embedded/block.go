package embedded

import (
	"encoding/hex"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// block is a decoded block body. Byte slices point into the body.
type block struct {
	number            uint64
	time              int64 // Unix nanoseconds
	previous          [32]byte
	previousSignature [32]byte
	txs               []transaction
}

type transaction struct {
	place     location
	id        [32]byte
	time      int64 // Unix nanoseconds
	invalid   bool  // by MVCC_READ_CONFLICT
	function  string
	args      [][]byte
	response  []byte
	eventName string
	event     []byte
	writes    []write
	private   []privateWrite
}

// write is a change of one public key.
type write struct {
	place    location
	previous location
	key      string
	value    []byte
	deleted  bool
}

// privateWrite is a change of one private key.
type privateWrite struct {
	place      location
	previous   location
	collection string
	key        string
	purge      bool
	hash       [32]byte
	value      location // in the private segments
	size       int      // of the value in bytes
}

// indexKey names the private key in an index. Collections have no U+0000.
func (w *privateWrite) indexKey() string { return privateKey(w.collection, w.key) }

func privateKey(collection, key string) string { return collection + "\x00" + key }

func (t *transaction) code() ledger.Code {
	if t.invalid {
		return ledger.MVCCReadConflict
	}
	return ledger.Valid
}

// public is the block as readers of the stream see it.
func (b *block) public(hash [32]byte) ledger.Block {
	out := ledger.Block{
		Number:   b.number,
		Hash:     hash[:],
		Previous: b.previous[:],
		Time:     time.Unix(0, b.time).UTC(),
		Txs:      make([]ledger.BlockTx, len(b.txs)),
	}
	for i := range b.txs {
		out.Txs[i] = b.txs[i].public()
	}
	return out
}

func (t *transaction) public() ledger.BlockTx {
	out := ledger.BlockTx{
		ID:       hex.EncodeToString(t.id[:]),
		Time:     time.Unix(0, t.time).UTC(),
		Code:     t.code(),
		Contract: ledger.GrainContract, // the only one here, so blocks do not name it
		Function: t.function,
		Args:     t.args,
		Response: t.response,
		Event:    t.event,
	}
	for _, w := range t.writes {
		out.Writes = append(out.Writes, ledger.Write{Contract: ledger.GrainContract, Key: w.key, Value: w.value, Delete: w.deleted})
	}
	for _, w := range t.private {
		p := ledger.PrivateWrite{
			Contract: ledger.GrainContract, Collection: w.collection,
			KeyHash: ledger.KeyHash(w.key), Purge: w.purge,
		}
		if !w.purge {
			p.Hash = append([]byte(nil), w.hash[:]...)
		}
		out.Private = append(out.Private, p)
	}
	return out
}
