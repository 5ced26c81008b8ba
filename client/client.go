package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Defaults and limits of a Client.
const (
	DefaultTimeout  = 90 * time.Second // for one attempt; longer than a gateway waits for a commit before it answers 504
	DefaultAttempts = 10               // of one call, the first included: about half a minute of pauses

	MaxBatchRecords = 500      // records in one request; Submit splits what is more
	MaxBatchBytes   = 4 << 20  // bytes of one request's body; Submit splits what is more
	MaxAnswerBytes  = 32 << 20 // bytes of an answer that are read; a longer one is an error
)

// Client speaks to one gateway.
type Client struct {
	base     string // without a slash at the end
	token    string // of a session; may be empty
	http     *http.Client
	timeout  time.Duration
	attempts int
	notice   func(err error, pause time.Duration)
	sleep    func(context.Context, time.Duration) error
}

// Option changes a Client while New makes it.
type Option func(*Client)

// WithHTTPClient uses h, for example one with the certificates of the
// consortium. Its own timeout should be zero: WithTimeout rules.
func WithHTTPClient(h *http.Client) Option { return func(c *Client) { c.http = h } }

// WithTimeout bounds one attempt of a call (default DefaultTimeout). The
// context of a call bounds all attempts together.
func WithTimeout(d time.Duration) Option { return func(c *Client) { c.timeout = d } }

// WithAttempts bounds how often a call is tried (default DefaultAttempts);
// with 1 nothing is tried again.
func WithAttempts(n int) Option { return func(c *Client) { c.attempts = n } }

// WithNotice tells f of each attempt that failed and is made again after a
// pause, so that a program can say why it waits.
func WithNotice(f func(err error, pause time.Duration)) Option {
	return func(c *Client) { c.notice = f }
}

// New makes a client of the gateway at baseURL, for example
// "https://grain.example.cn". It does not connect.
func New(baseURL string, opts ...Option) (*Client, error) {
	u, err := url.Parse(baseURL)
	if err != nil {
		return nil, fmt.Errorf("gateway address: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("gateway address %q is not http://host or https://host", baseURL)
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("gateway address %q has a query or fragment", baseURL)
	}
	c := &Client{
		base:     strings.TrimRight(u.String(), "/"),
		http:     &http.Client{},
		timeout:  DefaultTimeout,
		attempts: DefaultAttempts,
		notice:   func(error, time.Duration) {},
		sleep:    sleep,
	}
	for _, o := range opts {
		o(c)
	}
	if c.timeout <= 0 || c.attempts < 1 {
		return nil, fmt.Errorf("timeout %s and attempts %d must be positive", c.timeout, c.attempts)
	}
	return c, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
