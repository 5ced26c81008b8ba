package ledger

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Defaults of PackerOptions.
const (
	// DefaultBatchRecords is the most records of one transaction, beside those
	// that wait for one of them.
	DefaultBatchRecords = 500
	// DefaultChainRecords is the most records of one transaction where they
	// wait for one another; the grain contract takes no more.
	DefaultChainRecords = 5000
	// DefaultBatchBytes is the most bytes of envelopes, or of sealed parts, in
	// one transaction; a single larger one goes alone.
	DefaultBatchBytes = 1 << 20
	// DefaultLinger is how long the oldest record waits for company.
	DefaultLinger = 5 * time.Millisecond
	// DefaultInFlight is the most record transactions in flight. A Fabric peer
	// refuses more than 500 requests; this stays far below.
	DefaultInFlight = 4
	// DefaultQueueRecords is the most records that wait or are in flight.
	DefaultQueueRecords = 50_000
	// DefaultQueueBytes is the most bytes that wait or are in flight.
	DefaultQueueBytes = 64 << 20
	// DefaultIssuerRecords is the most records of one issuer that wait or are
	// in flight.
	DefaultIssuerRecords = 20_000
	// DefaultPeerRecords is the most records from one peer that wait or are in
	// flight: fewer than those of one issuer, so that a single peer cannot use
	// an issuer's share up with records that it forges.
	DefaultPeerRecords = 15_000
	// DefaultAttempts is how often one transaction is submitted before its
	// records are given back undecided.
	DefaultAttempts = 8
	// DefaultAttemptTimeout is how long one submission may take before its
	// outcome counts as unknown.
	DefaultAttemptTimeout = 30 * time.Second
	// DefaultSealTimeout is for how long the ledger may refuse a seal before
	// the sealed part is given up: its record never came.
	DefaultSealTimeout = 24 * time.Hour
)

// PackerOptions says how a packer runs. Every zero value stands for its
// default.
type PackerOptions struct {
	BatchRecords   int           // records per transaction that wait for none
	ChainRecords   int           // records per transaction with those that wait for one of them
	BatchBytes     int           // bytes of envelopes, or of sealed parts, per transaction
	Linger         time.Duration // how long the oldest record waits for company
	InFlight       int           // record transactions at once
	QueueRecords   int           // records waiting or in flight
	QueueBytes     int           // their bytes, sealed parts included
	IssuerRecords  int           // the same records, of one issuer
	PeerRecords    int           // the same records, from one peer
	Attempts       int           // submissions of one transaction
	AttemptTimeout time.Duration // of one submission
	SealTimeout    time.Duration // for how long a refused seal is tried

	// Pack has batches deflated: for a ledger where room costs more than the
	// work of packing.
	Pack bool

	// Seals keeps sealed parts until they are stored. Without one they are
	// kept in memory only, and a lost seal is not sent again after a restart.
	Seals SealStore
	// Observer is told what happens, for metrics. Default: nobody.
	Observer Observer
	// Log gets what an operator wants to know. Default: nothing is logged.
	Log *slog.Logger
	// Clock tells the time. Default: time.Now.
	Clock func() time.Time
}

// Observer is told what the packer does. Its methods must return at once.
type Observer interface {
	// Sent reports a transaction that was decided or given up.
	Sent(records, bytes int, took time.Duration, err error)
	// Decided reports the answer to one record, also of those refused before
	// they were queued.
	Decided(r Receipt)
}

type nobody struct{}

var _ Observer = nobody{}

func (nobody) Sent(int, int, time.Duration, error) {}
func (nobody) Decided(Receipt)                     {}

func (o PackerOptions) withDefaults() (PackerOptions, error) {
	setInt(&o.BatchRecords, DefaultBatchRecords)
	setInt(&o.ChainRecords, max(DefaultChainRecords, o.BatchRecords))
	setInt(&o.BatchBytes, DefaultBatchBytes)
	setInt(&o.InFlight, DefaultInFlight)
	setInt(&o.QueueRecords, DefaultQueueRecords)
	setInt(&o.QueueBytes, DefaultQueueBytes)
	setInt(&o.IssuerRecords, DefaultIssuerRecords)
	setInt(&o.PeerRecords, DefaultPeerRecords)
	setInt(&o.Attempts, DefaultAttempts)
	setDuration(&o.Linger, DefaultLinger)
	setDuration(&o.AttemptTimeout, DefaultAttemptTimeout)
	setDuration(&o.SealTimeout, DefaultSealTimeout)
	if o.Observer == nil {
		o.Observer = nobody{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return o, o.check()
}

func (o PackerOptions) check() error {
	for name, n := range map[string]int{
		"BatchRecords": o.BatchRecords, "ChainRecords": o.ChainRecords, "BatchBytes": o.BatchBytes, "InFlight": o.InFlight,
		"QueueRecords": o.QueueRecords, "QueueBytes": o.QueueBytes,
		"IssuerRecords": o.IssuerRecords, "PeerRecords": o.PeerRecords, "Attempts": o.Attempts,
	} {
		if n < 0 {
			return fmt.Errorf("packer: options: %s is negative", name)
		}
	}
	if o.Linger < 0 || o.AttemptTimeout < 0 || o.SealTimeout < 0 {
		return errors.New("packer: options: a duration is negative")
	}
	return nil
}

func setInt(v *int, def int) {
	if *v == 0 {
		*v = def
	}
}

func setDuration(v *time.Duration, def time.Duration) {
	if *v == 0 {
		*v = def
	}
}
