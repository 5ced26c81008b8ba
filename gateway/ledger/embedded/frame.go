package embedded

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/emmansun/gmsm/sm2"
)

const (
	frameMagic      = "GLBK"
	frameHeaderSize = 24
	// maxFrame is how large a block may become, in bytes: one transaction of
	// very many very small writes.
	maxFrame = 1 << 30
	// A DER signature has 70 to 72 bytes, rarely fewer.
	maxSignature = 80
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// frameHeader stands before a block body. Its checksum tells a damaged length
// from a frame that was not written to its end.
type frameHeader struct {
	number    uint64
	body      int // bytes
	signature int // bytes
}

func (h frameHeader) size() int64 { return frameHeaderSize + int64(h.body) + int64(h.signature) }

// put writes h into the first bytes of p.
func (h frameHeader) put(p []byte) {
	copy(p, frameMagic)
	binary.BigEndian.PutUint64(p[4:], h.number)
	binary.BigEndian.PutUint32(p[12:], uint32(h.body))
	binary.BigEndian.PutUint32(p[16:], uint32(h.signature))
	binary.BigEndian.PutUint32(p[20:], crc32.Checksum(p[:20], castagnoli))
}

func parseFrameHeader(p []byte) (frameHeader, error) {
	if string(p[:4]) != frameMagic {
		return frameHeader{}, fmt.Errorf("no block frame begins here")
	}
	if crc32.Checksum(p[:20], castagnoli) != binary.BigEndian.Uint32(p[20:]) {
		return frameHeader{}, fmt.Errorf("frame header checksum does not match")
	}
	h := frameHeader{
		number:    binary.BigEndian.Uint64(p[4:]),
		body:      int(binary.BigEndian.Uint32(p[12:])),
		signature: int(binary.BigEndian.Uint32(p[16:])),
	}
	if h.body > maxFrame || h.signature > maxSignature {
		return frameHeader{}, fmt.Errorf("body of %d bytes, signature of %d", h.body, h.signature)
	}
	return h, nil
}

func signHash(key *sm2.PrivateKey, hash [32]byte) ([]byte, error) {
	sig, err := key.SignWithSM2(rand.Reader, nil, hash[:])
	if err != nil {
		return nil, fmt.Errorf("sign block: %w", err)
	}
	return sig, nil
}

func verifyHash(keys []*ecdsa.PublicKey, hash [32]byte, signature []byte) bool {
	for _, k := range keys {
		if sm2.VerifyASN1WithSM2(k, nil, hash[:], signature) {
			return true
		}
	}
	return false
}
