package record

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
)

// PublicKey is an SM2 public key made ready for verification: parsing the
// point and hashing the user id (the Z value of GB/T 32918.2) happen once.
type PublicKey struct {
	id    string
	point string
	key   *ecdsa.PublicKey
	za    []byte
}

// ParsePublicKey reads the uncompressed point 04||x||y in hex, 130 characters.
func ParsePublicKey(point string) (*PublicKey, error) {
	raw, err := hex.DecodeString(point)
	if err != nil || len(raw) != 65 || raw[0] != 4 {
		return nil, errors.New("a public key is the point 04||x||y in 130 hex characters")
	}
	key, err := sm2.NewPublicKey(raw)
	if err != nil {
		return nil, errors.New("the point is not on the SM2 curve")
	}
	za, err := sm2.CalculateZA(key, nil)
	if err != nil {
		return nil, errors.New("the point is not on the SM2 curve")
	}
	id := sm3.Sum(raw)
	return &PublicKey{id: hex.EncodeToString(id[:]), point: hex.EncodeToString(raw), key: key, za: za}, nil
}

// ID names the key: the SM3 of its uncompressed point, 64 hex characters.
func (k *PublicKey) ID() string { return k.id }

// Point is the key as it is registered: 04||x||y in lower-case hex.
func (k *PublicKey) Point() string { return k.point }

// Verify tells whether sig (ASN.1 DER) is this key's SM2 signature with SM3
// over message, under the default user id 1234567812345678.
func (k *PublicKey) Verify(message, sig []byte) bool {
	return sm2.VerifyASN1(k.key, k.digest(message), sig)
}

// digest is the e value of GB/T 32918.2: SM3 over Z and the message.
func (k *PublicKey) digest(message []byte) []byte {
	h := sm3.New()
	h.Write(k.za)
	h.Write(message)
	return h.Sum(nil)
}

// PrivateKey is an SM2 signing key.
type PrivateKey struct {
	key    *sm2.PrivateKey
	public *PublicKey
}

// GenerateKey makes a new key from the system's randomness.
func GenerateKey() (*PrivateKey, error) {
	k, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate SM2 key: %w", err)
	}
	return NewPrivateKey(k)
}

// NewPrivateKey takes a key of the SM2 library.
func NewPrivateKey(k *sm2.PrivateKey) (*PrivateKey, error) {
	point := make([]byte, 65)
	point[0] = 4
	k.X.FillBytes(point[1:33])
	k.Y.FillBytes(point[33:])
	public, err := ParsePublicKey(hex.EncodeToString(point))
	if err != nil {
		return nil, err
	}
	return &PrivateKey{key: k, public: public}, nil
}

// Public is the key's public half.
func (k *PrivateKey) Public() *PublicKey { return k.public }

// SM2 is the key as the SM2 library has it.
func (k *PrivateKey) SM2() *sm2.PrivateKey { return k.key }

// Sign makes an SM2 signature with SM3 over message, ASN.1 DER, under the
// default user id.
func (k *PrivateKey) Sign(message []byte) ([]byte, error) {
	sig, err := sm2.SignASN1(rand.Reader, k.key, k.public.digest(message), nil)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return sig, nil
}

// SM3 is the hash of data, lower-case hex.
func SM3(data []byte) string {
	h := sm3.Sum(data)
	return hex.EncodeToString(h[:])
}
