package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// Pauses between attempts grow from firstPause to longestPause; what the
// gateway asks for in Retry-After goes first, up to longestAsked.
const (
	firstPause   = 200 * time.Millisecond
	longestPause = 10 * time.Second
	longestAsked = time.Minute
)

// again makes attempts until one succeeds, fails for good or is the last. It
// tells how many there were.
func (c *Client) again(ctx context.Context, attempt func(context.Context) error) (int, error) {
	for n := 1; ; n++ {
		err := attempt(ctx)
		var e *Error
		if err == nil || !errors.As(err, &e) || !e.Temporary() || n >= c.attempts || ctx.Err() != nil {
			return n, err
		}
		wait := pause(n, e.RetryAfter)
		c.notice(err, wait)
		if c.sleep(ctx, wait) != nil {
			return n, err
		}
	}
}

// pause is how long to wait after the nth attempt. Half of it is chance, so
// that clients that were turned away together do not come back together.
func pause(n int, asked time.Duration) time.Duration {
	d := firstPause << min(n-1, 10)
	d = min(d, longestPause)
	d = d/2 + rand.N(d/2+1)
	if asked > 0 {
		asked = min(asked, longestAsked)
		d = asked + rand.N(asked/4+firstPause)
	}
	return d
}

// retryAfter reads the header in both of its forms, seconds and a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if s, err := strconv.Atoi(v); err == nil && s > 0 {
		return time.Duration(min(s, 24*3600)) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil && t.After(now) {
		return t.Sub(now)
	}
	return 0
}
