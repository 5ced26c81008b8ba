package client

import (
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"github.com/grainledger/grainledger/record"
)

const pemKey = "PRIVATE KEY"

// LoadKey reads an SM2 private key, PKCS#8 in PEM. warn, where it is not nil,
// is told where others can read the file. errors.Is(err, fs.ErrNotExist)
// where there is none.
func LoadKey(path string, warn func(message string)) (*record.PrivateKey, error) {
	data, err := readPrivate(path, warn)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != pemKey {
		return nil, fmt.Errorf("%s is not a private key in PEM (PKCS#8, not encrypted)", path)
	}
	key, err := smx509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	k, ok := key.(*sm2.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s is not an SM2 key", path)
	}
	return record.NewPrivateKey(k)
}

func encodeKey(k *record.PrivateKey) ([]byte, error) {
	der, err := smx509.MarshalPKCS8PrivateKey(k.SM2())
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemKey, Bytes: der}), nil
}

func readPrivate(path string, warn func(string)) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	// Windows has no such bits: every file looks open there.
	if warn != nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		warn(fmt.Sprintf("%s holds a private key and other users can read it (mode %04o): chmod 600 %s",
			path, info.Mode().Perm(), path))
	}
	return os.ReadFile(path)
}

// createFile makes a file of mode 0600 that is whole once it has its name,
// also after a power failure: a key whose registration was committed must not
// be lost. A link, unlike a rename, fails where the name is taken
// (fs.ErrExist).
func createFile(path string, data []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // has no such call on directories
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
