// Package jobs is the gateway's durable queue: submissions that a caller does
// not wait for, and sealed parts that are on their way to the private
// collection. What it has taken survives a restart.
//
// A job is received once it is durable, and committed once every record of it
// is decided. Sending a job's records twice does no harm, because issuer and
// ref name a record; so a job that was cut short is simply sent again, and a
// record that had been accepted then says duplicate, with its first receipt.
package jobs

import (
	"errors"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Errors.
var (
	// ErrNotFound: there is no such job, or its result is no longer kept.
	ErrNotFound = errors.New("jobs: no such job")
	// ErrFull: too many jobs wait. Nothing was taken; try again later (503).
	ErrFull = errors.New("jobs: the queue is full")
	// ErrClosed: the queue has been closed.
	ErrClosed = errors.New("jobs: closed")
)

// Job is a submission that was taken without waiting for its commit.
type Job struct {
	ID       string           `json:"id"`
	Name     string           `json:"name,omitempty"` // that its owner gave it
	Owner    string           `json:"-"`              // USCC of who sent it while logged in
	Status   ledger.Status    `json:"status"`         // received or committed
	Records  int              `json:"records"`
	Done     int              `json:"done,omitzero"`     // records that are decided
	Received string           `json:"received"`          // RFC 3339 UTC
	Decided  string           `json:"decided,omitempty"` // RFC 3339 UTC
	Results  []ledger.Receipt `json:"results,omitempty"` // in the order of the records, once committed
}

// Defaults of Options.
const (
	// DefaultRetention is how long the result of a job is kept.
	DefaultRetention = 7 * 24 * time.Hour
	// DefaultMaxJobs is the most jobs that are not committed.
	DefaultMaxJobs = 10_000
	// DefaultMaxBytes is the most bytes of such jobs.
	DefaultMaxBytes = 1 << 30
)

// formatTime writes the Unix milliseconds of the database.
func formatTime(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format(time.RFC3339)
}
