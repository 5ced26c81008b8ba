package session

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// registry is registered keys by id.
type registry map[string]record.RegisteredKey

func (r registry) SigningKey(_ context.Context, id string) (record.RegisteredKey, error) {
	if k, ok := r[id]; ok {
		return k, nil
	}
	return record.RegisteredKey{}, index.ErrNotFound
}

const depot = "91320582508808129Y"

// desk is a keeper with a clock that a test sets.
type desk struct {
	*testing.T
	*Keeper
	keys registry
	now  time.Time
}

func newDesk(t *testing.T, change func(*Options)) *desk {
	d := &desk{T: t, keys: registry{}, now: time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)}
	opt := Options{Gateway: "https://grain.example", Keys: d.keys, Clock: func() time.Time { return d.now }}
	if change != nil {
		change(&opt)
	}
	k, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	d.Keeper = k
	return d
}

// key makes a key and registers it.
func (d *desk) key(change func(*record.RegisteredKey)) *record.PrivateKey {
	d.Helper()
	k, err := record.GenerateKey()
	if err != nil {
		d.Fatal(err)
	}
	reg := record.RegisteredKey{ID: k.Public().ID(), USCC: depot, PublicKey: k.Public().Point()}
	if change != nil {
		change(&reg)
	}
	d.keys[reg.ID] = reg
	return k
}

func (d *desk) sign(k *record.PrivateKey, text string) []byte {
	d.Helper()
	sig, err := k.Sign([]byte(text))
	if err != nil {
		d.Fatal(err)
	}
	return sig
}

func (d *desk) login(k *record.PrivateKey) string {
	d.Helper()
	c, _ := d.Challenge(k.Public().ID())
	token, s, err := d.Open(d.Context(), c.Text(), k.Public().ID(), d.sign(k, c.Text()))
	if err != nil || s.USCC != depot {
		d.Fatalf("%+v, %v", s, err)
	}
	return token
}

func (d *desk) want(token string, want error) {
	d.Helper()
	s, err := d.Find(d.Context(), token)
	if !errors.Is(err, want) || (want == nil && s.USCC != depot) {
		d.Errorf("session %+v, %v, want %v", s, err, want)
	}
}

func TestWhoMayLogIn(t *testing.T) {
	d := newDesk(t, nil)
	good, other := d.key(nil), d.key(nil)
	expired := d.key(func(k *record.RegisteredKey) { k.NotAfter = "2026-02-01T00:00:00Z" })
	early := d.key(func(k *record.RegisteredKey) { k.NotBefore = "2026-04-01T00:00:00Z" })
	revoked := d.key(func(k *record.RegisteredKey) { k.Revoked = strings.Repeat("0", 64) })
	device := d.key(func(k *record.RegisteredKey) { k.Device = "D1" })
	unknown, err := record.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		key    *record.PrivateKey // named in the challenge and the call
		signer *record.PrivateKey
		change func(*record.LoginChallenge)
		wait   time.Duration
		want   error
	}{
		{name: "as it should be", key: good, signer: good},
		{name: "another key signs", key: good, signer: other, want: ErrSignature},
		{name: "unregistered", key: unknown, signer: unknown, want: ErrKey},
		{name: "expired key", key: expired, signer: expired, want: ErrKey},
		{name: "key of later", key: early, signer: early, want: ErrKey},
		{name: "revoked key", key: revoked, signer: revoked, want: ErrKey},
		{name: "key of a device", key: device, signer: device, want: ErrKey},
		{name: "at the last moment", key: good, signer: good, wait: DefaultChallengeLife},
		{name: "too late", key: good, signer: good, wait: DefaultChallengeLife + time.Second, want: ErrChallenge},
		{name: "made up", key: good, signer: good, change: func(c *record.LoginChallenge) { c.MAC = strings.Repeat("0", 64) }, want: ErrChallenge},
		{name: "another time", key: good, signer: good, change: func(c *record.LoginChallenge) { c.Issued = "2026-03-01T04:00:01Z" }, want: ErrChallenge},
		{name: "another gateway", key: good, signer: good, change: func(c *record.LoginChallenge) { c.Gateway = "https://evil.example" }, want: ErrChallenge},
		{name: "another nonce", key: good, signer: good, change: func(c *record.LoginChallenge) { c.Nonce = strings.Repeat("0", 32) }, want: ErrChallenge},
		{name: "for another key", key: good, signer: good, change: func(c *record.LoginChallenge) { c.KeyID = other.Public().ID() }, want: ErrChallenge},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.now = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)
			made, _ := d.Challenge(c.key.Public().ID())
			if c.change != nil {
				c.change(&made)
			}
			d.now = d.now.Add(c.wait)
			token, _, err := d.Open(t.Context(), made.Text(), c.key.Public().ID(), d.sign(c.signer, made.Text()))
			if !errors.Is(err, c.want) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if _, found := d.Find(t.Context(), token); (found == nil) != (c.want == nil) {
				t.Errorf("a session: %v", found)
			}
		})
	}
}

func TestAChallengeServesOnce(t *testing.T) {
	d := newDesk(t, nil)
	k := d.key(nil)
	c, _ := d.Challenge(k.Public().ID())
	for n, want := range []error{nil, ErrChallenge, ErrChallenge} {
		if _, _, err := d.Open(t.Context(), c.Text(), c.KeyID, d.sign(k, c.Text())); !errors.Is(err, want) {
			t.Errorf("time %d: %v, want %v", n, err, want)
		}
		d.now = d.now.Add(time.Minute)
	}
}

func TestARecordsSignatureLogsNobodyIn(t *testing.T) {
	d := newDesk(t, nil)
	k := d.key(nil)
	c, _ := d.Challenge(k.Public().ID())
	e, err := record.SignBytes(record.TypeSell, []byte(c.Text()), k)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Open(t.Context(), c.Text(), c.KeyID, e.Signatures[0].Sig); !errors.Is(err, ErrSignature) {
		t.Errorf("the text as a record's payload: %v", err)
	}
	if _, _, err := d.Open(t.Context(), string(e.PAE()), c.KeyID, e.Signatures[0].Sig); !errors.Is(err, ErrChallenge) {
		t.Errorf("the record as a challenge: %v", err)
	}
}

func TestHowSessionsEnd(t *testing.T) {
	d := newDesk(t, nil)
	k := d.key(nil)
	revoke := func(revoked string) {
		reg := d.keys[k.Public().ID()]
		reg.Revoked = revoked
		d.keys[reg.ID] = reg
	}
	for name, end := range map[string]func(token string) error{
		"not at all": func(string) error { return nil },
		"used now and then": func(token string) error {
			for range 10 {
				d.now = d.now.Add(DefaultIdle)
				d.want(token, nil)
			}
			return nil
		},
		"idle": func(string) error { d.now = d.now.Add(DefaultIdle + time.Second); return ErrNone },
		"old": func(token string) error {
			for range int(DefaultLife / DefaultIdle) {
				d.now = d.now.Add(DefaultIdle)
				d.want(token, nil)
			}
			d.now = d.now.Add(time.Second)
			return ErrNone
		},
		"logout":  func(token string) error { d.Close(token); return ErrNone },
		"revoked": func(string) error { revoke("r"); return ErrNone },
		"revoked and back": func(token string) error { // it does not come to life again
			revoke("r")
			d.want(token, ErrNone)
			revoke("")
			return ErrNone
		},
		"unregistered": func(string) error { delete(d.keys, k.Public().ID()); return ErrNone },
	} {
		t.Run(name, func(t *testing.T) {
			k = d.key(nil)
			token := d.login(k)
			d.want(token, nil)
			want := end(token)
			d.want(token, want)
		})
	}
	d.want("", ErrNone)
	d.want("0000", ErrNone)
}

func TestSessionsAreBounded(t *testing.T) {
	d := newDesk(t, func(o *Options) { o.Max, o.MaxPerKey = 5, 3 })
	k := d.key(nil)
	var tokens []string
	for range 4 {
		tokens = append(tokens, d.login(k))
		d.now = d.now.Add(time.Second)
	}
	d.want(tokens[0], ErrNone) // the oldest made room
	for _, token := range tokens[1:] {
		d.want(token, nil)
	}
	d.login(d.key(nil))
	last := d.key(nil)
	c, _ := d.Challenge(last.Public().ID())
	if _, _, err := d.Open(t.Context(), c.Text(), c.KeyID, d.sign(last, c.Text())); !errors.Is(err, ErrFull) {
		t.Errorf("one too many: %v", err)
	}
	d.now = d.now.Add(DefaultIdle + time.Second)
	d.login(last)
	if len(d.sessions) != 1 || len(d.used) != 1 {
		t.Errorf("%d sessions and %d challenges are kept", len(d.sessions), len(d.used))
	}
}

// An enterprise that logs in without end locks out itself at most, and not for
// long.
func TestOneEnterpriseLeavesRoom(t *testing.T) {
	const other = "91320582MA1WXYZ123"
	d := newDesk(t, func(o *Options) { o.Max, o.MaxPerKey, o.MaxPerParty, o.MaxLogins = 100, 3, 5, 20 })
	try := func(k *record.PrivateKey) error {
		c, _ := d.Challenge(k.Public().ID())
		_, _, err := d.Open(t.Context(), c.Text(), c.KeyID, d.sign(k, c.Text()))
		return err
	}
	mine := []*record.PrivateKey{d.key(nil), d.key(nil), d.key(nil)}
	theirs := d.key(func(r *record.RegisteredKey) { r.USCC = other })
	for i := range 20 {
		if err := try(mine[i%3]); err != nil {
			t.Fatal(i, err)
		}
	}
	if len(d.sessions) != 5 {
		t.Errorf("%d sessions of one enterprise", len(d.sessions))
	}
	for _, k := range mine {
		if err := try(k); !errors.Is(err, ErrFull) {
			t.Errorf("once more than may be: %v", err)
		}
	}
	if len(d.used) != 20 || len(d.sessions) != 5 {
		t.Errorf("%d challenges and %d sessions are kept", len(d.used), len(d.sessions))
	}
	if err := try(theirs); err != nil {
		t.Errorf("another enterprise: %v", err)
	}
	d.now = d.now.Add(DefaultChallengeLife + 2*time.Second)
	if err := try(mine[0]); err != nil {
		t.Errorf("later: %v", err)
	}
}

func TestAChallengeOfAnotherProcessIsUnknown(t *testing.T) {
	before, after := newDesk(t, nil), newDesk(t, nil)
	k := before.key(nil)
	after.keys[k.Public().ID()] = before.keys[k.Public().ID()]
	c, _ := before.Challenge(k.Public().ID())
	if _, _, err := after.Open(t.Context(), c.Text(), c.KeyID, after.sign(k, c.Text())); !errors.Is(err, ErrChallenge) {
		t.Error(err)
	}
}

func TestRate(t *testing.T) {
	now := time.Now()
	r := Rate{Every: time.Second, Burst: 3, Clock: func() time.Time { return now }}
	count := func(caller string) (n int) {
		for r.Allow(caller) {
			n++
		}
		return n
	}
	if n := count("a"); n != 3 {
		t.Errorf("%d at once", n)
	}
	if n := count("b"); n != 3 {
		t.Errorf("another had %d", n)
	}
	now = now.Add(2 * time.Second)
	if n := count("a"); n != 2 {
		t.Errorf("%d after two seconds", n)
	}
	now = now.Add(time.Hour)
	if n := count("a"); n != 3 {
		t.Errorf("%d after an hour", n)
	}
	for i := range 2 * maxCallers {
		r.Allow(fmt.Sprint(i))
	}
	if len(r.next) > maxCallers {
		t.Errorf("%d callers are remembered", len(r.next))
	}
	now = now.Add(time.Minute)
	if !r.Allow("new") {
		t.Error("who comes later is kept out")
	}
}

func TestFromOwnPage(t *testing.T) {
	for _, c := range []struct {
		gateway, origin string
		want            bool
	}{
		{"https://grain.example", "https://grain.example", true},
		{"https://grain.example", "https://inside.example", true}, // the host that was asked
		{"https://grain.example", "http://inside.example", false},
		{"https://grain.example", "http://grain.example", false},
		{"https://grain.example", "https://evil.example", false},
		{"http://127.0.0.1:8080", "http://inside.example", true},
		{"http://127.0.0.1:8080", "ftp://inside.example", false},
		{"https://grain.example", "", false},
	} {
		d := newDesk(t, func(o *Options) { o.Gateway = c.gateway })
		r := httptest.NewRequest("POST", "https://inside.example/v1/sessions", nil)
		r.Header.Set("Origin", c.origin)
		if got := d.FromOwnPage(r); got != c.want {
			t.Errorf("%s, from %q: %v", c.gateway, c.origin, got)
		}
	}
}
