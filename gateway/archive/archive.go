package archive

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// DefaultFileBytes is the size at which the next file is begun.
const DefaultFileBytes = 256 << 20

// ErrLocked means that another process writes to the archive.
var ErrLocked = errors.New("archive: it is in use by another process")

// Archive is an archive that is being written. It is for one goroutine.
type Archive struct {
	dir, kind string
	read      Reader
	limit     int64
	tip       tip
	file      *os.File // nil before the first block
	size      int64
	lock      *os.File
	log       *slog.Logger
}

// Open opens the archive in dir for writing, or begins one. kind, at most eight
// bytes, says of which kind of ledger it is, and read reads such blocks. What a
// killed writer left of its last block is cut off. It fails with a *BlockError
// where the newest file is damaged elsewhere, and with ErrLocked.
func Open(dir, kind string, read Reader, fileBytes int64, log *slog.Logger) (*Archive, error) {
	if len(kind) > kindSize || fileBytes < 1 {
		return nil, fmt.Errorf("archive: kind %q, %d bytes in a file", kind, fileBytes)
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(ErrLocked, lock.Close())
	}
	a := &Archive{dir: dir, kind: kind, read: read, limit: fileBytes, lock: lock, log: log}
	if err := a.resume(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// Next is the number of the block that is due.
func (a *Archive) Next() uint64 { return a.tip.next }

// files are the archive's files in the order of their blocks.
func files(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "blocks-") && strings.HasSuffix(e.Name(), ".arc") {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	slices.Sort(out)
	return out, nil
}

// resume finds where the archive ends. A newest file without a block says
// nothing that the one before it does not, and goes.
func (a *Archive) resume() error {
	all, err := files(a.dir)
	for ; err == nil && len(all) > 0; all = all[:len(all)-1] {
		path := all[len(all)-1]
		var s scanned
		if s, err = a.open(path); err != nil {
			return err
		}
		if s.good > headerSize {
			return a.goOn(path, s)
		}
		a.log.Info("the archive's newest file holds no block and is begun again", "file", path)
		err = os.Remove(path)
	}
	return err
}

func (a *Archive) open(path string) (scanned, error) {
	kind, t, err := readHeader(path)
	if errors.Is(err, errHeader) {
		if info, err := os.Stat(path); err != nil || info.Size() <= headerSize {
			return scanned{}, err // not written to its end
		}
		return scanned{}, fmt.Errorf("%w: %s", err, path) // blocks follow: somebody has to look
	}
	if err != nil {
		return scanned{}, err
	}
	if kind != a.kind {
		return scanned{}, fmt.Errorf("archive: %s is of kind %s, not %s", path, kind, a.kind)
	}
	return scan(path, t, a.read)
}

func (a *Archive) goOn(path string, s scanned) (err error) {
	if s.torn != nil {
		a.log.Warn("cut off a block that was not written to its end", "block", s.torn.Block, "file", path, "reason", s.torn.Reason)
	}
	if a.file, err = os.OpenFile(path, os.O_RDWR, 0o640); err != nil {
		return err
	}
	if err := a.file.Truncate(s.good); err != nil {
		return err
	}
	if _, err := a.file.Seek(s.good, 0); err != nil {
		return err
	}
	a.tip, a.size = s.tip, s.good
	return nil
}

// Append adds the next block. The block is read again from its bytes, so that
// what is kept is what was checked. A *BlockError says that it is not the next
// one; then nothing was written.
func (a *Archive) Append(b ledger.RawBlock) error {
	again, err := a.read(b.Bytes)
	if err == nil {
		var t tip
		if t, err = a.tip.after(again); err == nil {
			return a.write(b.Bytes, t)
		}
	}
	return &BlockError{Block: a.tip.next, File: a.dir, Reason: err.Error()}
}

func (a *Archive) write(block []byte, t tip) error {
	record := appendRecord(nil, block, t.sum)
	if a.file == nil || a.size > headerSize && a.size+int64(len(record)) > a.limit {
		if err := a.roll(); err != nil {
			return err
		}
	}
	if _, err := a.file.Write(record); err != nil {
		return err
	}
	a.size += int64(len(record))
	a.tip = t
	return nil
}

// roll begins the next file when the one before is on disk.
func (a *Archive) roll() error {
	if err := a.sync(); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(a.dir, fileName(a.tip.next)), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o640)
	if err != nil {
		return err
	}
	if a.file != nil {
		err = a.file.Close()
	}
	a.file = f
	_, written := f.Write(header(a.kind, a.tip))
	a.size = headerSize
	return errors.Join(err, written)
}

// sync makes all that was appended durable.
func (a *Archive) sync() error {
	if a.file == nil {
		return nil
	}
	d, err := os.Open(a.dir)
	if err != nil {
		return err
	}
	return errors.Join(a.file.Sync(), d.Sync(), d.Close())
}

// Close makes the archive durable and lets go of it.
func (a *Archive) Close() error {
	err := a.sync()
	if a.file != nil {
		err = errors.Join(err, a.file.Close())
	}
	return errors.Join(err, a.lock.Close())
}
