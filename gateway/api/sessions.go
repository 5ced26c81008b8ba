package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/session"
	"github.com/grainledger/grainledger/record"
)

type challengeRequest struct {
	KeyID string `json:"keyId"`
}

type challengeAnswer struct {
	Challenge string `json:"challenge"` // the text to sign, every byte of it
	Expires   string `json:"expires"`   // RFC 3339 UTC
}

type sessionRequest struct {
	Challenge string `json:"challenge"`
	KeyID     string `json:"keyId"`
	Signature []byte `json:"signature"`
	Token     bool   `json:"token,omitzero"` // for a program: the token in the answer and no cookie
}

// read reads a small JSON document strictly; false when the request has been
// answered with a problem.
func (d *desk) read(c *gin.Context, into any) bool {
	body, ok := d.api.readBody(c)
	if !ok {
		return false
	}
	if err := record.DecodeStrict(body, into); err != nil {
		fail(c, problemBadRequest.withDetail("the body does not have the members that are documented"))
		return false
	}
	return true
}

// mayLogIn keeps down how often an address tries, and pages of other sites
// from logging a browser in under a name of their choice.
func (d *desk) mayLogIn(c *gin.Context) bool {
	browser := c.GetHeader("Origin") != "" || c.GetHeader("Sec-Fetch-Site") != ""
	switch {
	case browser && !d.Sessions.FromOwnPage(c.Request):
		fail(c, problemForeign)
	case !d.logins.Allow(peerOf(c.RemoteIP())):
		fail(c, problemOften)
	default:
		return true
	}
	return false
}

// postChallenge makes the text that a key is to sign. It says nothing about
// the key.
func (d *desk) postChallenge(c *gin.Context) {
	var req challengeRequest
	if !d.mayLogIn(c) || !d.read(c, &req) {
		return
	}
	challenge, expires := d.Sessions.Challenge(req.KeyID)
	text := challenge.Text()
	if _, err := record.ParseLoginChallenge(text); err != nil {
		fail(c, problemBadRequest.withDetail("keyId is the SM3 of a public key in lower-case hex"))
		return
	}
	answer(c, challengeAnswer{Challenge: text, Expires: expires.UTC().Format(time.RFC3339)})
}

// postSession logs an enterprise in.
func (d *desk) postSession(c *gin.Context) {
	var req sessionRequest
	if !d.mayLogIn(c) || !d.read(c, &req) {
		return
	}
	if !d.api.fresh.ready(c) { // the key may have been registered or revoked a moment ago
		return
	}
	token, s, err := d.Sessions.Open(c.Request.Context(), req.Challenge, req.KeyID, req.Signature)
	switch {
	case errors.Is(err, session.ErrChallenge):
		fail(c, problemChallenge)
	case errors.Is(err, session.ErrSignature):
		fail(c, problemSignature)
	case errors.Is(err, session.ErrKey):
		fail(c, problemKey)
	case errors.Is(err, session.ErrFull):
		fail(c, problemBusy)
	case err != nil:
		failRead(c, err)
	default:
		d.welcome(c, s, token, req.Token)
	}
}

func (d *desk) welcome(c *gin.Context, s session.Session, token string, program bool) {
	m, err := d.me(c.Request.Context(), s)
	if err != nil {
		d.Sessions.Close(token)
		failRead(c, err)
		return
	}
	if program {
		m.Token = token
	} else {
		d.Sessions.SetCookie(c.Writer, token)
	}
	write(c, http.StatusCreated, "application/json", &m)
}

// deleteSession logs out. Who has no session is logged out already.
func (d *desk) deleteSession(c *gin.Context) {
	if token := d.Sessions.Token(c.Request); token != "" {
		d.Sessions.Close(token)
		d.Sessions.SetCookie(c.Writer, "")
	}
	c.Header("Cache-Control", "no-store")
	c.Status(http.StatusNoContent)
}
