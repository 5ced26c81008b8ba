package interop

import (
	"encoding/hex"
	"fmt"
	"os"

	"github.com/tjfoc/gmsm/sm2"
	"github.com/tjfoc/gmsm/sm3"
	"github.com/tjfoc/gmsm/x509"
)

// Key is an SM2 signing key.
type Key struct {
	ID      string // SM3 of the uncompressed point
	Point   string // 04||x||y in hex, as keys are registered
	private *sm2.PrivateKey
}

// ReadKey reads a key file: PKCS#8 in PEM, not encrypted. Its error says that
// the file cannot be read or holds no SM2 key.
func ReadKey(path string) (*Key, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	private, err := x509.ReadPrivateKeyFromPem(raw, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	point := make([]byte, 65) // tjfoc has no function that pads x and y
	point[0] = 4
	private.X.FillBytes(point[1:33])
	private.Y.FillBytes(point[33:])
	return &Key{ID: hex.EncodeToString(sm3.Sm3Sum(point)), Point: hex.EncodeToString(point), private: private}, nil
}
