package session

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// Keeper opens, finds and ends sessions. Its methods may be called from many
// goroutines at once.
type Keeper struct {
	opt    Options
	secret []byte // of the MACs of challenges; gone with the process

	mu       sync.Mutex
	sessions map[string]*open         // by the SM3 of the token
	used     map[string]usedChallenge // by their nonces, until they would have ended
}

// usedChallenge opened a session of an enterprise, which may have ended since.
type usedChallenge struct {
	uscc string
	ends time.Time
}

// open is a session and when it was last used.
type open struct {
	Session
	used time.Time
}

// New makes a keeper without sessions.
func New(opt Options) (*Keeper, error) {
	if opt.Gateway == "" || opt.Keys == nil {
		return nil, errors.New("session: options: gateway and keys are needed")
	}
	opt.setDefaults()
	k := &Keeper{opt: opt, secret: make([]byte, 32), sessions: map[string]*open{}, used: map[string]usedChallenge{}}
	rand.Read(k.secret) // never fails
	return k, nil
}

// Gateway is the origin that challenges name.
func (k *Keeper) Gateway() string { return k.opt.Gateway }

// Open begins a session for who signed a challenge. The token is the only way
// to it and is kept nowhere here.
//
// Errors: ErrChallenge, ErrKey, ErrSignature, ErrFull, or that of Keys.
func (k *Keeper) Open(ctx context.Context, challenge, keyID string, signature []byte) (token string, s Session, err error) {
	c, ends, err := k.own(challenge, keyID)
	if err != nil {
		return "", s, err
	}
	reg, err := k.good(ctx, keyID)
	if err != nil {
		return "", s, err
	}
	public, err := record.ParsePublicKey(reg.PublicKey)
	if err != nil {
		return "", s, fmt.Errorf("session: key %s: %w", keyID, err)
	}
	if !public.Verify([]byte(challenge), signature) {
		return "", s, ErrSignature
	}
	now := k.opt.Clock()
	s = Session{USCC: reg.USCC, KeyID: keyID, Opened: now, Until: now.Add(k.opt.Life)}
	token = random(32)
	return token, s, k.begin(c.Nonce, ends, token, s)
}

// begin remembers a session, and that its challenge has been used.
func (k *Keeper) begin(nonce string, ends time.Time, token string, s Session) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sweep(s.Opened)
	if _, again := k.used[nonce]; again {
		return ErrChallenge
	}
	// An enterprise that logs in over and over ends its own sessions, but uses
	// up a challenge each time: both are bounded for each, and then for all, so
	// that no single one takes the room of the others.
	if k.usedBy(s.USCC) >= k.opt.MaxLogins {
		return ErrFull
	}
	k.makeRoom(k.opt.MaxPerKey, func(o *open) bool { return o.KeyID == s.KeyID })
	k.makeRoom(k.opt.MaxPerParty, func(o *open) bool { return o.USCC == s.USCC })
	if len(k.sessions) >= k.opt.Max || len(k.used) >= k.opt.Max {
		return ErrFull
	}
	k.used[nonce] = usedChallenge{s.USCC, ends}
	k.sessions[record.SM3([]byte(token))] = &open{Session: s, used: s.Opened}
	return nil
}

// sweep forgets what has ended.
func (k *Keeper) sweep(now time.Time) {
	for nonce, u := range k.used {
		if now.After(u.ends) {
			delete(k.used, nonce)
		}
	}
	for id, o := range k.sessions {
		if k.over(o, now) {
			delete(k.sessions, id)
		}
	}
}

func (k *Keeper) over(o *open, now time.Time) bool {
	return now.After(o.Until) || now.Sub(o.used) > k.opt.Idle
}

// usedBy counts the challenges that an enterprise has used of late.
func (k *Keeper) usedBy(uscc string) (n int) {
	for _, u := range k.used {
		if u.uscc == uscc {
			n++
		}
	}
	return n
}

// makeRoom ends the oldest of some sessions where there are as many as may be.
func (k *Keeper) makeRoom(most int, among func(*open) bool) {
	n, oldest := 0, ""
	for id, o := range k.sessions {
		if !among(o) {
			continue
		}
		n++
		if oldest == "" || o.Opened.Before(k.sessions[oldest].Opened) {
			oldest = id
		}
	}
	if n >= most {
		delete(k.sessions, oldest)
	}
}

// Find is the session of a token; using it keeps it alive. ErrNone where
// there is none, or its key is no longer good; other errors are those of Keys.
func (k *Keeper) Find(ctx context.Context, token string) (Session, error) {
	id := record.SM3([]byte(token))
	s, ok := k.use(id)
	if !ok {
		return Session{}, ErrNone
	}
	reg, err := k.good(ctx, s.KeyID)
	switch {
	case errors.Is(err, ErrKey), err == nil && reg.USCC != s.USCC:
		k.drop(id)
		return Session{}, ErrNone
	case err != nil:
		return Session{}, err
	}
	return s, nil
}

func (k *Keeper) use(id string) (Session, bool) {
	now := k.opt.Clock()
	k.mu.Lock()
	defer k.mu.Unlock()
	o := k.sessions[id]
	if o == nil {
		return Session{}, false
	}
	if k.over(o, now) {
		delete(k.sessions, id)
		return Session{}, false
	}
	o.used = now
	return o.Session, true
}

// Close ends the session of a token, where there is one.
func (k *Keeper) Close(token string) { k.drop(record.SM3([]byte(token))) }

func (k *Keeper) drop(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.sessions, id)
}

// good is a registered key that may sign now, of an enterprise and not of one
// of its devices.
func (k *Keeper) good(ctx context.Context, keyID string) (record.RegisteredKey, error) {
	reg, err := k.opt.Keys.SigningKey(ctx, keyID)
	switch {
	case errors.Is(err, index.ErrNotFound):
		return reg, ErrKey
	case err != nil:
		return reg, fmt.Errorf("session: look up key: %w", err)
	case reg.Device != "" || !reg.GoodAt(k.opt.Clock()):
		return reg, ErrKey
	}
	return reg, nil
}
