package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/api"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/keys"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/ledger/embedded"
	"github.com/grainledger/grainledger/record"
)

// node is everything behind the handler, in the order in which it is opened.
type node struct {
	config  *config
	log     *slog.Logger
	metrics *api.Metrics
	key     *record.PrivateKey
	ledger  *embedded.Ledger
	index   *index.Index
	store   *jobs.Store
	packer  *ledger.Packer
	queue   *jobs.Queue

	broken chan error // why the node cannot go on
	follow context.CancelFunc
	work   sync.WaitGroup
}

// open opens the parts one after another; what is open is closed again if one
// of them fails.
func open(ctx context.Context, c *config, log *slog.Logger) (*node, error) {
	n := &node{config: c, log: log, metrics: api.NewMetrics(), broken: make(chan error, 1)}
	for _, step := range []func(context.Context) error{n.openLedger, n.openRoot, n.openIndex, n.openQueue} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, n.close())
		}
	}
	return n, nil
}

func (n *node) path(elem ...string) string {
	return filepath.Join(append([]string{n.config.data}, elem...)...)
}

func (n *node) openLedger(context.Context) error {
	rules, err := contract.New()
	if err != nil {
		return err
	}
	if n.key, err = n.nodeKey(); err != nil {
		return err
	}
	n.ledger, err = embedded.Open(n.path("ledger"), embedded.Options{Invoke: rules.Invoke, Key: n.key.SM2(), Log: n.log})
	if err != nil {
		return err
	}
	n.metrics.Gauge("grainledger_ledger_fsync_seconds", "Time of the newest block's write and fsync.",
		func() float64 { return n.ledger.Stats().LastSync.Seconds() })
	return nil
}

// nodeKey is the key that signs blocks. It is made for a new ledger alone: with
// another key an old one could not be opened, and would look tampered with.
func (n *node) nodeKey() (*record.PrivateKey, error) {
	path := n.path("keys", "node.pem")
	if _, err := os.Stat(n.path("ledger", "head")); err != nil {
		key, _, err := keys.LoadOrCreate(path)
		return key, err
	}
	key, err := keys.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing: it signed the ledger's blocks; put it back from its backup", path)
	}
	return key, err
}

// openRoot gives an empty ledger its root, and compares one that is given
// with the root that is there.
func (n *node) openRoot(ctx context.Context) error {
	health, err := n.ledger.Health(ctx)
	if err != nil {
		return err
	}
	var root record.Root
	switch c := n.config; {
	case c.root != "":
		root, err = keys.ReadRoot(c.root)
	case health.Height > 0:
		return nil
	case c.dev:
		root, err = keys.DevRoot(n.path("keys"))
	default:
		return errors.New("the ledger is empty: --root names the file with the regulator's root, --dev makes one for development")
	}
	if err != nil {
		return err
	}
	return initRoot(ctx, n.ledger, root)
}

// openIndex opens the index, and begins it anew where it is broken or belongs
// to another chain: all that it holds is in the blocks.
func (n *node) openIndex(ctx context.Context) error {
	path := n.path("index.db")
	err := n.tryIndex(ctx, path)
	if err != nil && ctx.Err() == nil {
		n.log.Warn("the index is deleted and built again from the blocks", "path", path, "error", err)
		if err := index.Remove(path); err != nil {
			return err
		}
		err = n.tryIndex(ctx, path)
	}
	if err != nil {
		return err
	}
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	n.follow = stop
	n.work.Go(func() {
		if err := n.index.Follow(following, n.ledger); err != nil && following.Err() == nil {
			n.broken <- fmt.Errorf("the index cannot follow the ledger: %w", err)
		}
	})
	return nil
}

// tryIndex opens the index and holds its newest block against the ledger's.
func (n *node) tryIndex(ctx context.Context, path string) error {
	ix, err := index.Open(ctx, path, n.log)
	if err != nil {
		return err
	}
	if err := sameChain(ctx, ix, n.ledger); err != nil {
		return errors.Join(err, ix.Close())
	}
	n.index = ix
	return nil
}

func sameChain(ctx context.Context, ix *index.Index, l ledger.Ledger) error {
	have := ix.Height()
	health, err := l.Health(ctx)
	switch {
	case err != nil || have == 0:
		return err
	case health.Height < have:
		return index.ErrAhead
	}
	for block, err := range l.Blocks(ctx, have-1) {
		if err != nil {
			return err
		}
		return ix.Apply(ctx, block) // known: it is compared and changes nothing
	}
	return ctx.Err()
}

func (n *node) openQueue(ctx context.Context) error {
	var err error
	if n.store, err = jobs.OpenStore(ctx, n.path("jobs.db")); err != nil {
		return err
	}
	packing := n.config.batch
	packing.Seals, packing.Observer, packing.Log = n.store, n.metrics, n.log
	if n.packer, err = ledger.NewPacker(n.ledger, packing); err != nil {
		return err
	}
	n.queue, err = jobs.Start(ctx, n.store, n.packer, jobs.Options{
		Retention: n.config.jobRetention, MaxJobs: n.config.maxJobs, MaxBytes: n.config.maxJobBytes, Log: n.log,
	})
	return err
}

// announce tells the operator where to look.
func (n *node) announce(out io.Writer, url string) {
	fmt.Fprintf(out, "GrainLedger gateway %s\n  pages    %s/\n  API      %s/v1/ledger\n  OpenAPI  %s/openapi.json\n",
		n.config.version, url, url, url)
	if n.config.dev {
		fmt.Fprintf(out, "  keys     %s (development: the root's private key lies here)\n", n.path("keys"))
	}
}

// shutdown lets requests end and stops the server.
func (n *node) shutdown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), n.config.shutdownWait)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off: %w", err), server.Close())
	}
	return nil
}

// close closes what is open, last opened first, but the packer before the
// jobs that wait for it.
func (n *node) close() error {
	var errs []error
	if n.packer != nil {
		ctx, cancel := context.WithTimeout(context.Background(), n.config.shutdownWait)
		defer cancel()
		errs = append(errs, n.packer.Close(ctx))
	}
	if n.queue != nil {
		n.queue.Close()
	}
	if n.store != nil {
		errs = append(errs, n.store.Close())
	}
	if n.follow != nil {
		n.follow()
		n.work.Wait()
	}
	if n.index != nil {
		errs = append(errs, n.index.Close())
	}
	if n.ledger != nil {
		errs = append(errs, n.ledger.Close())
	}
	return errors.Join(errs...)
}
