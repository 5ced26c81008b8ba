package fabric

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
)

// ChainError is a block that cannot be the next one. Either the peer that
// gave it is not to be trusted, or the one that gave the blocks before;
// somebody has to look.
type ChainError struct {
	Peer   string // address
	Block  uint64 // number of the block that was due
	Reason string
}

func (e *ChainError) Error() string {
	return fmt.Sprintf("fabric: peer %s: block %d: %s", e.Peer, e.Block, e.Reason)
}

// chain is how far a stream has come.
type chain struct {
	next     uint64 // number of the block that is due
	previous []byte // hash of the one before; nil before the first
}

// check compares b with the block that is due and goes on to the next.
func (c *chain) check(peer string, b *common.Block) error {
	if wrong := c.wrong(b); wrong != "" {
		return &ChainError{Peer: peer, Block: c.next, Reason: wrong}
	}
	c.next++
	c.previous = headerHash(b.GetHeader())
	return nil
}

// wrong says why b is not the block that is due, or nothing.
func (c *chain) wrong(b *common.Block) (wrong string) {
	h := b.GetHeader()
	switch data := sha256.Sum256(bytes.Join(b.GetData().GetData(), nil)); {
	case h == nil:
		wrong = "it has no header"
	case h.GetNumber() != c.next:
		wrong = fmt.Sprintf("it has number %d", h.GetNumber())
	case !bytes.Equal(h.GetDataHash(), data[:]):
		wrong = "its transactions are not those of its header"
	case c.previous != nil && !bytes.Equal(h.GetPreviousHash(), c.previous):
		wrong = fmt.Sprintf("it follows on %x, and the block before is %x", h.GetPreviousHash(), c.previous)
	}
	return wrong
}

// headerHash is the hash by which Fabric chains blocks.
func headerHash(h *common.BlockHeader) []byte {
	encoded, err := asn1.Marshal(struct {
		Number                 *big.Int
		PreviousHash, DataHash []byte
	}{new(big.Int).SetUint64(h.GetNumber()), h.GetPreviousHash(), h.GetDataHash()})
	if err != nil {
		return nil // cannot be: a number and two byte strings have an encoding
	}
	sum := sha256.Sum256(encoded)
	return sum[:]
}
