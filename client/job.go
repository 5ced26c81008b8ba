package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"time"

	"github.com/grainledger/grainledger/record"
)

// States of a job.
const (
	JobReceived  = "received"  // durable at the gateway, not decided yet
	JobCommitted = "committed" // every record is decided
)

// Job is a submission that the gateway took without waiting for its commit.
type Job struct {
	ID       string    `json:"id"`
	Status   string    `json:"status"`
	Anchored bool      `json:"anchored"`          // every record that was accepted is under a checkpoint on the ledger
	Results  []Receipt `json:"results,omitempty"` // in the order of the records, once committed
}

const (
	opSubmitAsync = "submit async"
	opJob         = "job"
	jobPoll       = 250 * time.Millisecond
)

// SubmitAsync hands records over and returns as soon as the gateway has them
// durably; Job and WaitJob tell what became of them. It takes what fits one
// request (MaxBatchRecords, MaxBatchBytes) and refuses more with
// record.TooLarge, since the order of several jobs is not defined.
func (c *Client) SubmitAsync(ctx context.Context, records ...Submission) (*Job, error) {
	requests, err := split(records)
	if err != nil {
		return nil, err
	}
	if len(requests) != 1 {
		err := record.Refuse(record.TooLarge, "%d records need %d requests, a job is one", len(records), len(requests))
		return nil, &Error{Op: opSubmitAsync, Step: StepPrepare, Code: err.Code, Err: err}
	}
	a, err := c.do(ctx, call{op: opSubmitAsync, method: http.MethodPost, path: "/v1/records",
		body: requests[0].body, prefer: "respond-async"})
	if err != nil {
		return nil, err
	}
	id, err := jobID(a)
	if err != nil {
		return nil, &Error{Op: opSubmitAsync, Step: StepAnswer, Status: a.status, Err: err}
	}
	return &Job{ID: id, Status: JobReceived}, nil
}

func jobID(a *answer) (string, error) {
	if a.status != http.StatusAccepted {
		return "", fmt.Errorf("HTTP %d where 202 was expected", a.status)
	}
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		return "", fmt.Errorf("location: %w", err)
	}
	id := path.Base(u.Path)
	if id == "." || id == "/" {
		return "", errors.New("no Location of the job")
	}
	return id, nil
}

// Job asks how far a job is.
func (c *Client) Job(ctx context.Context, id string) (*Job, error) {
	p, err := under(opJob, "/v1/jobs/", id)
	if err != nil {
		return nil, err
	}
	return get[Job](ctx, c, opJob, p, nil)
}

// WaitJob asks again until the job is decided or ctx is done.
func (c *Client) WaitJob(ctx context.Context, id string) (*Job, error) {
	for {
		j, err := c.Job(ctx, id)
		if err != nil || j.Status == JobCommitted {
			return j, err
		}
		if err := c.sleep(ctx, jobPoll); err != nil {
			return j, &Error{Op: opJob, Step: StepSend, Err: err}
		}
	}
}
