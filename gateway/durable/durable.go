// Package durable writes files that appear whole or not at all, whatever
// step the machine stops at. The logs and the witness keep what they must not
// lose in such files.
package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Disk is the file operations by which files become durable. Tests put one in
// that stops at a chosen step and forgets what was not synced.
type Disk interface {
	// Create makes an empty file for writing, or empties the one that is there.
	Create(path string) (File, error)
	// Open opens a file for reading.
	Open(path string) (Reader, error)
	// Rename gives a file another name, in place of a file that has it.
	Rename(from, to string) error
	Remove(path string) error
	// Mkdir makes a directory; one that is there already is no error.
	Mkdir(path string) error
	// SyncDir makes the names in a directory durable.
	SyncDir(path string) error
	// List names what a directory holds; one that is not there holds nothing.
	List(path string) ([]string, error)
}

// File is a file that is being written.
type File interface {
	io.Writer
	io.Closer
	Sync() error
}

// Reader is a file that is read. It may be read by many at once, and until it
// is closed even after it was removed.
type Reader interface {
	io.ReaderAt
	io.Closer
	Size() (int64, error)
}

// temporary ends the name of a file that is being written. What has it after
// a crash is rubbish; the next write of the same file overwrites it.
const temporary = ".new"

// Write puts data into the file at path, in place of what was there. When it
// returns nil, the file is durable; its directory must be there already.
func Write(d Disk, path string, data []byte) error {
	return WriteFrom(d, path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteFrom is Write for content that fill writes piece by piece.
func WriteFrom(d Disk, path string, fill func(io.Writer) error) error {
	if err := Place(d, path, fill); err != nil {
		return err
	}
	if err := d.SyncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("sync directory of %s: %w", path, err)
	}
	return nil
}

// Place is WriteFrom without the last step: the content is durable, its name
// only when the directory is synced. It spares syncs where many files of one
// directory are written.
func Place(d Disk, path string, fill func(io.Writer) error) error {
	f, err := d.Create(path + temporary)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = fill(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = d.Rename(path+temporary, path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// Read reads a whole file of at most limit bytes. The error for one that is
// missing is fs.ErrNotExist.
func Read(d Disk, path string, limit int64) ([]byte, error) {
	f, err := d.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	if size > limit {
		return nil, fmt.Errorf("read %s: has %d bytes, more than %d", path, size, limit)
	}
	data := make([]byte, size)
	if n, err := f.ReadAt(data, 0); err != nil && (!errors.Is(err, io.EOF) || n < len(data)) {
		return nil, err
	}
	return data, nil
}

// OS is the machine's disk.
type OS struct{}

var _ Disk = OS{}

type osReader struct{ *os.File }

func (OS) Create(path string) (File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
}

func (OS) Open(path string) (Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return osReader{f}, nil
}

func (r osReader) Size() (int64, error) {
	info, err := r.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (OS) Rename(from, to string) error { return os.Rename(from, to) }
func (OS) Remove(path string) error     { return os.Remove(path) }

func (OS) Mkdir(path string) error {
	if err := os.Mkdir(path, 0o750); !errors.Is(err, os.ErrExist) {
		return err
	}
	return nil
}

func (OS) SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (OS) List(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}
