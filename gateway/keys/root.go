package keys

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// The root of a development ledger: a made-up regulator of the whole country.
const (
	devRootBody     = "11000000MA0000000" // the first 17 characters of its USCC
	devRootName     = "国家粮食和物资储备局（开发根）"
	devRootDivision = "000000"
)

// DevRootUSCC is the USCC of the root of a development ledger.
func DevRootUSCC() string {
	c, _ := record.USCCCheckCharacter(devRootBody) // the body is of the right form
	return devRootBody + string(c)
}

// DevRoot is the root of a development ledger. Its keys are made in dir where
// they are missing, in the form of a client's keyring:
//
//	<USCC>.pem   signing key
//	<USCC>.seal  sealing key, 32 random bytes in hex
//	root.json    {"uscc": …}
func DevRoot(dir string) (record.Root, error) {
	uscc := DevRootUSCC()
	k, _, err := LoadOrCreate(filepath.Join(dir, uscc+".pem"))
	if err != nil {
		return record.Root{}, err
	}
	seal := make([]byte, 32)
	rand.Read(seal) // never fails
	if err := ensure(filepath.Join(dir, uscc+".seal"), []byte(hex.EncodeToString(seal)+"\n")); err != nil {
		return record.Root{}, err
	}
	named, err := json.Marshal(struct {
		USCC string `json:"uscc"`
	}{uscc})
	if err != nil {
		return record.Root{}, fmt.Errorf("keys: %w", err)
	}
	if err := ensure(filepath.Join(dir, "root.json"), append(named, '\n')); err != nil {
		return record.Root{}, err
	}
	return record.Root{
		USCC: uscc, Name: devRootName, Division: devRootDivision,
		Threshold: 1, Keys: []string{k.Public().Point()},
	}, nil
}

// ensure writes a file where there is none.
func ensure(path string, data []byte) error {
	if err := create(path, data); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// ReadRoot reads a root, public keys only, as JSON.
func ReadRoot(path string) (record.Root, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return record.Root{}, fmt.Errorf("keys: root: %w", err)
	}
	var root record.Root
	if err := json.Unmarshal(data, &root, json.RejectUnknownMembers(true)); err != nil {
		return record.Root{}, fmt.Errorf("keys: %s is not a root: %w", path, err)
	}
	if err := record.CheckRoot(&root); err != nil {
		return record.Root{}, fmt.Errorf("keys: %s: %w", path, err)
	}
	return root, nil
}
