package archive

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Summary is what an archive holds. Note it elsewhere: compared with a later
// one, or with what another organisation has noted, it tells more than the
// archive can about itself.
type Summary struct {
	Kind   string
	Blocks uint64 // the newest has number Blocks-1
	Files  int
	Hash   []byte // of the newest block
	Sum    []byte // over every byte of all blocks
}

func (s Summary) String() string {
	return fmt.Sprintf("%d blocks of kind %s in %d files\nnewest block  %x\nsum           %x", s.Blocks, s.Kind, s.Files, s.Hash, s.Sum)
}

// Verify reads all of an archive and asks nobody: every block's own hash, that
// each follows the one before, and all sums. kinds has what reads the blocks of
// each kind. A *BlockError names the first block that is missing or damaged.
func Verify(dir string, kinds map[string]Reader) (Summary, error) {
	all, err := files(dir)
	if err != nil {
		return Summary{}, err
	}
	if len(all) == 0 {
		return Summary{}, fmt.Errorf("archive: %s holds none", dir)
	}
	v := Summary{Files: len(all)}
	var t tip
	for i, path := range all {
		if t, err = v.file(path, t, kinds); err != nil {
			return Summary{}, err
		}
		if i+1 < len(all) && all[i+1] != filepath.Join(dir, fileName(t.next)) {
			return Summary{}, &BlockError{Block: t.next, File: all[i+1], Reason: "it is missing: the next file begins elsewhere"}
		}
	}
	v.Blocks, v.Hash, v.Sum = t.next, t.hash, t.sum[:]
	return v, nil
}

// file checks one file, which must go on from t.
func (v *Summary) file(path string, t tip, kinds map[string]Reader) (tip, error) {
	kind, begin, err := readHeader(path)
	if err != nil {
		if errors.Is(err, errHeader) {
			return t, &BlockError{Block: t.next, File: path, Reason: err.Error()}
		}
		return t, err
	}
	read := kinds[kind]
	switch {
	case v.Kind != "" && v.Kind != kind || read == nil:
		return t, &BlockError{Block: t.next, File: path, Reason: fmt.Sprintf("kind of ledger %q", kind)}
	case begin.next != t.next:
		return t, &BlockError{Block: t.next, File: path, Reason: fmt.Sprintf("it is missing: the file begins with block %d", begin.next)}
	case begin.sum != t.sum:
		return t, &BlockError{Block: t.next, File: path, Reason: "the file does not go on from the one before"}
	}
	v.Kind = kind
	s, err := scan(path, t, read)
	if err == nil && s.torn != nil {
		err = s.torn
	}
	return s.tip, err
}

func readHeader(path string) (string, tip, error) {
	f, err := os.Open(path) //nolint:gosec // named by the operator
	if err != nil {
		return "", tip{}, err
	}
	defer f.Close() //nolint:errcheck // it was read
	h := make([]byte, headerSize)
	n, err := io.ReadFull(f, h)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", tip{}, err
	}
	return parseHeader(h[:n])
}
