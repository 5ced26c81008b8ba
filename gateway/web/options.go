// Package web is the consumer's page behind the QR code of a retail batch:
// where the grain grew, what happened to it, what was found in it, and who
// signed for that. It needs no login and no script.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/scans"
	"github.com/grainledger/grainledger/record"
)

// Reader is what the pages ask of the read model. A missing thing is
// index.ErrNotFound.
type Reader interface {
	// LotByBatch is the lot of a retail batch.
	LotByBatch(ctx context.Context, gtin, batch string) (string, error)
	// Lot is a lot with its inspections.
	Lot(ctx context.Context, id string) (index.Lot, error)
	// Origins are the shares of the harvest lots in a lot.
	Origins(ctx context.Context, id string) ([]index.Origin, error)
	// Trace is one page of the lot graph around a lot.
	Trace(ctx context.Context, lot string, dir index.Direction, cursor string, limit int) (index.Trace, error)
	// Inspections are those of lots and bins, newest first.
	Inspections(ctx context.Context, targets []string) (map[string][]record.Inspection, error)
	// Retail lists retail batches, newest first.
	Retail(ctx context.Context, cursor string, limit int) (index.RetailPage, error)
	// Enterprises are registered enterprises by USCC, Facilities registered
	// facilities by code; what is not registered is left out.
	Enterprises(ctx context.Context, usccs []string) (map[string]record.RegisteredEnterprise, error)
	Facilities(ctx context.Context, codes []string) (map[string]record.RegisteredFacility, error)
	// Height is how many blocks Reader has read. What it answers changes only
	// with it.
	Height() uint64
}

// Credits tells what the public may know of enterprises' credit.
type Credits interface {
	// Public is the public view of today by USCC; who has no entry in it is
	// left out.
	Public(ctx context.Context, usccs []string) (map[string]Credit, error)
}

// Credit is the public view of an enterprise's credit, in the words of the
// credit ledger.
type Credit struct {
	Grade    string   // as the rule version names it
	Rule     string   // the version, with its document
	AsOf     string   // date
	Disputed bool     // an objection is open (异议中)
	Items    []string // published items, one line each
}

// Scans counts how often codes are scanned.
type Scans interface {
	// Scan counts a visit unless the visitor came shortly before.
	Scan(ctx context.Context, code scans.Code, visitor string) (scans.Count, error)
	// Count is the count without a visit.
	Count(ctx context.Context, code scans.Code) (scans.Count, error)
}

var _ Scans = (*scans.Counter)(nil)

// ScanWarning says from how many scans of a batch the page warns of copied
// codes. It is advice to the shopper and no rule of law: one code stands on
// every bag of a batch, so it grows with the batch.
type ScanWarning struct {
	PerTonne int64 // 0: never
	AtLeast  int64 // for the smallest batches
}

// DefaultScanWarning: a tonne is two hundred bags of five kilograms, and three
// scans of each bag are many.
var DefaultScanWarning = ScanWarning{PerTonne: 600, AtLeast: 100}

var (
	_ Reader = (*index.Index)(nil)
	_ Keeper = (*index.Index)(nil)
)

// Options of the pages.
type Options struct {
	Reader Reader
	// PublicURL is how the world reaches this gateway: scheme, host and, where
	// there is one, a path prefix. Printed codes begin with it for ever.
	PublicURL string
	// Fresh waits until Reader has what this gateway has answered, so that the
	// page of a batch is there when its record is. Default: no waiting.
	Fresh func(context.Context) error
	// Keeper lets pages be shown again that have not changed. Default: until
	// Reader has read another block.
	Keeper Keeper
	// Scans counts scans of retail codes. Default: nobody counts, and pages say
	// nothing of it.
	Scans   Scans
	Warning ScanWarning // zero: no page warns
	// Proxies are the addresses from which X-Forwarded-For is believed when a
	// scan is counted. Default: none.
	Proxies []netip.Prefix
	// Credits is the public view of the credit ledger. Default: there is none,
	// and pages say so.
	Credits Credits
	// Desk is what enterprises that log in see. Default: there is no such page.
	Desk *Desk
	// Log gets what a reader of a page must not see. Default: no log.
	Log *slog.Logger
}

// publicBase checks PublicURL and gives it without a slash at its end.
func (o Options) publicBase() (*url.URL, error) {
	u, err := url.Parse(o.PublicURL)
	switch {
	case err != nil:
		return nil, fmt.Errorf("web: PublicURL: %w", err)
	case (u.Scheme != "https" && u.Scheme != "http") || u.Host == "":
		return nil, fmt.Errorf("web: PublicURL %q is not an http(s) address", o.PublicURL)
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return nil, fmt.Errorf("web: PublicURL %q has more than scheme, host and path", o.PublicURL)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

func (o Options) check() error {
	if o.Reader == nil {
		return errors.New("web: no Reader")
	}
	return nil
}
