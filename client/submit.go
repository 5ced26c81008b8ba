package client

import (
	"context"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/record"
)

// Receipt is what the ledger decided about one record. Err is nil unless the
// record was rejected.
type Receipt struct {
	record.Verdict
	Block  uint64 `json:"block"`  // the block that holds the decision
	Status string `json:"status"` // "committed": valid in a block
	// Attempts is how often the request that carried the record was sent.
	// Where it is more than one, a duplicate may be the record's own first
	// attempt, whose answer was lost.
	Attempts int `json:"-"`
}

// Submit sends records and waits until each is decided; receipts come in the
// order of the records. What exceeds one request is split, and a request is
// sent when the one before it is committed, so records are decided in order.
//
// Requests are tried again where the gateway is busy or does not answer. That
// is safe: (issuer, ref) names a record, and sending it again makes a
// duplicate that gets its first receipt.
//
// On an *Error the receipts of the requests that were answered are returned
// with it, in order. A record that the ledger refuses is no error here: see
// Receipt.Err.
func (c *Client) Submit(ctx context.Context, records ...Submission) ([]Receipt, error) {
	requests, err := split(records)
	if err != nil {
		return nil, err
	}
	receipts := make([]Receipt, 0, len(records))
	for _, r := range requests {
		got, err := c.submit(ctx, r)
		receipts = append(receipts, got...)
		if err != nil {
			return receipts, err
		}
	}
	return receipts, nil
}

func (c *Client) submit(ctx context.Context, r request) ([]Receipt, error) {
	a, err := c.do(ctx, call{op: opSubmit, method: http.MethodPost, path: "/v1/records", body: r.body})
	if err != nil {
		return nil, err
	}
	var got struct {
		Results []Receipt `json:"results"`
	}
	if err := a.decode(opSubmit, &got); err != nil {
		return nil, err
	}
	if err := r.matches(got.Results); err != nil {
		return nil, &Error{Op: opSubmit, Step: StepAnswer, Status: a.status, Err: err}
	}
	for i := range got.Results {
		got.Results[i].Attempts = a.attempts
	}
	return got.Results, nil
}

const opSubmit = "submit"

// request is the body of one POST and the ids of the records in it.
type request struct {
	body []byte
	ids  []string
}

// matches tells whether the receipts are about the records that were sent.
func (r *request) matches(receipts []Receipt) error {
	if len(receipts) != len(r.ids) {
		return fmt.Errorf("%d receipts for %d records", len(receipts), len(r.ids))
	}
	for i, got := range receipts {
		if got.ID != "" && got.ID != r.ids[i] {
			return fmt.Errorf("receipt %d is about record %s, not %s", i, got.ID, r.ids[i])
		}
	}
	return nil
}

// split encodes the records into as few requests as their limits allow.
func split(records []Submission) ([]request, error) {
	var all []request
	var now request
	for i, s := range records {
		b, err := json.Marshal(s)
		if err == nil && len(b)+2 > MaxBatchBytes {
			err = record.Refuse(record.TooLarge, "with its sealed parts it is over %d bytes", MaxBatchBytes)
		}
		if err != nil {
			return nil, &Error{Op: opSubmit, Step: StepPrepare, Code: record.CodeOf(err),
				Err: fmt.Errorf("record %d: %w", i, err)}
		}
		if len(now.ids) == MaxBatchRecords || len(now.body)+len(b)+2 > MaxBatchBytes {
			all, now = append(all, now.closed()), request{}
		}
		now.add(b, s.Envelope.ID())
	}
	if len(now.ids) > 0 {
		all = append(all, now.closed())
	}
	return all, nil
}

func (r *request) add(b []byte, id string) {
	sep := byte(',')
	if len(r.ids) == 0 {
		sep = '['
	}
	r.body = append(append(r.body, sep), b...)
	r.ids = append(r.ids, id)
}

func (r request) closed() request {
	r.body = append(r.body, ']')
	return r
}
