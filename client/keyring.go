package client

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// Keyring is a directory of private keys:
//
//	<USCC>.pem   the enterprise's SM2 signing key, PKCS#8 in PEM
//	<USCC>.seal  its sealing key, 32 random bytes in hex
//	root.json    {"uscc": …}, the root regulator of the ledger, where known
//
// Private files have mode 0600. A file appears whole or not at all and is
// never overwritten, also where several processes make keys at once.
//
// Keep a sealing key as long as its signing key: without it the same document
// gets another salt, so it is another record under the same ref.
type Keyring struct {
	dir  string
	warn func(message string)
}

// ErrNoKey: the directory holds no such key.
var ErrNoKey = errors.New("no such key")

// OpenKeyring uses a directory, which need not exist yet. warn, where it is
// not nil, is told of what is doubtful and no error, such as a private key
// that other users of the machine can read.
func OpenKeyring(dir string, warn func(message string)) *Keyring {
	if warn == nil {
		warn = func(string) {}
	}
	return &Keyring{dir: dir, warn: warn}
}

// Dir is the directory.
func (r *Keyring) Dir() string { return r.dir }

// Key is the signing key of an enterprise; errors.Is(err, ErrNoKey) where
// there is none.
func (r *Keyring) Key(uscc string) (*record.PrivateKey, error) {
	path, err := r.path(uscc, ".pem")
	if err != nil {
		return nil, err
	}
	k, err := LoadKey(path, r.warn)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoKey, path)
	}
	return k, err
}

// EnsureKey is the signing key of an enterprise, made where there is none.
func (r *Keyring) EnsureKey(uscc string) (k *record.PrivateKey, made bool, err error) {
	k, err = r.Key(uscc)
	if !errors.Is(err, ErrNoKey) {
		return k, false, err
	}
	if k, err = record.GenerateKey(); err != nil {
		return nil, false, err
	}
	data, err := encodeKey(k)
	if err != nil {
		return nil, false, err
	}
	made, err = r.create(uscc, ".pem", data)
	if err != nil {
		return nil, false, err
	}
	if !made { // another process was first
		k, err = r.Key(uscc)
	}
	return k, made, err
}

const sealingKeyBytes = 32

// EnsureSealingKey is the sealing key of an enterprise, made where there is
// none.
func (r *Keyring) EnsureSealingKey(uscc string) ([]byte, error) {
	key, err := r.sealingKey(uscc)
	if !errors.Is(err, ErrNoKey) {
		return key, err
	}
	key = make([]byte, sealingKeyBytes)
	rand.Read(key) // never fails
	made, err := r.create(uscc, ".seal", []byte(hex.EncodeToString(key)+"\n"))
	if err != nil {
		return nil, err
	}
	if !made {
		return r.sealingKey(uscc)
	}
	return key, nil
}

func (r *Keyring) sealingKey(uscc string) ([]byte, error) {
	path, err := r.path(uscc, ".seal")
	if err != nil {
		return nil, err
	}
	data, err := readPrivate(path, r.warn)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoKey, path)
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(data)))
	if err != nil || len(key) != sealingKeyBytes {
		return nil, fmt.Errorf("%s is not a sealing key (%d bytes in hex)", path, sealingKeyBytes)
	}
	return key, nil
}

// Root is the USCC of the root regulator that root.json names, empty where
// there is no such file.
func (r *Keyring) Root() (string, error) {
	path := filepath.Join(r.dir, "root.json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var root struct {
		USCC string `json:"uscc"`
	}
	if err := json.Unmarshal(data, &root); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	if !record.ValidUSCC(root.USCC) {
		return "", fmt.Errorf("%s: %q is no unified social credit code", path, root.USCC)
	}
	return root.USCC, nil
}

// path is the file of an enterprise. Whatever is no USCC is no file name.
func (r *Keyring) path(uscc, suffix string) (string, error) {
	if !record.ValidUSCC(uscc) {
		return "", &record.Error{Code: record.BadUSCC, Detail: fmt.Sprintf("%q is no unified social credit code", uscc)}
	}
	return filepath.Join(r.dir, uscc+suffix), nil
}

// create writes a file that does not exist. It reports false where it does.
func (r *Keyring) create(uscc, suffix string, data []byte) (bool, error) {
	path, err := r.path(uscc, suffix)
	if err != nil {
		return false, err
	}
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return false, fmt.Errorf("key directory: %w", err)
	}
	err = createFile(path, data)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}
