// Package resolver answers GS1 Digital Links: it finds the form of an address
// that pages use, unpacks compressed ones, and leads by link type to what the
// ledger knows of a batch (GS1-Conformant resolver standard, RFC 9264). The
// page of a batch is the default link and is served by package web.
package resolver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/api"
	"github.com/grainledger/grainledger/gateway/gs1"
	"github.com/grainledger/grainledger/gateway/index"
)

// Reader is what the resolver asks of the read model. A missing thing is
// index.ErrNotFound.
type Reader interface {
	LotByBatch(ctx context.Context, gtin, batch string) (string, error)
	Lot(ctx context.Context, id string) (index.Lot, error)
}

var _ Reader = (*index.Index)(nil)

// Resolver is the resolver of one gateway.
type Resolver struct {
	reader Reader
	public string // PublicURL without a slash at its end
	fresh  func(context.Context) error
}

// New makes a resolver. publicURL is how the world reaches the gateway; fresh
// waits until the reader has what this gateway has answered.
func New(reader Reader, publicURL string, fresh func(context.Context) error) (*Resolver, error) {
	if reader == nil || fresh == nil {
		return nil, errors.New("resolver: reader and freshness are needed")
	}
	if u, err := url.Parse(publicURL); err != nil || u.Host == "" {
		return nil, fmt.Errorf("resolver: %q is no address", publicURL)
	}
	return &Resolver{reader: reader, public: strings.TrimRight(publicURL, "/"), fresh: fresh}, nil
}

// Register adds the resolver's own routes, and Resolve in front of the routes
// that are added to r later and of everything that no route takes.
func (v *Resolver) Register(r *gin.Engine) {
	r.GET("/.well-known/gs1resolver", v.describe)
	r.GET("/v1/batches/:gtin/:batch/inspections", v.inspections)
	r.GET("/v1/batches/:gtin/:batch/recall", v.recall)
	r.Use(v.Resolve)
}

// Resolve looks at addresses that are Digital Links. The form that pages use
// goes on to the page where nothing else is asked for; other forms lead there.
// What is no Digital Link passes by.
func (v *Resolver) Resolve(c *gin.Context) {
	if c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead {
		return
	}
	path := strings.TrimSuffix(strings.TrimSuffix(c.Request.URL.EscapedPath(), "/qr.png"), "/qr.svg")
	if path != c.Request.URL.EscapedPath() {
		return // the picture of a code
	}
	link, compressed, err := read(path, c.Request.URL.RawQuery, c.FullPath() == "")
	var bad *gs1.Error
	switch {
	case errors.Is(err, gs1.ErrNoLink):
		return
	case errors.As(err, &bad) && c.FullPath() != "" && bad.Where != "query" && c.Request.URL.RawQuery == "":
		return // the page says in people's words what is wrong with the code
	case err != nil:
		fail(c, http.StatusBadRequest, "bad_digital_link", err.Error())
		return
	case link.Key.AI != gs1.AIGTIN:
		fail(c, http.StatusNotFound, "not_found", "this resolver knows products (01) alone, not "+link.Key.AI)
		return
	}
	if c.FullPath() != "" && !asksLinks(c) {
		return // the page, which has its own way with short GTINs
	}
	if canonical := link.Path(); compressed || canonical != path {
		v.redirect(c, canonical, link.Query())
		return
	}
	if c.FullPath() == "" && !asksLinks(c) {
		v.toBatch(c, &link)
		return
	}
	v.negotiate(c, &link)
}

// toBatch leads from a single package, or a variant of a product, to its
// batch: the ledger knows no more of it.
func (v *Resolver) toBatch(c *gin.Context, l *gs1.Link) {
	path := "/" + gs1.AIGTIN + "/" + l.Key.Value
	if batch, ok := l.Value(gs1.AIBatch); ok {
		path += "/" + gs1.AIBatch + "/" + gs1.Escape(batch)
	}
	v.redirect(c, path, l.Query())
}

// read reads an address: a Digital Link, or where no route takes it a
// compressed one, alone or behind a key.
func read(path, query string, free bool) (link gs1.Link, compressed bool, err error) {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if free && len(segments) == 1 {
		if link, err = gs1.Decompress(gs1.Element{}, segments[0], query); err != nil {
			return link, false, gs1.ErrNoLink // any word might be meant as an address of its own
		}
		return link, true, nil
	}
	if free && len(segments) == 3 {
		if key, err := gs1.Parse("/"+segments[0]+"/"+segments[1], ""); err == nil {
			link, err = gs1.Decompress(key.Key, segments[2], query)
			if errors.Is(err, gs1.ErrNoLink) {
				err = &gs1.Error{Where: "path", Why: "ends with an identifier that has no value"}
			}
			return link, true, err
		}
	}
	link, err = gs1.Parse(path, query)
	return link, false, err
}

// redirect leads on with 307, so that a printed code can lead elsewhere
// tomorrow. What else stood in the query goes along, as the standard asks.
func (v *Resolver) redirect(c *gin.Context, path, query string) {
	target := v.public + path
	if query != "" {
		target += "?" + query
	}
	c.Header("Cache-Control", "no-cache")
	c.Header("Location", target)
	c.AbortWithStatus(http.StatusTemporaryRedirect)
}

// fail ends a request with a problem.
func fail(c *gin.Context, status int, reason, detail string) {
	c.Abort()
	write(c, status, "application/problem+json", &api.Problem{
		Type: "urn:grainledger:problem:" + reason, Title: titles[reason], Status: status, Reason: reason, Detail: detail,
		RequestID: c.Writer.Header().Get("X-Request-Id"),
	})
}

var titles = map[string]string{
	"bad_digital_link": "The address is not a GS1 Digital Link.",
	"not_found":        "There is no such thing here.",
	"index_behind":     "The gateway is still reading the newest blocks.",
	"internal_error":   "The gateway failed.",
}

func write(c *gin.Context, status int, media string, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		_ = c.Error(err)
		c.AbortWithStatus(http.StatusInternalServerError)
		return
	}
	c.Abort()
	c.Header("Cache-Control", "no-cache")
	c.Data(status, media, body)
}
