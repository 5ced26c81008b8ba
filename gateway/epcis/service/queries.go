package service

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/api"
	"github.com/grainledger/grainledger/gateway/epcis"
	"github.com/grainledger/grainledger/record"
)

// Bounds of named queries.
const (
	maxQueries        = 500
	maxQueriesPerPeer = 20 // that came from one address
	queriesPage       = 100
)

// namedQuery is a query that is kept under a name.
type namedQuery struct {
	Name      string         `json:"name"`
	CreatedAt string         `json:"createdAt,omitempty"`
	Query     map[string]any `json:"query"`
	params    url.Values
}

// madeQuery is what its maker alone gets.
type madeQuery struct {
	namedQuery
	Secret string `json:"gl:secret"` // lets one delete it
}

var goodName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// paramsOf reads the parameters of a query as JSON has them: a text, a number
// or a list of texts each.
func paramsOf(query map[string]any) (url.Values, error) {
	params := url.Values{}
	for name, value := range query {
		if name == "@context" {
			continue
		}
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		for _, v := range list {
			switch v := v.(type) {
			case string:
				params.Add(name, v)
			case float64, bool:
				params.Add(name, fmt.Sprint(v))
			default:
				return nil, &epcis.QueryError{Param: name, Why: "is neither a text nor a list of texts"}
			}
		}
	}
	return params, nil
}

func queryOf(params url.Values) map[string]any {
	out := map[string]any{}
	for name, values := range params {
		if strings.HasPrefix(name, "GE_") || strings.HasPrefix(name, "LT_") || strings.HasPrefix(name, "EXISTS_") || name == "perPage" {
			out[name] = values[0]
		} else {
			out[name] = values
		}
	}
	return out
}

// postQuery keeps a query. Names are given once: nobody can change what
// another one reads.
func (s *Service) postQuery(c *gin.Context) {
	body, ok := readBody(c, maxQueryBytes)
	if !ok {
		return
	}
	var q namedQuery
	if err := json.Unmarshal(body, &q, json.RejectUnknownMembers(true)); err != nil {
		fail(c, http.StatusBadRequest, "ValidationException", "the body is not {\"name\": …, \"query\": {…}}")
		return
	}
	if !goodName.MatchString(q.Name) || q.Name == simpleQuery {
		fail(c, http.StatusBadRequest, "ValidationException", "name: is not 1 to 64 of A-Z a-z 0-9 . _ -, or is taken by the standard")
		return
	}
	params, err := paramsOf(q.Query)
	if err != nil {
		fail(c, http.StatusBadRequest, "QueryParameterException", err.Error())
		return
	}
	if _, ok := ask(c, params); !ok {
		return
	}
	secret := newID()
	switch err := s.keepQuery(c.Request.Context(), q.Name, params, secret, api.PeerOf(c.RemoteIP())); {
	case errors.Is(err, errExists):
		fail(c, http.StatusConflict, "ResourceAlreadyExistsException", "there is a query of this name")
	case errors.Is(err, errFull):
		fail(c, http.StatusServiceUnavailable, "ServiceUnavailable", "this repository keeps no more queries")
	case errors.Is(err, errShare):
		fail(c, http.StatusTooManyRequests, "TooManyRequests", "this repository keeps no more queries from this address: delete one of yours")
	case err != nil:
		failInside(c, err)
	default:
		c.Header("Location", s.base+"/epcis/queries/"+q.Name)
		write(c, http.StatusCreated, "application/json", madeQuery{namedQuery{Name: q.Name, CreatedAt: now(), Query: queryOf(params)}, secret})
	}
}

var (
	errExists = errors.New("epcis: exists already")
	errFull   = errors.New("epcis: too many")
	errShare  = errors.New("epcis: too many from this address")
)

func (s *Service) keepQuery(ctx context.Context, name string, params url.Values, secret, peer string) error {
	if err := s.store.room(ctx, "query", peer, maxQueries, maxQueriesPerPeer); err != nil {
		return err
	}
	n, err := s.store.exec(ctx, `INSERT INTO query (name, created, params, secret, peer) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING`,
		name, time.Now().UnixMilli(), params.Encode(), record.SM3([]byte(secret)), peer)
	if err == nil && n == 0 {
		return errExists
	}
	return err
}

// named reads a query by its name; false when the request has been answered.
func (s *Service) named(c *gin.Context) (*namedQuery, bool) {
	q, err := s.query(c.Request.Context(), c.Param("name"))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		fail(c, http.StatusNotFound, "NoSuchNameException", "there is no query of this name")
	case err != nil:
		failInside(c, err)
	default:
		return q, true
	}
	return nil, false
}

func (s *Service) query(ctx context.Context, name string) (*namedQuery, error) {
	q := &namedQuery{Name: name}
	var created int64
	var params string
	if err := s.store.db.QueryRowContext(ctx, `SELECT created, params FROM query WHERE name = ?`, name).Scan(&created, &params); err != nil {
		return nil, err
	}
	var err error
	q.CreatedAt = stamp(created)
	q.params, err = url.ParseQuery(params)
	q.Query = queryOf(q.params)
	return q, err
}

func (s *Service) getQuery(c *gin.Context) {
	if q, ok := s.named(c); ok {
		write(c, http.StatusOK, "application/json", q)
	}
}

// listQueries lists queries by name, a page at a time.
func (s *Service) listQueries(c *gin.Context) {
	rows, err := s.store.db.QueryContext(c.Request.Context(), `SELECT name, created, params FROM query WHERE name > ? ORDER BY name LIMIT ?`,
		c.Query("nextPageToken"), queriesPage+1)
	if err != nil {
		failInside(c, err)
		return
	}
	defer rows.Close()
	list := []namedQuery{}
	for rows.Next() {
		var q namedQuery
		var created int64
		var params string
		err := rows.Scan(&q.Name, &created, &params)
		if err == nil {
			q.params, err = url.ParseQuery(params)
		}
		if err != nil {
			failInside(c, err)
			return
		}
		q.CreatedAt, q.Query = stamp(created), queryOf(q.params)
		list = append(list, q)
	}
	if err := rows.Err(); err != nil {
		failInside(c, err)
		return
	}
	if len(list) > queriesPage {
		list = list[:queriesPage]
		c.Header("Link", "<"+s.base+"/epcis/queries?nextPageToken="+list[queriesPage-1].Name+">; rel=\"next\"")
	}
	write(c, http.StatusOK, "application/json", list)
}

// deleteQuery forgets a query that nobody has subscribed to, for who has the
// secret that its maker was given: others may rest on what it means.
func (s *Service) deleteQuery(c *gin.Context) {
	if _, ok := s.named(c); !ok {
		return
	}
	ctx, name := c.Request.Context(), c.Param("name")
	secret, _ := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer ")
	hash := record.SM3([]byte(secret))
	switch n, err := s.store.count(ctx, `SELECT count(*) FROM query WHERE name = ? AND secret = ?`, name, hash); {
	case err != nil:
		failInside(c, err)
		return
	case n == 0:
		fail(c, http.StatusForbidden, "SecurityException", "Authorization: Bearer wants the gl:secret that was given out when the query was named")
		return
	}
	n, err := s.store.exec(ctx, `DELETE FROM query WHERE name = ? AND secret = ? AND NOT EXISTS (SELECT 1 FROM subscription WHERE query = ?)`,
		name, hash, name)
	switch {
	case err != nil:
		failInside(c, err)
	case n == 0:
		fail(c, http.StatusConflict, "SubscriptionControlsException", "somebody has subscribed to this query")
	default:
		c.Status(http.StatusNoContent)
	}
}

// getQueryEvents answers a named query. Only the page may be asked for.
func (s *Service) getQueryEvents(c *gin.Context) {
	q, ok := s.named(c)
	if !ok {
		return
	}
	for name, values := range c.Request.URL.Query() {
		if name != "perPage" && name != "nextPageToken" {
			fail(c, http.StatusBadRequest, "QueryParameterException", name+": the query stands as it was named; only perPage and nextPageToken can be given")
			return
		}
		q.params[name] = values
	}
	s.answerQuery(c, q.Name, "/epcis/queries/"+q.Name+"/events", q.params)
}
