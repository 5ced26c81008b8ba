package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/grainledger/grainledger/record"
)

// Load reads the private key in the file at path.
func Load(path string) (*record.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	k, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// LoadOrCreate reads the private key in the file at path, and makes one where
// there is no file. The file has mode 0600; it appears whole or not at all.
func LoadOrCreate(path string) (k *record.PrivateKey, made bool, err error) {
	if k, err = Load(path); !errors.Is(err, fs.ErrNotExist) {
		return k, false, err
	}
	if k, err = record.GenerateKey(); err != nil {
		return nil, false, err
	}
	data, err := Encode(k)
	if err != nil {
		return nil, false, err
	}
	if err := create(path, data); err != nil {
		return nil, false, err
	}
	return k, true, nil
}

// create writes a new private file and makes it and its name durable. A file
// that is there already stays.
func create(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	f, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	defer os.Remove(f.Name()) // once linked, the file has its name
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Link(f.Name(), path) // fails where the file exists
	}
	if err = errors.Join(err, syncDir(dir)); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
