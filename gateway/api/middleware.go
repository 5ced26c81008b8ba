package api

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	requestIDKey    = "requestID"
	requestIDHeader = "X-Request-Id"
)

// requestID takes the caller's id of a request where it is plain, and makes
// one where not.
func requestID(c *gin.Context) {
	id := c.GetHeader(requestIDHeader)
	if !plain(id) {
		b := make([]byte, 8)
		rand.Read(b) // never fails
		id = hex.EncodeToString(b)
	}
	c.Set(requestIDKey, id)
	c.Header(requestIDHeader, id)
}

func plain(id string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return id != "" && len(id) <= 64 && strings.Trim(id, letters) == ""
}

// observe logs and counts a request. Bodies and queries are not logged.
func (a *API) observe(c *gin.Context) {
	began := time.Now()
	c.Next()
	took, route := time.Since(began), c.FullPath()
	if route == "" {
		route = "none"
	}
	a.opt.Metrics.request(route, c.Request.Method, c.Writer.Status(), took)
	attrs := []any{
		"id", c.GetString(requestIDKey), "method", c.Request.Method, "path", c.Request.URL.Path,
		"status", c.Writer.Status(), "bytes", max(c.Writer.Size(), 0), "took", took, "peer", c.RemoteIP(),
	}
	if len(c.Errors) > 0 {
		a.opt.Log.Error("request failed", append(attrs, "error", c.Errors.String())...)
		return
	}
	a.opt.Log.Info("request", attrs...)
}

// recover turns a panic into a problem and a log line.
func (a *API) recover(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler { //nolint:errorlint // the value itself is the sign
			panic(v)
		}
		a.opt.Log.Error("panic in a handler", "id", c.GetString(requestIDKey),
			"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		if c.Writer.Written() {
			c.Abort()
			return
		}
		fail(c, problemInternal)
	}()
	c.Next()
}

// headers are those of an answer that is data. A page sets its own policy.
func (a *API) headers(c *gin.Context) {
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("X-Frame-Options", "DENY")
	c.Header("Referrer-Policy", "no-referrer")
	c.Header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	if a.opt.TLS {
		c.Header("Strict-Transport-Security", "max-age=31536000")
	}
}

// limitRequests bounds the requests that are answered at once.
func (a *API) limitRequests() gin.HandlerFunc {
	slots := make(chan struct{}, a.opt.MaxRequests)
	return func(c *gin.Context) {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
			c.Next()
		default:
			fail(c, problemBusy)
		}
	}
}

// budget bounds the bytes of bodies that are read at once, since many callers
// with large bodies would otherwise fill the memory.
type budget struct {
	limit int64
	used  atomic.Int64
}

func (b *budget) take(n int64) bool {
	if b.used.Add(n) > b.limit {
		b.used.Add(-n)
		return false
	}
	return true
}

func (b *budget) give(n int64) { b.used.Add(-n) }
