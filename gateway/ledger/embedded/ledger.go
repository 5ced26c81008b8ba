package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Ledger is an embedded ledger. Open makes one; Close ends it.
type Ledger struct {
	*store
	dir  string
	lock *os.File

	queue   chan *pending // not buffered: what is sent is answered
	carry   *pending      // did not fit the last block; the committer's own
	quit    chan struct{} // closed by Close
	stopped chan struct{} // closed when the committer has ended

	commitMu sync.Mutex   // held while a block is written
	gate     sync.RWMutex // held for reading while files are used outside the committer
	closed   bool

	failOnce sync.Once
	failed   atomic.Pointer[error]
	broken   chan struct{} // closed by the first failure
	lastSync atomic.Int64

	closeOnce sync.Once
	closeErr  error
}

var _ ledger.Ledger = (*Ledger)(nil)

// Open opens the ledger in dir, or makes a new one if dir is empty or missing.
// It verifies the whole chain, which takes about three seconds for a gigabyte on
// two cores, and fails with a *TamperError if the chain is not as it was written, and with
// ErrLocked if another process has it open.
func Open(dir string, opt Options) (*Ledger, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("embedded: create ledger: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	s, err := openStore(dir, opt)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	l := &Ledger{
		store: s, dir: dir, lock: lock,
		queue: make(chan *pending), quit: make(chan struct{}),
		stopped: make(chan struct{}), broken: make(chan struct{}),
	}
	go l.run()
	return l, nil
}

// Close completes the block under way, makes head durable and lets go of the
// directory. Transactions that still wait get ledger.ErrClosed.
func (l *Ledger) Close() error {
	l.closeOnce.Do(func() {
		close(l.quit)
		<-l.stopped
		l.gate.Lock()
		defer l.gate.Unlock()
		l.closed = true
		var err error
		if l.failure() == nil {
			err = l.saveHead()
		}
		l.closeErr = errors.Join(err, l.store.close(), l.lock.Close())
	})
	return l.closeErr
}

// enter keeps files open until leave.
func (l *Ledger) enter() error {
	l.gate.RLock()
	if l.closed {
		l.gate.RUnlock()
		return ledger.ErrClosed
	}
	return nil
}

func (l *Ledger) leave() { l.gate.RUnlock() }

// Health tells the height, or why the ledger takes no transactions:
// ledger.ErrUnavailable after a failed write, ledger.ErrClosed after Close.
func (l *Ledger) Health(ctx context.Context) (ledger.Health, error) {
	if err := l.enter(); err != nil {
		return ledger.Health{}, err
	}
	defer l.leave()
	if err := l.failure(); err != nil {
		return ledger.Health{}, err
	}
	height, _ := l.newest()
	return ledger.Health{Height: height}, ctx.Err()
}

// Stats are numbers for metrics.
type Stats struct {
	Height       uint64        // blocks
	Keys         int           // public keys ever written, deleted ones included
	PrivateKeys  int           // the same of private keys
	Transactions int           // valid and not
	Bytes        int64         // of block files
	PrivateBytes int64         // of private files, purged values included
	LastSync     time.Duration // the newest block's write and fsync; 0 before the first
}

// Stats returns the numbers as they are now.
func (l *Ledger) Stats() Stats {
	height, _ := l.newest()
	return Stats{
		Height:       height,
		Keys:         l.keys.len(),
		PrivateKeys:  l.private.len(),
		Transactions: l.txs.len(),
		Bytes:        dirSize(filepath.Join(l.dir, blocksName)),
		PrivateBytes: dirSize(filepath.Join(l.dir, privateName)),
		LastSync:     time.Duration(l.lastSync.Load()),
	}
}

// dirSize leaves out what it cannot read: it is for metrics.
func dirSize(path string) (sum int64) {
	entries, _ := os.ReadDir(path)
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			sum += info.Size()
		}
	}
	return sum
}
