package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
)

// IsNotFound tells whether the ledger holds no such thing, as far as the
// gateway has read it.
func IsNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// Ledger tells how high the ledger is and who its root is.
func (c *Client) Ledger(ctx context.Context) (*Ledger, error) {
	return get[Ledger](ctx, c, "ledger", "/v1/ledger", nil)
}

// Lot is a lot as it is held now.
func (c *Client) Lot(ctx context.Context, lot string) (*Lot, error) {
	return read[Lot](ctx, c, "lot", "/v1/lots/", lot, "")
}

// Bin is a bin with its content now, by its LS/T 1714 code.
func (c *Client) Bin(ctx context.Context, code string) (*Bin, error) {
	return read[Bin](ctx, c, "bin", "/v1/bins/", code, "")
}

// Enterprise is a registered enterprise with its keys, by USCC.
func (c *Client) Enterprise(ctx context.Context, uscc string) (*Enterprise, error) {
	return read[Enterprise](ctx, c, "enterprise", "/v1/enterprises/", uscc, "")
}

// Record is an accepted record as it was signed, by its id.
func (c *Client) Record(ctx context.Context, id string) (*Record, error) {
	return read[Record](ctx, c, "record", "/v1/records/", id, "")
}

// Origins lists the harvest lots in a lot with their shares, largest first,
// read page by page.
func (c *Client) Origins(ctx context.Context, lot string) ([]Origin, error) {
	p, err := under(opOrigins, "/v1/lots/", lot)
	if err != nil {
		return nil, err
	}
	var all []Origin
	for q := (url.Values{}); ; {
		page, err := get[origins](ctx, c, opOrigins, p+"/origins", q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Origins...)
		switch {
		case page.Next == "":
			return all, nil
		case page.Next == q.Get("cursor"):
			return nil, &Error{Op: opOrigins, Step: StepAnswer, Status: http.StatusOK, Err: errors.New("the list does not end")}
		}
		q.Set("cursor", page.Next)
	}
}

const opOrigins = "origins"

// TracePage is one page of the graph around a lot, beginning at cursor (empty
// for the first). A limit of 0 leaves the size to the gateway.
func (c *Client) TracePage(ctx context.Context, lot string, d Direction, cursor string, limit int) (*Trace, error) {
	p, err := under(opTrace, "/v1/lots/", lot)
	if err != nil {
		return nil, err
	}
	q := url.Values{"direction": {string(d)}}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return get[Trace](ctx, c, opTrace, p+"/trace", q)
}

// Trace is the whole graph around a lot, read page by page. It stops with an
// error at more than MaxTraceNodes.
func (c *Client) Trace(ctx context.Context, lot string, d Direction) (*Trace, error) {
	all := &Trace{Lot: lot, Direction: d}
	for cursor := ""; ; {
		page, err := c.TracePage(ctx, lot, d, cursor, 0)
		if err != nil {
			return nil, err
		}
		all.add(page)
		switch {
		case page.Next == "":
			return all, nil
		case page.Next == cursor || len(all.Nodes) > MaxTraceNodes:
			return nil, &Error{Op: opTrace, Step: StepAnswer, Status: http.StatusOK,
				Err: errors.New("the trace does not end; read it page by page")}
		}
		cursor = page.Next
	}
}

const opTrace = "trace"

func read[T any](ctx context.Context, c *Client, op, collection, id, tail string) (*T, error) {
	p, err := under(op, collection, id)
	if err != nil {
		return nil, err
	}
	return get[T](ctx, c, op, p+tail, nil)
}

// under is the path of one thing in a collection. Ids that would name another
// path are not sent.
func under(op, collection, id string) (string, error) {
	if id == "" || id == "." || id == ".." {
		return "", &Error{Op: op, Step: StepPrepare, Err: errors.New("the id is missing")}
	}
	return collection + url.PathEscape(id), nil
}
