// Package web is the consumer's page behind the QR code of a retail batch:
// where the grain grew, what happened to it, what was found in it, and who
// signed for that. It needs no login and no script.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"github.com/grainledger/grainledger/gateway/index"
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
	// Names are the names of enterprises by USCC, where they have one.
	Names(ctx context.Context, usccs []string) (map[string]string, error)
}

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
	// Keeper lets pages be shown again that have not changed. Default: each is
	// made anew.
	Keeper Keeper
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
