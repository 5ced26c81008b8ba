package fabric

import (
	"fmt"
	"log/slog"
	"time"
)

// Defaults of Options.
const (
	// DefaultInFlight leaves room below the 500 requests at once that a peer
	// takes by default: submissions and reads have this limit each, and what
	// a peer refuses for being too much looks like a failure.
	DefaultInFlight = 200
	// DefaultEndorseTimeout is how long one peer may take to endorse.
	DefaultEndorseTimeout = 10 * time.Second
	// DefaultSubmitTimeout is how long ordering may take to accept.
	DefaultSubmitTimeout = 10 * time.Second
	// DefaultCommitTimeout is how long the block may take until the other
	// peers are asked. With the others it stays within the packer's
	// DefaultAttemptTimeout.
	DefaultCommitTimeout = 15 * time.Second
	// DefaultEvaluateTimeout is how long one peer may take to evaluate.
	DefaultEvaluateTimeout = 10 * time.Second
	// DefaultAskTimeout is how long one peer may take to tell its height, or
	// what became of a transaction.
	DefaultAskTimeout = 2 * time.Second
)

// Options says how a Ledger works. The zero value has the defaults.
type Options struct {
	// InFlight is the largest number of submissions under way at once, and
	// of reads. Gateways that share a peer share its limit.
	InFlight int
	// Log gets what an operator wants to know. Default: nothing is logged.
	Log *slog.Logger

	EndorseTimeout  time.Duration // for each peer that is asked
	SubmitTimeout   time.Duration // until ordering has the transaction
	CommitTimeout   time.Duration // from there until its block
	EvaluateTimeout time.Duration // for each peer that is asked
	AskTimeout      time.Duration // for each peer that is asked for a status or height

	// Tests set these.
	now        func() time.Time
	firstPause time.Duration // before a failed peer or stream is tried again; doubled each time
	mostPause  time.Duration
	agreeTries int           // endorsements until disagreement is taken for what it is
	agreePause time.Duration // before the second one; doubled each time
	returns    time.Duration // after which a stream from another peer looks for the preferred one
	freshness  time.Duration // for which one answer of Health serves
	stall      time.Duration // without a block, after which others are asked whether there is one
}

func (o Options) withDefaults() (Options, error) {
	if o.InFlight < 0 {
		return o, fmt.Errorf("fabric: options: InFlight %d is negative", o.InFlight)
	}
	if o.InFlight == 0 {
		o.InFlight = DefaultInFlight
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.now == nil {
		o.now = time.Now
	}
	if o.agreeTries == 0 {
		o.agreeTries = 5
	}
	for _, d := range []struct {
		at        *time.Duration
		otherwise time.Duration
	}{
		{&o.EndorseTimeout, DefaultEndorseTimeout},
		{&o.SubmitTimeout, DefaultSubmitTimeout},
		{&o.CommitTimeout, DefaultCommitTimeout},
		{&o.EvaluateTimeout, DefaultEvaluateTimeout},
		{&o.AskTimeout, DefaultAskTimeout},
		{&o.firstPause, 500 * time.Millisecond},
		{&o.mostPause, 30 * time.Second},
		{&o.agreePause, 50 * time.Millisecond},
		{&o.returns, time.Minute},
		{&o.freshness, 200 * time.Millisecond},
		{&o.stall, 2 * time.Second},
	} {
		if *d.at < 0 {
			return o, fmt.Errorf("fabric: options: a timeout of %s is negative", *d.at)
		}
		if *d.at == 0 {
			*d.at = d.otherwise
		}
	}
	return o, nil
}
