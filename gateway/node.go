package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/grainledger/grainledger/chaincode/contract"
	"github.com/grainledger/grainledger/gateway/api"
	"github.com/grainledger/grainledger/gateway/epcis/service"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/keys"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/scans"
	"github.com/grainledger/grainledger/gateway/spread"
	"github.com/grainledger/grainledger/gateway/tlog"
)

// node is everything behind the handler, in the order in which it is opened.
type node struct {
	config  *config
	log     *slog.Logger
	metrics *api.Metrics
	opened  opened // the ledger, and what its kind asks of the node
	ledger  ledger.Ledger
	index   *index.Index
	store   *jobs.Store
	packer  *ledger.Packer
	queue   *jobs.Queue
	records *tlog.Log
	signer  *logSigner // nil where this gateway does not anchor the records log
	epcis   *service.Service
	scans   *scans.Counter

	broken   chan error      // why the node cannot go on
	followed context.Context // of what follows the ledger
	follow   context.CancelFunc
	work     sync.WaitGroup

	anchor    context.CancelFunc
	anchoring sync.WaitGroup
}

// open opens the parts one after another; what is open is closed again if one
// of them fails.
func open(ctx context.Context, c *config, log *slog.Logger) (*node, error) {
	n := &node{config: c, log: log, metrics: api.NewMetrics(), broken: make(chan error, 2)}
	for _, step := range []func(context.Context) error{n.openLedger, n.openRoot, n.openIndex, n.openLog, n.openSpread, n.openQueue, n.openScans, n.openAnchor} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, n.close())
		}
	}
	return n, nil
}

func (n *node) path(elem ...string) string {
	return filepath.Join(append([]string{n.config.data}, elem...)...)
}

func (n *node) openLedger(ctx context.Context) error {
	opened, err := openers[n.config.ledger](ctx, n)
	if err != nil {
		return err
	}
	n.opened, n.ledger = opened, opened.ledger
	return nil
}

// openSpread lets marks spread for as long as the index follows the ledger.
func (n *node) openSpread(ctx context.Context) error {
	s := spread.New(n.ledger, n.index, n.log)
	spreading, stop := context.WithCancel(context.WithoutCancel(ctx))
	follow := n.follow
	n.follow = func() { stop(); follow() }
	n.work.Go(func() { s.Run(spreading) })
	n.metrics.Gauge("grainledger_spread_set_marks", "Marks that this gateway has carried to lots and mixes since it started.",
		func() float64 { return float64(s.Set()) })
	n.metrics.Gauge("grainledger_spread_late_marks", "Marks that have still to pass an edge of the lot graph; -1 while the index cannot be read.",
		func() float64 { return late(n.index) })
	return nil
}

func late(ix *index.Index) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	n, err := ix.CountLate(ctx)
	if err != nil {
		return -1
	}
	return float64(n)
}

func (n *node) openQueue(ctx context.Context) error {
	var err error
	if n.store, err = jobs.OpenStore(ctx, n.path("jobs.db")); err != nil {
		return err
	}
	packing := n.config.packing(n.opened.packing)
	packing.ChainRecords = contract.MaxBatch // what waits for one another is cut by bytes
	packing.Seals, packing.Observer, packing.Log = n.store, n.metrics, n.log
	if n.packer, err = ledger.NewPacker(n.ledger, packing); err != nil {
		return err
	}
	n.queue, err = jobs.Start(ctx, n.store, n.packer, jobs.Options{
		Retention: n.config.jobRetention, MaxJobs: n.config.maxJobs, MaxBytes: n.config.maxJobBytes, Log: n.log,
	})
	return err
}

// openEPCIS opens the EPCIS service on the interface whose answers it waits for.
func (n *node) openEPCIS(ctx context.Context, a *api.API, publicURL string) error {
	key, _, err := keys.LoadOrCreate(n.path("keys", "epcis.pem"))
	if err != nil {
		return err
	}
	n.epcis, err = service.Open(ctx, service.Options{
		Records: n.index, Ledger: n.ledger, Jobs: n.queue, Fresh: a, Admit: n.packer.Admit, Charge: n.packer.Charge, Key: key, Path: n.path("epcis.db"),
		PublicURL: publicURL, InsecureHooks: n.config.insecureHooks, Retention: n.config.jobRetention, Log: n.log,
	})
	return err
}

// openScans opens the counts of scans. They are not in the ledger, so they lie
// beside the jobs and not in the index, which may be dropped.
func (n *node) openScans(ctx context.Context) (err error) {
	n.scans, err = scans.Open(ctx, n.path("scans.db"), n.log)
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
	if n.epcis != nil {
		errs = append(errs, n.epcis.Close())
	}
	if n.anchor != nil {
		n.anchor()
		n.anchoring.Wait()
	}
	if n.packer != nil {
		ctx, cancel := context.WithTimeout(context.Background(), n.config.shutdownWait)
		defer cancel()
		errs = append(errs, n.packer.Close(ctx))
	}
	if n.queue != nil {
		n.queue.Close()
	}
	if n.scans != nil {
		errs = append(errs, n.scans.Close())
	}
	if n.store != nil {
		errs = append(errs, n.store.Close())
	}
	if n.follow != nil {
		n.follow()
		n.work.Wait()
	}
	if n.records != nil {
		errs = append(errs, n.records.Close())
	}
	if n.index != nil {
		errs = append(errs, n.index.Close())
	}
	if n.ledger != nil {
		errs = append(errs, n.opened.ledger.Close())
	}
	return errors.Join(errs...)
}
