// Package keys holds the gateway's key files: SM2 private keys as PKCS#8 in
// PEM, in the same form as a client's keyring, and the root of a development
// ledger.
package keys

import (
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"github.com/grainledger/grainledger/record"
)

const pemType = "PRIVATE KEY"

// Encode writes a private key as PKCS#8 in PEM, not encrypted.
func Encode(k *record.PrivateKey) ([]byte, error) {
	der, err := smx509.MarshalPKCS8PrivateKey(k.SM2())
	if err != nil {
		return nil, fmt.Errorf("keys: encode: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), nil
}

// Parse reads what Encode writes. Its errors hold nothing of the key.
func Parse(data []byte) (*record.PrivateKey, error) {
	block, _ := pem.Decode(data)
	if block == nil || block.Type != pemType {
		return nil, errors.New("keys: not a private key in PEM (PKCS#8, not encrypted)")
	}
	key, err := smx509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("keys: the PEM block is not a PKCS#8 key")
	}
	k, ok := key.(*sm2.PrivateKey)
	if !ok {
		return nil, errors.New("keys: not an SM2 key")
	}
	return record.NewPrivateKey(k)
}
