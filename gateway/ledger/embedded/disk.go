package embedded

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// file is what the ledger needs of an open file.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Sync() error
	Truncate(size int64) error
	Size() (int64, error)
}

// disk opens files for reading and writing. Tests put one in that fails at a
// chosen step.
type disk interface {
	open(path string) (file, error) // creates the file where there is none
	syncDir(path string) error      // makes names created in path durable
}

type osDisk struct{}

type osFile struct{ *os.File }

func (osDisk) open(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (osDisk) syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// makeDir creates path if it is missing, and makes its name durable in parent.
func makeDir(d disk, parent, path string) error {
	err := os.Mkdir(path, 0o750)
	if err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("embedded: create directory: %w", err)
	}
	if err := d.syncDir(parent); err != nil {
		return fmt.Errorf("embedded: sync directory: %w", err)
	}
	return nil
}
