package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/grainledger/grainledger/record"
)

// WithToken is the client of somebody who has logged in: its requests carry
// the token of a Session. The first client stays as it is.
func (c *Client) WithToken(token string) *Client {
	in := *c
	in.token = token
	return &in
}

// Recall is a recall and how far it is. Figures are nil for who may not see
// them: docs/recall.md.
type Recall struct {
	ID string `json:"id"`
	record.Cause
	IssuerName string         `json:"issuerName,omitempty"`
	ToName     string         `json:"toName,omitempty"`
	Began      string         `json:"began"`
	Ended      string         `json:"ended,omitempty"`
	Spreading  bool           `json:"spreading"`
	Marked     int64          `json:"marked"`
	Waiting    int64          `json:"waiting"`
	Figures    *RecallFigures `json:"figures,omitempty"`
}

// RecallFigures are grams of recalled grain: Total is Recovered, Outstanding
// and Lost.
type RecallFigures struct {
	Total       int64 `json:"totalGrams"`
	Located     int64 `json:"locatedGrams"`
	InTransit   int64 `json:"inTransitGrams"`
	AtTaker     int64 `json:"atTakerGrams"`
	Returned    int64 `json:"returnedGrams"`
	WrittenOff  int64 `json:"writtenOffGrams"`
	Recovered   int64 `json:"recoveredGrams"`
	Outstanding int64 `json:"outstandingGrams"`
	Lost        int64 `json:"lostGrams"`
}

// RecallHolder is what a party has of recalled grain, or gave back.
type RecallHolder struct {
	Party       string `json:"party"`
	Name        string `json:"name,omitempty"`
	Takes       bool   `json:"takes,omitzero"` // who takes the grain back
	Lots        int64  `json:"lots"`
	Located     int64  `json:"locatedGrams"`
	InTransit   int64  `json:"inTransitGrams"`
	Returned    int64  `json:"returnedGrams"`
	WrittenOff  int64  `json:"writtenOffGrams"`
	Recovered   int64  `json:"recoveredGrams"`
	Outstanding int64  `json:"outstandingGrams"`
}

// Drill is what a recall of a lot would find.
type Drill struct {
	Lot         string         `json:"lot"`
	Lots        int            `json:"lots"`
	Mixes       int            `json:"mixes"`
	Depth       int            `json:"depth"`
	Located     int64          `json:"locatedGrams"`
	InTransit   int64          `json:"inTransitGrams"`
	AtMaker     int64          `json:"atMakerGrams"`
	Outstanding int64          `json:"outstandingGrams"`
	Stems       int64          `json:"stemsGrams"` // of Located, what stems from the lot
	Holders     []RecallHolder `json:"holders"`
	More        int            `json:"more,omitzero"` // holders that are left out
	TookMillis  int64          `json:"tookMillis"`
}

type recallHolders struct {
	Holders []RecallHolder `json:"holders"`
	Next    string         `json:"next,omitempty"`
}

// Recall reads a recall by the id of its record.
func (c *Client) Recall(ctx context.Context, id string) (*Recall, error) {
	return read[Recall](ctx, c, "recall", "/v1/recalls/", id, "")
}

// RecallHolders lists who has recalled grain, page by page, sorted as asked
// (empty: most outstanding first).
func (c *Client) RecallHolders(ctx context.Context, id, sort string) ([]RecallHolder, error) {
	const op = "recall holders"
	p, err := under(op, "/v1/recalls/", id)
	if err != nil {
		return nil, err
	}
	q := url.Values{}
	if sort != "" {
		q.Set("sort", sort)
	}
	var all []RecallHolder
	for {
		page, err := get[recallHolders](ctx, c, op, p+"/holders", q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Holders...)
		switch {
		case page.Next == "":
			return all, nil
		case page.Next == q.Get("cursor"):
			return nil, &Error{Op: op, Step: StepAnswer, Status: http.StatusOK, Err: errors.New("the list does not end")}
		}
		q.Set("cursor", page.Next)
	}
}

// Drill tells what a recall of a lot would find now.
func (c *Client) Drill(ctx context.Context, lot string) (*Drill, error) {
	return read[Drill](ctx, c, "recall drill", "/v1/lots/", lot, "/recall-drill")
}
