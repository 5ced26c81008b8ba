package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

const (
	blockMagic        = "GLBLOCK1"
	privateMagic      = "GLPRIVT1"
	segmentHeaderSize = 16
)

// segments is a series of append-only files. One goroutine appends; any number
// may read.
type segments struct {
	disk  disk
	dir   string
	magic string
	limit int64 // bytes at which the next file is begun

	files atomic.Pointer[[]file]
	end   location // where the next append goes
	gap   bool     // a file is missing, and later ones are there
}

func segmentName(n int) string { return fmt.Sprintf("%08d.seg", n) }

// openSegments opens files 0, 1, … up to the first that is missing. It does
// not look into them and leaves end to the caller.
func openSegments(d disk, dir, magic string, limit int64) (*segments, error) {
	s := &segments{disk: d, dir: dir, magic: magic, limit: limit}
	s.files.Store(&[]file{})
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("embedded: list segments: %w", err)
	}
	there := 0
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".seg") {
			there++
		}
	}
	for n := range there {
		path := filepath.Join(dir, segmentName(n))
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			s.gap = true
			break
		}
		if err := s.add(path); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *segments) add(path string) error {
	f, err := s.disk.open(path)
	if err != nil {
		return fmt.Errorf("open segment: %w", err)
	}
	files := append([]file(nil), *s.files.Load()...)
	files = append(files, f)
	s.files.Store(&files)
	return nil
}

func (s *segments) count() int { return len(*s.files.Load()) }

func (s *segments) file(n int) file { return (*s.files.Load())[n] }

// readAt fills p from l on. It returns fewer bytes without an error where the
// file ends.
func (s *segments) readAt(p []byte, l location) (int, error) {
	files := *s.files.Load()
	if l.segment() >= len(files) {
		return 0, fmt.Errorf("read %s: no such segment", l)
	}
	n, err := files[l.segment()].ReadAt(p, l.offset())
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("read %s: %w", l, err)
	}
	return n, nil
}

// readFull is readAt for what must be there as a whole.
func (s *segments) readFull(p []byte, l location) error {
	n, err := s.readAt(p, l)
	if err == nil && n < len(p) {
		err = fmt.Errorf("read %s: %w", l, io.ErrUnexpectedEOF)
	}
	return err
}

// reserve returns where the next n bytes will go, in a new file if they would
// go beyond the limit of the current one.
func (s *segments) reserve(n int64) (l location, rolled bool, err error) {
	empty := s.end.offset() <= segmentHeaderSize
	if s.count() > 0 && (empty || s.end.offset()+n <= s.limit) {
		return s.end, false, nil
	}
	if err := s.roll(); err != nil {
		return 0, false, err
	}
	return s.end, true, nil
}

// roll begins the next file and makes its name and header durable.
func (s *segments) roll() error {
	n := s.count()
	if err := s.add(filepath.Join(s.dir, segmentName(n))); err != nil {
		return err
	}
	if err := s.reset(n); err != nil {
		return err
	}
	if err := s.disk.syncDir(s.dir); err != nil {
		return fmt.Errorf("sync %s: %w", s.dir, err)
	}
	s.end = at(n, segmentHeaderSize)
	return nil
}

// reset makes segment n an empty one with a durable header.
func (s *segments) reset(n int) error {
	f := s.file(n)
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("empty %s: %w", segmentName(n), err)
	}
	if _, err := f.WriteAt(s.header(n), 0); err != nil {
		return fmt.Errorf("write header of %s: %w", segmentName(n), err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", segmentName(n), err)
	}
	return nil
}

func (s *segments) header(n int) []byte {
	return binary.BigEndian.AppendUint64([]byte(s.magic), uint64(n))
}

// append writes p at end with one call and fsyncs.
func (s *segments) append(p []byte) error {
	f := s.file(s.end.segment())
	if _, err := f.WriteAt(p, s.end.offset()); err != nil {
		return fmt.Errorf("write %s: %w", s.end, err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", s.end, err)
	}
	s.end += location(len(p))
	return nil
}

// cut drops everything from l on, durably. Later files stay as empty ones.
func (s *segments) cut(l location) error {
	for n := s.count() - 1; n > l.segment(); n-- {
		if err := s.reset(n); err != nil {
			return err
		}
	}
	f := s.file(l.segment())
	if err := f.Truncate(l.offset()); err != nil {
		return fmt.Errorf("cut at %s: %w", l, err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", l, err)
	}
	return nil
}

func (s *segments) close() error {
	var errs []error
	for _, f := range *s.files.Load() {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
