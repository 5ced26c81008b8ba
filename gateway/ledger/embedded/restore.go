package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Restore copies the snapshot in snapshotDir to dataDir, which must be missing
// or empty, and verifies the copy: every block, and every private value
// against its hash. dataDir appears when all is verified and durable, or not
// at all. Of opt, Key and Trusted name the nodes whose blocks are accepted.
//
// purgedSince are journals of purges ("purges" in a ledger's directory), or the
// directories they lie in: what was purged after the snapshot was made is
// purged again, by a block of its own, before dataDir appears. Without them
// such values come back.
//
// A *TamperError tells which block of the snapshot is damaged. A journal that
// cannot be read, or is another ledger's, is an error.
func Restore(ctx context.Context, snapshotDir, dataDir string, opt Options, purgedSince ...string) error {
	opt, err := opt.withDefaults()
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(snapshotDir, headName)); err != nil {
		return fmt.Errorf("embedded: not a snapshot: %w", err)
	}
	return install(dataDir, opt, func(tmp string) error {
		if err := copyFile(ctx, snapshotDir, tmp, headName); err != nil {
			return err
		}
		err := errors.Join(
			copySegments(ctx, snapshotDir, tmp, blocksName),
			copySegments(ctx, snapshotDir, tmp, privateName),
		)
		if err != nil || len(purgedSince) == 0 {
			return err
		}
		return repurge(tmp, opt, purgedSince)
	})
}

func copySegments(ctx context.Context, from, to, sub string) error {
	if err := os.Mkdir(filepath.Join(to, sub), 0o750); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(from, sub))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".seg") {
			continue
		}
		if err := copyFile(ctx, from, to, filepath.Join(sub, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(ctx context.Context, from, to, name string) error {
	src, err := os.Open(filepath.Join(from, name))
	if err != nil {
		return err
	}
	info, err := src.Stat()
	if err == nil {
		err = copyRange(ctx, filepath.Join(to, name), src, 0, info.Size())
	}
	return errors.Join(err, src.Close())
}
