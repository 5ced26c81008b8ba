package archive

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"

	"github.com/emmansun/gmsm/sm3"
)

// scanned is what a file was found to hold.
type scanned struct {
	tip  tip
	good int64 // bytes that are whole blocks
	// torn says that the file ends within a record, or with one whose sum is
	// wrong: the trace of a writer that was killed, or of damage.
	torn *BlockError
}

// scan checks a file that must go on from t. Damage before the last record is
// an error.
func scan(path string, t tip, read Reader) (scanned, error) {
	f, err := os.Open(path) //nolint:gosec // named by the operator
	if err != nil {
		return scanned{}, err
	}
	defer f.Close() //nolint:errcheck // it was read
	info, err := f.Stat()
	if err != nil {
		return scanned{}, err
	}
	s := &scanner{r: bufio.NewReaderSize(f, 1<<20), path: path, size: info.Size(), read: read,
		scanned: scanned{tip: t, good: headerSize}}
	if _, err := s.r.Discard(headerSize); err != nil {
		return scanned{}, err
	}
	for s.good < s.size && s.torn == nil {
		if err := s.record(); err != nil {
			return scanned{}, err
		}
	}
	return s.scanned, nil
}

type scanner struct {
	scanned
	r    *bufio.Reader
	path string
	size int64
	read Reader
}

func (s *scanner) bad(reason string) *BlockError {
	return &BlockError{Block: s.tip.next, File: s.path, Reason: reason}
}

func (s *scanner) record() error {
	var length [lengthSize]byte
	if _, err := io.ReadFull(s.r, length[:]); err != nil {
		return s.short(err)
	}
	n := int64(binary.BigEndian.Uint32(length[:]))
	end := s.good + lengthSize + n + sm3.Size
	if n > maxBlock || end > s.size {
		s.torn = s.bad("the file ends within it")
		return nil
	}
	raw := make([]byte, n+sm3.Size)
	if _, err := io.ReadFull(s.r, raw); err != nil {
		return s.short(err)
	}
	wrong := s.take(raw[:n], [sm3.Size]byte(raw[n:]))
	switch {
	case wrong == "":
		s.good = end
	case end == s.size:
		s.torn = s.bad(wrong)
	default:
		return s.bad(wrong)
	}
	return nil
}

// take goes on by one block, or says what is wrong with it.
func (s *scanner) take(raw []byte, sum [sm3.Size]byte) (wrong string) {
	b, err := s.read(raw)
	if err != nil {
		return err.Error()
	}
	t, err := s.tip.after(b)
	if err != nil {
		return err.Error()
	}
	if t.sum != sum {
		return "its sum is another one"
	}
	s.tip = t
	return ""
}

func (s *scanner) short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.torn = s.bad("the file ends within it")
		return nil
	}
	return err
}
