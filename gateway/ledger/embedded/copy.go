package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// copyTo copies what stands from from to to into files of the same names in
// dir. Files before that of to are complete.
func (s *segments) copyTo(ctx context.Context, dir string, from, to location) error {
	for n := from.segment(); n <= to.segment(); n++ {
		begin, end := int64(0), to.offset()
		if n == from.segment() {
			begin = from.offset()
		}
		if n < to.segment() {
			size, err := s.file(n).Size()
			if err != nil {
				return fmt.Errorf("size of %s: %w", segmentName(n), err)
			}
			end = size
		}
		if err := copyRange(ctx, filepath.Join(dir, segmentName(n)), s.file(n), begin, end); err != nil {
			return fmt.Errorf("copy %s: %w", segmentName(n), err)
		}
	}
	return nil
}

// copyRange copies bytes begin to end of src to the same place in the file at
// path.
func copyRange(ctx context.Context, path string, src io.ReaderAt, begin, end int64) error {
	dst, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o640)
	if err != nil {
		return err
	}
	const chunk = 4 << 20
	for ; begin < end && err == nil; begin += chunk {
		if err = context.Cause(ctx); err != nil {
			break
		}
		n := min(chunk, end-begin)
		_, err = io.Copy(io.NewOffsetWriter(dst, begin), io.NewSectionReader(src, begin, n))
	}
	return errors.Join(err, dst.Close())
}

// syncTree makes every file and directory under dir durable.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return osDisk{}.syncDir(path) // fsync is the same for files
	})
}
