package client

import (
	"context"
	"net/url"
	"strconv"

	"github.com/grainledger/grainledger/record"
)

// Annul makes what a void or correct says of a record, out of the record as the
// gateway has it. It checks that the bytes are those of the id.
func (c *Client) Annul(ctx context.Context, id, reason string) (record.Annulment, error) {
	r, err := c.Record(ctx, id)
	if err != nil {
		return record.Annulment{}, err
	}
	e, err := record.DecodeEnvelope(r.Envelope)
	if err != nil {
		return record.Annulment{}, err
	}
	a, err := record.Annul(e, reason)
	if err == nil && a.Record != id {
		err = &record.Error{Code: record.UnknownRecord, Detail: "the gateway answered with record " + a.Record}
	}
	return a, err
}

// Cause is why marks stand, and how far they have spread, by the id of the
// record that is the cause.
func (c *Client) Cause(ctx context.Context, id string) (*Cause, error) {
	return read[Cause](ctx, c, "cause", "/v1/causes/", id, "")
}

// Reached is a page of the lots and mixes that a cause has marked.
type Reached struct {
	Cause string `json:"cause"`
	Nodes []struct {
		ID  string `json:"id"`
		Bin string `json:"bin,omitempty"` // of a mix
	} `json:"nodes"`
	Next string `json:"next,omitempty"` // cursor of the next page; empty at the end
}

// ReachedPage is one page of the lots and mixes that a cause has marked,
// beginning at cursor (empty for the first). A limit of 0 leaves the size to the
// gateway.
func (c *Client) ReachedPage(ctx context.Context, id, cursor string, limit int) (*Reached, error) {
	q := url.Values{}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	p, err := under("cause", "/v1/causes/", id)
	if err != nil {
		return nil, err
	}
	return get[Reached](ctx, c, "cause", p+"/nodes", q)
}
