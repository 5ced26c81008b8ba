package api

import (
	"log/slog"
	"net/http"
	"time"
)

// Timeouts of the server. A submission may wait for its commit, so an answer
// may take that much longer.
const (
	ReadHeaderTimeout = 5 * time.Second
	ReadTimeout       = 30 * time.Second // header and body
	IdleTimeout       = 2 * time.Minute
	answerTime        = 30 * time.Second // to write an answer
	maxHeaderBytes    = 16 << 10
)

// NewServer makes the HTTP server of the handler. submitWait is how long a
// submission waits for its commit.
func NewServer(h http.Handler, submitWait time.Duration, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           headAsGet(h),
		ReadHeaderTimeout: ReadHeaderTimeout,
		ReadTimeout:       ReadTimeout,
		WriteTimeout:      ReadTimeout + submitWait + answerTime,
		IdleTimeout:       IdleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// headAsGet answers HEAD wherever GET is answered (RFC 9110, 9.3.2). The
// server drops the body, since the request that it read was a HEAD.
func headAsGet(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			get := *r
			get.Method = http.MethodGet
			r = &get
		}
		h.ServeHTTP(w, r)
	})
}
