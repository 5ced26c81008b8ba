package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/emmansun/gmsm/sm3"

	"github.com/grainledger/grainledger/gateway/ledger"
)

const (
	magic      = "GLARCHV1"
	kindSize   = 8
	headerSize = 8 + kindSize + 8 + sm3.Size + sm3.Size
	lengthSize = 4
	// maxBlock is more than any ledger makes, in bytes: a length beyond it is
	// no length.
	maxBlock = 1<<30 + 1<<20
)

// Reader reads one block as a kind of ledger gave it.
type Reader func(raw []byte) (ledger.RawBlock, error)

// BlockError names the first block of an archive that is not as it was written.
type BlockError struct {
	Block  uint64
	File   string
	Reason string
}

func (e *BlockError) Error() string {
	return fmt.Sprintf("archive: block %d (%s): %s", e.Block, filepath.Base(e.File), e.Reason)
}

// tip is how far an archive has come.
type tip struct {
	next uint64
	hash []byte // of block next-1; nil where it is not known
	sum  [sm3.Size]byte
}

// after is the tip behind one more block, which must be the next one.
func (t tip) after(b ledger.RawBlock) (tip, error) {
	switch {
	case b.Number != t.next:
		return t, fmt.Errorf("it has number %d", b.Number)
	case t.hash != nil && !bytes.Equal(b.Previous, t.hash):
		return t, errors.New("it does not follow the block before: the chain is another one")
	}
	return tip{next: t.next + 1, hash: b.Hash, sum: sm3.Sum(slices.Concat(t.sum[:], b.Bytes))}, nil
}

func fileName(first uint64) string { return fmt.Sprintf("blocks-%012d.arc", first) }

func header(kind string, t tip) []byte {
	h := make([]byte, 0, headerSize)
	h = append(h, magic...)
	h = append(h, kind...)
	h = append(h, make([]byte, kindSize-len(kind))...)
	h = binary.BigEndian.AppendUint64(h, t.next)
	h = append(h, t.sum[:]...)
	sum := sm3.Sum(h)
	return append(h, sum[:]...)
}

var errHeader = errors.New("the file's header is not whole")

func parseHeader(h []byte) (kind string, t tip, err error) {
	if len(h) < headerSize {
		return "", t, errHeader
	}
	sum := sm3.Sum(h[:headerSize-sm3.Size])
	if !bytes.Equal(sum[:], h[headerSize-sm3.Size:headerSize]) || string(h[:8]) != magic {
		return "", t, errHeader
	}
	kind = string(bytes.TrimRight(h[8:8+kindSize], "\x00"))
	t.next = binary.BigEndian.Uint64(h[8+kindSize:])
	copy(t.sum[:], h[16+kindSize:])
	return kind, t, nil
}

func appendRecord(buf, block []byte, sum [sm3.Size]byte) []byte {
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(block)))
	buf = append(buf, block...)
	return append(buf, sum[:]...)
}
