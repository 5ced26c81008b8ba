package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Snapshot writes a consistent copy of the running ledger into dir, which must
// be missing or empty. dir appears when the copy is complete, verified and
// durable, never before.
//
//   - It holds blocks, head and private values as of one block, which commits
//     wait for only while the newest private values are copied (at most a few
//     megabytes as a rule).
//   - It takes as much disk as the ledger, and while it is verified as much
//     memory again as the ledger's indexes.
//   - It holds private values that are purged later. Whoever must not keep
//     them has to destroy older snapshots too.
//   - The node key is not in it.
//
// Close lets a running Snapshot end with ledger.ErrClosed.
func (l *Ledger) Snapshot(ctx context.Context, dir string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-l.quit:
			cancel(ledger.ErrClosed)
		case <-ctx.Done():
		}
	}()
	return install(dir, l.opt, func(tmp string) error {
		if err := l.enter(); err != nil {
			return err
		}
		defer l.leave()
		return l.copyTo(ctx, tmp)
	})
}

// copyTo copies private values first, block files last: every purge that may
// have struck a value before it was copied is then in the copied chain, and
// opening the copy completes it there.
func (l *Ledger) copyTo(ctx context.Context, dir string) error {
	private := filepath.Join(dir, privateName)
	blocks := filepath.Join(dir, blocksName)
	if err := errors.Join(os.Mkdir(private, 0o750), os.Mkdir(blocks, 0o750)); err != nil {
		return err
	}
	from := at(0, 0)
	to, _, _ := l.boundary(nil)
	const small = 4 << 20
	for from.segment() != to.segment() || to-from > small {
		if err := l.values.copyTo(ctx, private, from, to); err != nil {
			return err
		}
		from = to
		to, _, _ = l.boundary(nil)
	}
	_, h, err := l.boundary(func(to location) error {
		return l.values.copyTo(ctx, private, from, to)
	})
	if err != nil {
		return err
	}
	if err := l.blocks.copyTo(ctx, blocks, 0, h.end); err != nil {
		return err
	}
	return writeHead(filepath.Join(dir, headName), h.head)
}

type boundary struct {
	head
	end location // of the chain
}

// boundary runs f between two blocks and tells where that is.
func (l *Ledger) boundary(f func(valuesEnd location) error) (valuesEnd location, b boundary, err error) {
	l.commitMu.Lock()
	defer l.commitMu.Unlock()
	if err := l.failure(); err != nil {
		return l.values.end, b, err
	}
	height, t := l.newest()
	b = boundary{head: head{height: height, hash: t.hash}, end: l.blocks.end}
	if f != nil {
		err = f(l.values.end)
	}
	return l.values.end, b, err
}

func writeHead(path string, h head) error {
	f, err := osDisk{}.open(path)
	if err != nil {
		return err
	}
	return errors.Join(headFile{f}.write(h), f.Close())
}

// install fills a temporary directory beside dir, verifies the ledger in it,
// and gives it the name dir.
func install(dir string, opt Options, fill func(tmp string) error) error {
	dir = filepath.Clean(dir)
	empty, err := isEmptyDir(dir)
	if err != nil {
		return fmt.Errorf("embedded: %w", err)
	}
	if !empty {
		return fmt.Errorf("%w: %s", ErrNotEmpty, dir)
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".partial-")
	if err != nil {
		return fmt.Errorf("embedded: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := fill(tmp); err != nil {
		return fmt.Errorf("embedded: copy ledger: %w", err)
	}
	if err := verifyDir(tmp, opt); err != nil {
		return err
	}
	if err := syncTree(tmp); err != nil {
		return fmt.Errorf("embedded: sync copy: %w", err)
	}
	if err := os.Rename(tmp, dir); err != nil {
		return fmt.Errorf("embedded: %w", err)
	}
	return osDisk{}.syncDir(filepath.Dir(dir))
}

// verifyDir opens the ledger in dir as a start would, and reads every private
// value.
func verifyDir(dir string, opt Options) error {
	opt.disk, opt.RebuildHead, opt.Log = osDisk{}, false, slog.New(slog.DiscardHandler)
	s, err := openStore(dir, opt)
	if err != nil {
		return err
	}
	return errors.Join(s.verifyPrivate(), s.close())
}
