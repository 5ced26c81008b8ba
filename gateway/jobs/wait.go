package jobs

import (
	"errors"
	"log/slog"
	"time"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// Pauses until an undecided job is sent again, doubled each time up to a bound.
const (
	firstWait = 500 * time.Millisecond
	mostWait  = mostPause
	// mostStuck is the bound where only an operator can mend the cause. Each
	// attempt costs every endorser the work of the whole job.
	mostStuck = 10 * time.Minute
)

// wait is what an undecided job waits for. A job is never given up: its caller
// was told that it is durable.
type wait struct {
	n      int // pauses so far
	reason string
	stuck  bool
}

// begins notes why the job was given back. It is logged when the reason is
// another than the last time.
func (w *wait) begins(log *slog.Logger, job int64, err error) {
	reason, stuck := reasonOf(err)
	w.stuck = stuck
	if reason == w.reason {
		return
	}
	w.reason = reason
	log.Warn("a job is not decided yet and is sent again", "job", job, "reason", reason, "error", err)
}

// ended is called when the job is decided.
func (w *wait) ended(log *slog.Logger, job int64) {
	if w.reason != "" {
		log.Info("a job that had to wait is decided", "job", job, "reason", w.reason)
	}
}

// next is how long to wait now.
func (w *wait) next() time.Duration {
	most := mostWait
	if w.stuck {
		most = mostStuck
	}
	d := min(firstWait<<min(w.n, 20), most)
	w.n++
	return d
}

// reasonOf gives the errors of a ticket a word, and tells whether sending
// again helps only after somebody has done something.
func reasonOf(err error) (reason string, stuck bool) {
	var invalid *ledger.InvalidError
	switch {
	case errors.Is(err, ledger.ErrDisagree):
		return "the endorsing organisations disagree", true
	case errors.As(err, &invalid):
		return "transactions are invalid: " + string(invalid.Code), true
	case errors.Is(err, ledger.ErrUnknown):
		return "the outcome is unknown", false
	case errors.Is(err, ledger.ErrUnavailable):
		return "the ledger is away", false
	case errors.Is(err, ledger.ErrConflict):
		return "others change what it needs", false
	case errors.Is(err, ledger.ErrClosed):
		return "the gateway is closing", false
	}
	return "another failure", false
}
