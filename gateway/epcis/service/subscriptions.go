package service

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/api"
)

// Bounds of subscriptions.
const (
	maxSubscriptions        = 100                // of a gateway
	maxSubscriptionsPerPeer = 10                 // that came from one address
	suspendedKept           = 7 * 24 * time.Hour // then a suspended one is forgotten
)

// newSubscription is what a subscriber asks for.
type newSubscription struct {
	Dest          string    `json:"dest"`
	Stream        bool      `json:"stream,omitzero"`
	Schedule      *schedule `json:"schedule,omitzero"`
	ReportIfEmpty bool      `json:"reportIfEmpty,omitzero"`
}

// subscription is what its owner sees: whoever knows its id.
type subscription struct {
	ID            string    `json:"subscriptionID"`
	QueryName     string    `json:"queryName"`
	CreatedAt     string    `json:"createdAt"`
	Dest          string    `json:"dest"`
	Stream        bool      `json:"stream,omitzero"`
	Schedule      *schedule `json:"schedule,omitzero"`
	ReportIfEmpty bool      `json:"reportIfEmpty,omitzero"`
	SigningKey    string    `json:"gl:signingKey"` // 04||x||y hex
	KeyID         string    `json:"gl:keyId"`
	Delivered     int64     `json:"gl:delivered"` // events
	Failures      int       `json:"gl:failures"`  // since the last success
	Suspended     bool      `json:"gl:suspended,omitzero"`

	cursor, due int64
}

// listed is what everybody sees of a subscription.
type listed struct {
	CreatedAt string    `json:"createdAt"`
	Stream    bool      `json:"stream,omitzero"`
	Schedule  *schedule `json:"schedule,omitzero"`
	Suspended bool      `json:"gl:suspended,omitzero"`
}

// postSubscription begins with what comes after now.
func (s *Service) postSubscription(c *gin.Context) {
	q, ok := s.named(c)
	if !ok {
		return
	}
	body, ok := readBody(c, maxQueryBytes)
	if !ok {
		return
	}
	var n newSubscription
	if err := json.Unmarshal(body, &n, json.RejectUnknownMembers(true)); err != nil {
		fail(c, http.StatusBadRequest, "SubscriptionControlsException", "the body has dest, and stream or schedule, and perhaps reportIfEmpty; nothing else is supported")
		return
	}
	due, err := n.check(s, time.Now())
	if err != nil {
		fail(c, http.StatusBadRequest, "SubscriptionControlsException", err.Error())
		return
	}
	sub, err := s.subscribe(c.Request.Context(), q.Name, &n, due, api.PeerOf(c.RemoteIP()))
	switch {
	case errors.Is(err, errShare):
		fail(c, http.StatusTooManyRequests, "TooManyRequests", "this repository takes no more subscriptions from this address: end one of yours")
	case errors.Is(err, errFull):
		fail(c, http.StatusServiceUnavailable, "ServiceUnavailable", "this repository takes no more subscriptions")
	case err != nil:
		failInside(c, err)
	default:
		s.sender.nudge()
		c.Header("Location", s.base+"/epcis/queries/"+q.Name+"/subscriptions/"+sub.ID)
		write(c, http.StatusCreated, "application/json", sub)
	}
}

// check tells when a subscription is due first.
func (n *newSubscription) check(s *Service, at time.Time) (time.Time, error) {
	if err := s.checkDest(n.Dest); err != nil {
		return at, err
	}
	if n.Stream == (n.Schedule != nil) {
		return at, errors.New("give stream: true, or a schedule")
	}
	if n.Stream {
		return at, nil
	}
	t, err := n.Schedule.read()
	if err != nil {
		return at, err
	}
	if at = t.next(at); at.IsZero() {
		return at, errors.New("schedule: never comes")
	}
	return at, nil
}

func (s *Service) subscribe(ctx context.Context, query string, n *newSubscription, due time.Time, peer string) (*subscription, error) {
	if err := s.store.room(ctx, "subscription", peer, maxSubscriptions, maxSubscriptionsPerPeer); err != nil {
		return nil, err
	}
	cursor, err := s.opt.Records.LastRecord(ctx)
	if err != nil {
		return nil, err
	}
	plan := ""
	if n.Schedule != nil {
		raw, err := json.Marshal(n.Schedule)
		if err != nil {
			return nil, err
		}
		plan = string(raw)
	}
	id := newID()
	_, err = s.store.exec(ctx, `INSERT INTO subscription (id, query, created, dest, schedule, empty, cursor, due, peer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, query, time.Now().UnixMilli(), n.Dest, plan, n.ReportIfEmpty, cursor, due.UnixMilli(), peer)
	if err != nil {
		return nil, err
	}
	return s.subscription(ctx, query, id)
}

const subscriptionColumns = `SELECT id, query, created, dest, schedule, empty, cursor, due, failures, suspended, delivered FROM subscription `

func (s *Service) subscription(ctx context.Context, query, id string) (*subscription, error) {
	list, err := s.subscriptions(ctx, `WHERE query = ? AND id = ?`, query, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, sql.ErrNoRows
	}
	return list[0], nil
}

func (s *Service) subscriptions(ctx context.Context, where string, args ...any) ([]*subscription, error) {
	rows, err := s.store.db.QueryContext(ctx, subscriptionColumns+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []*subscription{}
	for rows.Next() {
		sub := &subscription{SigningKey: s.opt.Key.Public().Point(), KeyID: s.opt.Key.Public().ID()}
		var created int64
		var plan string
		if err := rows.Scan(&sub.ID, &sub.QueryName, &created, &sub.Dest, &plan, &sub.ReportIfEmpty, &sub.cursor, &sub.due,
			&sub.Failures, &sub.Suspended, &sub.Delivered); err != nil {
			return nil, err
		}
		sub.CreatedAt, sub.Stream = stamp(created), plan == ""
		if plan != "" {
			if err := json.Unmarshal([]byte(plan), &sub.Schedule); err != nil {
				return nil, err
			}
		}
		list = append(list, sub)
	}
	return list, rows.Err()
}

// listSubscriptions shows that there are subscriptions, and neither their ids,
// which are their owners' keys, nor their destinations.
func (s *Service) listSubscriptions(c *gin.Context) {
	q, ok := s.named(c)
	if !ok {
		return
	}
	subs, err := s.subscriptions(c.Request.Context(), `WHERE query = ? ORDER BY created`, q.Name)
	if err != nil {
		failInside(c, err)
		return
	}
	list := []listed{}
	for _, sub := range subs {
		list = append(list, listed{sub.CreatedAt, sub.Stream, sub.Schedule, sub.Suspended})
	}
	write(c, http.StatusOK, "application/json", list)
}

func (s *Service) getSubscription(c *gin.Context) {
	sub, err := s.subscription(c.Request.Context(), c.Param("name"), c.Param("id"))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		fail(c, http.StatusNotFound, "NoSuchSubscriptionException", "there is no such subscription")
	case err != nil:
		failInside(c, err)
	default:
		write(c, http.StatusOK, "application/json", sub)
	}
}

func (s *Service) deleteSubscription(c *gin.Context) {
	n, err := s.store.exec(c.Request.Context(), `DELETE FROM subscription WHERE query = ? AND id = ?`, c.Param("name"), c.Param("id"))
	switch {
	case err != nil:
		failInside(c, err)
	case n == 0:
		fail(c, http.StatusNotFound, "NoSuchSubscriptionException", "there is no such subscription")
	default:
		c.Status(http.StatusNoContent)
	}
}

// forgetSuspended makes room where nobody has ended what is suspended.
func (s *Service) forgetSuspended(ctx context.Context, at time.Time) error {
	_, err := s.store.exec(ctx, `DELETE FROM subscription WHERE suspended = 1 AND due < ?`, at.Add(-suspendedKept).UnixMilli())
	return err
}
