// Package api is the gateway's HTTP interface: one file per resource, one
// table from reasons to statuses, and problem documents (RFC 9457) for every
// error.
//
// Writes need no login: the ledger accepts a record for its signatures alone.
package api

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// Submitter decides records. The packer is one.
type Submitter interface {
	Admit(peer string) error
	Enqueue(ctx context.Context, subs []ledger.Submission) (*ledger.Ticket, error)
	Stats() ledger.PackerStats
}

// Jobs decides records that nobody waits for.
type Jobs interface {
	Add(ctx context.Context, subs []ledger.Submission) (jobs.Job, error)
	Get(ctx context.Context, id string) (jobs.Job, error)
	Open() int
}

// Chain is what the interface asks of the ledger itself.
type Chain interface {
	Health(ctx context.Context) (ledger.Health, error)
	Blocks(ctx context.Context, from uint64) iter.Seq2[ledger.Block, error]
}

// Lots reads lots out of the index.
type Lots interface {
	Lot(ctx context.Context, lot string) (index.Lot, error)
	OriginsPage(ctx context.Context, lot, cursor string, limit int) (page []index.Origin, next string, err error)
	// AppendTrace appends an index.Trace, encoded.
	AppendTrace(ctx context.Context, b []byte, lot string, dir index.Direction, cursor string, limit int) ([]byte, error)
}

// Registry reads what else the index holds.
type Registry interface {
	Bin(ctx context.Context, code string) (index.Bin, error)
	Enterprise(ctx context.Context, uscc, cursor string, limit int) (index.Enterprise, error)
	Record(ctx context.Context, id string) (index.Record, error)
	RecordByRef(ctx context.Context, issuer, ref string) (index.Record, error)
	Places(ctx context.Context, ids []string) (map[string]index.Place, error)
	Receipt(ctx context.Context, tx string) (index.Receipt, error)
	Stats(ctx context.Context) (index.Stats, error)
	Root(ctx context.Context) (record.Root, error)
}

// Marks reads why marks stand and where they have come to.
type Marks interface {
	Cause(ctx context.Context, id string) (index.Cause, error)
	Reached(ctx context.Context, id, cursor string, limit int) (index.ReachedPage, error)
}

// Progress tells how far the index has read.
type Progress interface {
	// Height is the number of blocks read.
	Height() uint64
	// WaitFor returns when that many are read.
	WaitFor(ctx context.Context, height uint64) error
}

// Index is the read model.
type Index interface {
	Lots
	Registry
	Marks
	Stocks
	Recalls
	Progress
}

var (
	_ Submitter = (*ledger.Packer)(nil)
	_ Jobs      = (*jobs.Queue)(nil)
	_ Chain     = ledger.Ledger(nil)
	_ Index     = (*index.Index)(nil)
)

// Defaults of Options.
const (
	// DefaultMaxBody is the most bytes of a request's body.
	DefaultMaxBody = 4 << 20
	// DefaultMaxRecords is the most records of one request.
	DefaultMaxRecords = 1000
	// DefaultMaxRequests is the most requests that are answered at once.
	DefaultMaxRequests = 1024
	// DefaultBodyBudget is the most bytes of bodies that are read at once.
	DefaultBodyBudget = 256 << 20
	// DefaultSubmitWait is how long a submission waits for its commit.
	DefaultSubmitWait = 60 * time.Second
	// DefaultReadWait is how long a read waits until the index has what this
	// gateway has answered.
	DefaultReadWait = 5 * time.Second
	// DefaultMaxLag is how many blocks the index of a ready gateway may be
	// behind, where the operator does not say.
	DefaultMaxLag = 100
)

// Options says what the interface serves and within which limits. Zero limits
// stand for their defaults, but for MaxLag.
type Options struct {
	Submitter Submitter
	Jobs      Jobs
	Chain     Chain
	Index     Index
	Records   RecordsLog
	Bundles   Bundles
	Desk      *Desk // nil: nobody logs in here
	Metrics   *Metrics
	Log       *slog.Logger
	Authorise Authorise // default: whose session it is
	NodeKey   string    // public key of the node, 04||x||y hex
	Version   string    // of the program
	TLS       bool      // served over TLS: browsers are told to stay with it

	MaxBody     int64
	MaxRecords  int
	MaxRequests int
	BodyBudget  int64
	SubmitWait  time.Duration
	ReadWait    time.Duration
	MaxLag      uint64 // 0: the index of a gateway that is ready has every block
}

// API is the interface.
type API struct {
	opt     Options
	engine  *gin.Engine
	openapi []byte
	fresh   freshness
	head    headCache
	budget  budget
}

// New makes the interface. Reads wait for all that the ledger holds by now: an
// earlier process may have answered it.
func New(ctx context.Context, opt Options) (*API, error) {
	opt.setDefaults()
	if err := opt.check(); err != nil {
		return nil, err
	}
	document, err := openAPI(opt.Version)
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	a := &API{opt: opt, openapi: document, budget: budget{limit: opt.BodyBudget}}
	a.fresh = freshness{index: opt.Index, wait: opt.ReadWait}
	health, err := opt.Chain.Health(ctx)
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	a.fresh.reach(health.Height)
	opt.Metrics.watch(opt)
	if a.engine, err = a.newEngine(); err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	return a, nil
}

// Engine is the handler, to which pages may be added before it serves.
func (a *API) Engine() *gin.Engine { return a.engine }

func (o *Options) setDefaults() {
	setDefault(&o.MaxBody, DefaultMaxBody)
	setDefault(&o.MaxRecords, DefaultMaxRecords)
	setDefault(&o.MaxRequests, DefaultMaxRequests)
	setDefault(&o.BodyBudget, DefaultBodyBudget)
	setDefault(&o.SubmitWait, DefaultSubmitWait)
	setDefault(&o.ReadWait, DefaultReadWait)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Authorise == nil {
		o.Authorise = o.Desk.caller
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics()
	}
}

func setDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

func (o *Options) check() error {
	switch {
	case o.Submitter == nil || o.Jobs == nil || o.Chain == nil || o.Index == nil || o.Bundles == nil || o.Records == nil:
		return errors.New("api: options: submitter, jobs, chain, index, records log and bundles are needed")
	case o.MaxBody < 0 || o.MaxRecords < 0 || o.MaxRequests < 0 || o.BodyBudget < o.MaxBody:
		return errors.New("api: options: a limit is negative, or the body budget is below one body")
	}
	return nil
}
