// Package session tells the gateway which enterprise speaks to it.
//
// An enterprise logs in by signing a challenge with a key that is registered
// for it on the ledger; there are no passwords and no accounts. A session is
// bound to that key: each time it is used, the key is looked up again, and the
// session ends when the key is revoked or its time is over.
//
// Challenges are not remembered before they are signed: the gateway knows its
// own by their MAC, so that asking for many costs no memory. What is
// remembered, sessions and challenges that were used, is bounded. All of it
// lives in memory: after a restart everybody logs in again.
package session

import (
	"context"
	"errors"
	"time"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// Keys looks up registered keys. A key that is not registered is
// index.ErrNotFound.
type Keys interface {
	SigningKey(ctx context.Context, id string) (record.RegisteredKey, error)
}

var _ Keys = (*index.Index)(nil)

// Errors. What each is about may be told to whoever tried: keys and their
// state are public.
var (
	// ErrChallenge: not a challenge of this gateway for this key, or too old,
	// or used before.
	ErrChallenge = errors.New("session: the challenge is unknown, expired or used")
	// ErrSignature: the signature is not the key's over the challenge.
	ErrSignature = errors.New("session: the signature does not verify")
	// ErrKey: the key is not registered for an enterprise, or not good now.
	ErrKey = errors.New("session: the key is not a good key of an enterprise")
	// ErrNone: there is no such session, or it has ended.
	ErrNone = errors.New("session: none")
	// ErrFull: as many sessions are open as there may be, or the enterprise
	// has logged in too often of late.
	ErrFull = errors.New("session: too many are open, or were opened of late")
)

// Session is an enterprise that has logged in.
type Session struct {
	USCC   string    // the enterprise
	KeyID  string    // the key it signed with
	Opened time.Time // when
	Until  time.Time // when it ends, if it is used until then
}

// Defaults of Options.
const (
	// DefaultChallengeLife is how long a challenge can be signed.
	DefaultChallengeLife = 2 * time.Minute
	// DefaultIdle is how long a session lives without being used.
	DefaultIdle = 30 * time.Minute
	// DefaultLife is how long a session lives at most.
	DefaultLife = 8 * time.Hour
	// DefaultMax is the most sessions at once.
	DefaultMax = 10_000
	// DefaultMaxPerKey is the most sessions of one key; one more ends its
	// oldest.
	DefaultMaxPerKey = 16
	// DefaultMaxPerParty is the most sessions of one enterprise; one more ends
	// its oldest.
	DefaultMaxPerParty = 128
	// DefaultMaxLogins is how often an enterprise may log in within the life
	// of a challenge.
	DefaultMaxLogins = 64
)

// Options says what a Keeper goes by. Zero limits stand for their defaults.
type Options struct {
	Gateway string // scheme and host by which the world reaches this gateway
	Keys    Keys
	Clock   func() time.Time // default: time.Now

	ChallengeLife time.Duration
	Idle          time.Duration
	Life          time.Duration
	Max           int
	MaxPerKey     int
	MaxPerParty   int
	MaxLogins     int // of an enterprise within ChallengeLife
}

func (o *Options) setDefaults() {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	setDefault(&o.ChallengeLife, DefaultChallengeLife)
	setDefault(&o.Idle, DefaultIdle)
	setDefault(&o.Life, DefaultLife)
	setDefault(&o.Max, DefaultMax)
	setDefault(&o.MaxPerKey, DefaultMaxPerKey)
	setDefault(&o.MaxPerParty, DefaultMaxPerParty)
	setDefault(&o.MaxLogins, DefaultMaxLogins)
}

func setDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}
