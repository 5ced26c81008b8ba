// Package service is the REST binding of EPCIS 2.0 over the ledger: capture,
// events, named queries and subscriptions. What it knows beside the ledger
// (capture jobs, queries, subscriptions with how far they have come) lies in
// an SQLite file of its own.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/api"
	"github.com/grainledger/grainledger/gateway/epcis"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// Records reads the index.
type Records interface {
	Events(ctx context.Context, after int64, limit int, lots []string) ([]index.LedgerRecord, error)
	Event(ctx context.Context, id string) (index.LedgerRecord, error)
	Batches(ctx context.Context, lots []string) (map[string]index.Retail, error)
	LotByBatch(ctx context.Context, gtin, batch string) (string, error)
	LastRecord(ctx context.Context) (int64, error)
}

// Ledger decides records that are not to be written.
type Ledger interface {
	Evaluate(ctx context.Context, tx ledger.Tx) ([]byte, error)
}

// Jobs decides records that nobody waits for.
type Jobs interface {
	Add(ctx context.Context, subs []ledger.Submission) (jobs.Job, error)
	Get(ctx context.Context, id string) (jobs.Job, error)
}

// Freshness lets reads see what this gateway has answered. The API has it.
type Freshness interface {
	Fresh(ctx context.Context) error
	Note(receipts []ledger.Receipt)
}

var (
	_ Records   = (*index.Index)(nil)
	_ Ledger    = ledger.Ledger(nil)
	_ Jobs      = (*jobs.Queue)(nil)
	_ Freshness = (*api.API)(nil)
)

// Limits.
const (
	maxDocument   = 4 << 20 // bytes of a document
	maxCaptures   = 8       // documents that are read at once
	maxScans      = 16      // queries that are answered at once
	maxQueryBytes = 64 << 10
	scanBudget    = 5000 // records that one answer looks at

	keptCaptures        = 20_000 // jobs; then the oldest is forgotten
	keptCapturesPerPeer = 1000   // of one address; then its own oldest
	keptErrors          = 100    // of a job, the first
	keptText            = 300    // bytes of a field's name or a detail in one
)

// Options of the service.
type Options struct {
	Records Records
	Ledger  Ledger
	Jobs    Jobs
	Fresh   Freshness
	Admit   func(peer string) error // whether an address may bring records now
	// Charge holds a refused record of so many bytes against the address that
	// brought it.
	Charge    func(peer string, code record.Code, bytes int)
	Key       *record.PrivateKey // signs what goes to subscribers
	Path      string             // of the SQLite file
	PublicURL string
	// InsecureHooks lets subscriptions go to this machine and over plain
	// HTTP. For tests and development alone.
	InsecureHooks bool
	Retention     time.Duration // of capture jobs; 0: a week
	Log           *slog.Logger
}

// Service is the service. Close ends its deliveries.
type Service struct {
	opt      Options
	store    *store
	base     string // path part of PublicURL
	captures chan struct{}
	scans    chan struct{}
	sender   *sender
}

// Open opens the service's file and begins to deliver.
func Open(ctx context.Context, opt Options) (*Service, error) {
	if opt.Records == nil || opt.Ledger == nil || opt.Jobs == nil || opt.Fresh == nil || opt.Key == nil || opt.Path == "" {
		return nil, errors.New("epcis: options: records, ledger, jobs, freshness, key and path are needed")
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Retention == 0 {
		opt.Retention = jobs.DefaultRetention
	}
	st, err := openStore(ctx, opt.Path)
	if err != nil {
		return nil, err
	}
	s := &Service{opt: opt, store: st, base: strings.TrimRight(opt.PublicURL, "/"),
		captures: make(chan struct{}, maxCaptures), scans: make(chan struct{}, maxScans)}
	s.sender = startSender(ctx, s)
	return s, nil
}

// Close ends deliveries and closes the file.
func (s *Service) Close() error {
	s.sender.stop()
	return s.store.db.Close()
}

// Register adds the routes.
func (s *Service) Register(r gin.IRouter) {
	g := r.Group("/epcis", s.versions)
	for _, path := range []string{"", "/capture", "/events", "/queries"} {
		g.OPTIONS(path, s.discover)
	}
	g.POST("/capture", s.postCapture)
	g.GET("/capture", s.listCaptures)
	g.GET("/capture/:id", s.getCapture)
	g.GET("/events", s.getEvents)
	g.GET("/events/:id", s.getEvent)
	g.POST("/queries", s.postQuery)
	g.GET("/queries", s.listQueries)
	g.GET("/queries/:name", s.getQuery)
	g.DELETE("/queries/:name", s.deleteQuery)
	g.GET("/queries/:name/events", s.getQueryEvents)
	g.POST("/queries/:name/subscriptions", s.postSubscription)
	g.GET("/queries/:name/subscriptions", s.listSubscriptions)
	g.GET("/queries/:name/subscriptions/:id", s.getSubscription)
	g.DELETE("/queries/:name/subscriptions/:id", s.deleteSubscription)
}

// versions says which releases are spoken, and refuses others.
func (s *Service) versions(c *gin.Context) {
	c.Header("GS1-EPCIS-Version", epcis.Version)
	c.Header("GS1-CBV-Version", epcis.CBVVersion)
	c.Header("GS1-Extensions", "gl="+epcis.Namespace)
	for _, header := range []string{"GS1-EPCIS-Version", "GS1-CBV-Version"} {
		if v := c.GetHeader(header); v != "" && v != "2.0" && !strings.HasPrefix(v, "2.0.") {
			fail(c, http.StatusNotAcceptable, "UnsupportedVersion", header+" "+v+" is not spoken: 2.0 is")
			return
		}
	}
}

// discover answers OPTIONS: versions and limits.
func (s *Service) discover(c *gin.Context) {
	for name, value := range map[string]string{
		"GS1-EPCIS-Min": epcis.Version, "GS1-EPCIS-Max": epcis.Version, "GS1-CBV-Min": epcis.CBVVersion, "GS1-CBV-Max": epcis.CBVVersion,
		"GS1-EPCIS-Capture-Limit":           fmt.Sprint(epcis.MaxEvents),
		"GS1-EPCIS-Capture-File-Size-Limit": fmt.Sprint(maxDocument),
		"GS1-Capture-Error-Behaviour":       rollback,
		"GS1-Query-Min-Record-Time":         "",
		"GS1-Signing-Key":                   s.opt.Key.Public().Point(),
	} {
		if value != "" {
			c.Header(name, value)
		}
	}
	c.Header("Allow", map[bool]string{true: "OPTIONS", false: "GET, POST, OPTIONS"}[c.FullPath() == "/epcis"])
	if c.FullPath() == "/epcis/events" {
		c.Header("Allow", "GET, OPTIONS")
	}
	c.Status(http.StatusNoContent)
}

// fail ends a request with a problem. Its type is an exception of the
// standard.
func fail(c *gin.Context, status int, exception, detail string) {
	if status == http.StatusServiceUnavailable {
		c.Header("Retry-After", "3")
	}
	c.Abort()
	write(c, status, "application/problem+json", &api.Problem{
		Type: "epcisException:" + exception, Title: http.StatusText(status), Status: status, Reason: exception,
		Detail: detail, RequestID: c.Writer.Header().Get("X-Request-Id"),
	})
}

// failInside answers what is nobody's fault outside.
func failInside(c *gin.Context, err error) {
	switch {
	case errors.Is(err, index.ErrBusy), errors.Is(err, ledger.ErrUnavailable), errors.Is(err, ledger.ErrBusy), errors.Is(err, jobs.ErrFull),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		fail(c, http.StatusServiceUnavailable, "ServiceUnavailable", "the gateway has too much to do, or the ledger cannot be reached")
	default:
		_ = c.Error(err) // for the log
		fail(c, http.StatusInternalServerError, "ImplementationException", "")
	}
}

func write(c *gin.Context, status int, media string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		_ = c.Error(err)
		c.AbortWithStatus(http.StatusInternalServerError)
		return
	}
	c.Header("Cache-Control", "no-store")
	c.Data(status, media, body)
}

// fresh waits for what this gateway has answered; false when the request has
// been answered with a problem.
func (s *Service) fresh(c *gin.Context) bool {
	if err := s.opt.Fresh.Fresh(c.Request.Context()); err != nil {
		fail(c, http.StatusServiceUnavailable, "ServiceUnavailable", "the gateway is still reading the newest blocks")
		return false
	}
	return true
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }
