package proof

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm3"
	"github.com/transparency-dev/merkle"
	"github.com/transparency-dev/merkle/proof"
)

// Hash is an SM3 hash.
type Hash [sm3.Size]byte

// String is the hash in lower-case hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads 64 lower-case hex characters, the one spelling of a hash.
func ParseHash(s string) (h Hash, err error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(h) || hex.EncodeToString(raw) != s {
		return h, errors.New("is not an SM3 in 64 lower-case hex characters")
	}
	return Hash(raw), nil
}

// MarshalText makes a hash hex in JSON.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText writes, and nothing else.
func (h *Hash) UnmarshalText(text []byte) (err error) {
	*h, err = ParseHash(string(text))
	return err
}

// Prefixes that keep a leaf from being taken for a node (RFC 6962, 2.1).
const (
	leafPrefix = 0
	nodePrefix = 1
)

// LeafHash is the hash of a leaf's data: SM3 over 0x00 and the data.
func LeafHash(data []byte) Hash {
	h := sm3.New()
	h.Write([]byte{leafPrefix})
	h.Write(data)
	return Hash(h.Sum(nil))
}

// NodeHash is the hash over two children: SM3 over 0x01, left and right.
func NodeHash(left, right Hash) Hash {
	var b [1 + 2*sm3.Size]byte
	b[0] = nodePrefix
	copy(b[1:], left[:])
	copy(b[1+sm3.Size:], right[:])
	return sm3.Sum(b[:])
}

// EmptyRoot is the root of a tree without leaves: SM3 of nothing.
func EmptyRoot() Hash { return sm3.Sum(nil) }

// Hasher is the tree's hasher as the Merkle library asks for it.
var Hasher merkle.LogHasher = hasher{}

type hasher struct{}

func (hasher) EmptyRoot() []byte           { h := EmptyRoot(); return h[:] }
func (hasher) HashLeaf(leaf []byte) []byte { h := LeafHash(leaf); return h[:] }
func (hasher) Size() int                   { return sm3.Size }
func (hasher) HashChildren(l, r []byte) []byte {
	h := NodeHash(Hash(l), Hash(r))
	return h[:]
}

// maxPath bounds the hashes of a proof: a tree of 2^64 leaves has 64 levels,
// and a consistency proof takes at most one hash more than two paths.
const maxPath = 130

// VerifyInclusion tells whether the leaf stands at index in the tree of size
// leaves that has the root. A nil error is the only yes.
func VerifyInclusion(index, size uint64, leaf Hash, path []Hash, root Hash) error {
	if len(path) > maxPath {
		return fmt.Errorf("inclusion proof of %d hashes", len(path))
	}
	return proof.VerifyInclusion(Hasher, index, size, leaf[:], rows(path), root[:])
}

// VerifyConsistency tells whether the tree of size after with root b begins
// with the tree of size before with root a. Every tree begins with the empty
// one, whose root is EmptyRoot.
func VerifyConsistency(before, after uint64, path []Hash, a, b Hash) error {
	if len(path) > maxPath {
		return fmt.Errorf("consistency proof of %d hashes", len(path))
	}
	if before == 0 {
		if a != EmptyRoot() || len(path) != 0 {
			return errors.New("the root of a tree without leaves is another, and its proof is empty")
		}
		return nil
	}
	return proof.VerifyConsistency(Hasher, before, after, rows(path), a[:], b[:])
}

func rows(path []Hash) [][]byte {
	out := make([][]byte, len(path))
	for i := range path {
		out[i] = path[i][:]
	}
	return out
}
