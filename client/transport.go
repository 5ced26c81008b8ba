package client

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json"
)

// call is one request, which may take several attempts.
type call struct {
	op     string
	method string
	path   string // begins with a slash, escaped
	query  url.Values
	body   []byte
	prefer string
}

// answer is a 2xx answer, read whole.
type answer struct {
	status   int
	header   http.Header
	body     []byte
	attempts int
}

func (c *Client) do(ctx context.Context, call call) (*answer, error) {
	var got *answer
	n, err := c.again(ctx, func(ctx context.Context) error {
		var err error
		got, err = c.attempt(ctx, call)
		return err
	})
	if err != nil {
		return nil, err
	}
	got.attempts = n
	return got, nil
}

func (c *Client) attempt(ctx context.Context, call call) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := c.request(ctx, call)
	if err != nil {
		return nil, &Error{Op: call.op, Step: StepPrepare, Err: err}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, &Error{Op: call.op, Step: StepSend, Err: err}
	}
	defer resp.Body.Close()
	body, err := readBounded(resp.Body)
	switch {
	case err == errTooLong:
		return nil, &Error{Op: call.op, Step: StepAnswer, Status: resp.StatusCode, Err: err}
	case err != nil: // the connection broke within the answer
		return nil, &Error{Op: call.op, Step: StepSend, Err: err}
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return nil, refused(call.op, resp.StatusCode, resp.Header, body)
	}
	return &answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

func (c *Client) request(ctx context.Context, call call) (*http.Request, error) {
	address := c.base + call.path
	if len(call.query) > 0 {
		address += "?" + call.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, call.method, address, bytes.NewReader(call.body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json, application/problem+json")
	req.Header.Set("User-Agent", "grainledger-client")
	if len(call.body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if call.prefer != "" {
		req.Header.Set("Prefer", call.prefer)
	}
	return req, nil
}

var errTooLong = fmt.Errorf("the answer is longer than %d bytes", MaxAnswerBytes)

func readBounded(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxAnswerBytes+1))
	if err == nil && len(b) > MaxAnswerBytes {
		return nil, errTooLong
	}
	return b, err
}

// decode reads an answer's body. Members of a later version are passed over.
func (a *answer) decode(op string, v any) error {
	if err := json.Unmarshal(a.body, v); err != nil {
		return &Error{Op: op, Step: StepAnswer, Status: a.status, Err: err}
	}
	return nil
}

func get[T any](ctx context.Context, c *Client, op, path string, query url.Values) (*T, error) {
	a, err := c.do(ctx, call{op: op, method: http.MethodGet, path: path, query: query})
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := a.decode(op, v); err != nil {
		return nil, err
	}
	return v, nil
}
