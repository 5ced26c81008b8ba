package api

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/draft"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/session"
)

// Desk is what enterprises that log in get beside the rest. Without it no
// such route is served.
type Desk struct {
	Sessions *session.Keeper
	Drafts   *draft.Drafter
	Stock    Stock
	Jobs     OwnJobs
}

// Stock reads what a party has. Each list is that party's alone.
type Stock interface {
	OwnLots(ctx context.Context, uscc, cursor string, limit int) (index.OwnLotPage, error)
	Bins(ctx context.Context, uscc, cursor string, limit int) (index.BinPage, error)
	Inbound(ctx context.Context, uscc, cursor string, limit int) (index.InboundPage, error)
	UnderReview(ctx context.Context, uscc, cursor string, limit int) (index.OwnLotPage, error)
}

// OwnJobs keeps jobs with who sent them.
type OwnJobs interface {
	AddFor(ctx context.Context, owner jobs.Owner, subs []ledger.Submission) (jobs.Job, error)
	Get(ctx context.Context, id string) (jobs.Job, error)
	Of(ctx context.Context, uscc string, before int64, limit int) (jobs.Page, error)
}

var (
	_ Stock   = (*index.Index)(nil)
	_ OwnJobs = (*jobs.Queue)(nil)
)

// How often one address may ask.
const (
	loginEvery, loginBurst = 2 * time.Second, 20
	draftEvery, draftBurst = 2 * time.Second, 20
)

// desk serves Desk.
type desk struct {
	*Desk
	api    *API
	logins session.Rate // by address
	drafts session.Rate // by enterprise

	templates sync.Map // by name and options: []byte
}

func (a *API) routeDesk(v1 *gin.RouterGroup) {
	d := &desk{Desk: a.opt.Desk, api: a,
		logins: session.Rate{Every: loginEvery, Burst: loginBurst}, drafts: session.Rate{Every: draftEvery, Burst: draftBurst}}
	v1.GET("/templates/:file", d.getTemplate)
	v1.POST("/sessions/challenge", d.postChallenge)
	v1.POST("/sessions", d.postSession)
	v1.DELETE("/sessions", d.deleteSession)
	v1.POST("/drafts", d.signedIn, d.postDraft)
	me := v1.Group("/me", d.signedIn)
	me.GET("", d.getMe)
	me.GET("/stock", d.getStock)
	me.GET("/bins", d.getBins)
	me.GET("/shipments", d.getShipments)
	me.GET("/under-review", d.getUnderReview)
	me.POST("/jobs", d.postOwnJob)
	me.GET("/jobs", d.getOwnJobs)
	me.GET("/jobs/:id", d.getOwnJob)
	me.GET("/jobs/:id/receipts.csv", d.getReceiptsCSV)
	me.GET("/jobs/:id/receipts.json", d.getReceiptsJSON)
}

const sessionKey = "session"

// signedIn lets a request through that belongs to a session.
func (d *desk) signedIn(c *gin.Context) {
	s, err := d.Sessions.Find(c.Request.Context(), d.Sessions.Token(c.Request))
	switch {
	case errors.Is(err, session.ErrNone):
		c.Header("WWW-Authenticate", `Bearer realm="grainledger"`)
		fail(c, problemLogin)
	case err != nil:
		failRead(c, err)
	default:
		c.Set(sessionKey, s)
	}
}

// caller is whose session a request belongs to; nobody's where there is no
// desk to log in at.
func (d *Desk) caller(c *gin.Context) (string, bool) {
	if d == nil {
		return "", false
	}
	s, err := d.Sessions.Find(c.Request.Context(), d.Sessions.Token(c.Request))
	return s.USCC, err == nil
}

// who is the session of a request that signedIn let through.
func who(c *gin.Context) session.Session {
	s, _ := c.Get(sessionKey)
	found, _ := s.(session.Session)
	return found
}

// Problems of the desk.
var (
	problemChallenge = newProblem(http.StatusUnauthorized, "challenge_void", "The challenge is unknown, expired or used. Ask for another.")
	problemSignature = newProblem(http.StatusUnauthorized, "login_signature", "The signature does not verify.")
	problemKey       = newProblem(http.StatusForbidden, "key_not_good", "The key is not registered for an enterprise, or is revoked, expired or not yet valid.")
	problemForeign   = newProblem(http.StatusForbidden, "foreign_page", "The request does not come from a page of this gateway.")
	problemOften     = newProblem(http.StatusTooManyRequests, "too_often", "Too many such requests. Wait a moment.").retryable()
)

// me is who a session belongs to.
type me struct {
	USCC   string `json:"uscc"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	KeyID  string `json:"keyId"`
	Opened string `json:"opened"` // RFC 3339 UTC
	Until  string `json:"until"`  // RFC 3339 UTC; sooner if it is not used
	Token  string `json:"token,omitempty"`
}

func (d *desk) me(ctx context.Context, s session.Session) (me, error) {
	e, err := d.api.opt.Index.Enterprise(ctx, s.USCC, "", 1)
	return me{USCC: s.USCC, Name: e.Name, Kind: e.Kind, KeyID: s.KeyID,
		Opened: s.Opened.UTC().Format(time.RFC3339), Until: s.Until.UTC().Format(time.RFC3339)}, err
}

func (d *desk) getMe(c *gin.Context) {
	m, err := d.me(c.Request.Context(), who(c))
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, &m)
}
