package session

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"github.com/grainledger/grainledger/record"
)

// skew is how far into the future a challenge may seem to have been made,
// where the clock was set back in between.
const skew = 5 * time.Second

// Challenge makes a challenge for a key, registered or not: whether it is good
// is asked when the signature comes.
func (k *Keeper) Challenge(keyID string) (record.LoginChallenge, time.Time) {
	now := k.opt.Clock().UTC().Truncate(time.Second)
	c := record.LoginChallenge{
		Gateway: k.opt.Gateway, KeyID: keyID, Issued: now.Format(time.RFC3339), Nonce: random(16),
	}
	c.MAC = k.mac(c)
	return c, now.Add(k.opt.ChallengeLife)
}

// own reads a challenge and tells when it ends. It wants it to be one of this
// process, for the key, and still to be signed.
func (k *Keeper) own(text, keyID string) (record.LoginChallenge, time.Time, error) {
	c, err := record.ParseLoginChallenge(text)
	if err != nil {
		return c, time.Time{}, ErrChallenge
	}
	if !hmac.Equal([]byte(c.MAC), []byte(k.mac(c))) || c.KeyID != keyID {
		return c, time.Time{}, ErrChallenge
	}
	issued, err := time.Parse(time.RFC3339, c.Issued)
	if err != nil {
		return c, time.Time{}, ErrChallenge
	}
	now, ends := k.opt.Clock(), issued.Add(k.opt.ChallengeLife)
	if now.After(ends) || issued.After(now.Add(skew)) {
		return c, time.Time{}, ErrChallenge
	}
	return c, ends, nil
}

// mac is over the challenge without its MAC.
func (k *Keeper) mac(c record.LoginChallenge) string {
	c.MAC = ""
	h := hmac.New(sm3.New, k.secret)
	h.Write([]byte(c.Text()))
	return hex.EncodeToString(h.Sum(nil))
}

// random is so many bytes of the system's randomness in hex.
func random(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
