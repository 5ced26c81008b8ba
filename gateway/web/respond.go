package web

import (
	"bytes"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// pageSet is the templates of one language, by page.
type pageSet map[string]*template.Template

// view is what every page hands to its template.
type view struct {
	Lang   string
	Other  string // language of the switch
	Switch string // address of this page in the other language
	Title  string
	Page   any
}

// contentPolicy: our own style sheet, images and scripts, forms to ourselves,
// nothing else. No script stands in a page itself and none is made from text.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; " +
	"worker-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// parsePages reads the templates for one language. t says a text, link makes
// an address of this site, asset one of a static file, script one of a built
// script or nothing; gap is where the count of scans goes.
func (s *site) parsePages(v voice) (pageSet, error) {
	funcs := template.FuncMap{
		"t":      v.say,
		"link":   s.link,
		"gap":    func() template.HTML { return gap },
		"script": s.script,
		"asset":  func(name string) string { return s.link("web", s.assets[name].name) },
	}
	out := pageSet{}
	for _, name := range []string{"lot", "records", "start", "problem"} {
		t, err := template.New("layout.html").Funcs(funcs).
			ParseFS(files, "templates/layout.html", "templates/parts.html", "templates/"+name+".html")
		if err != nil {
			return nil, err
		}
		out[name] = t
	}
	return out, nil
}

// link makes an address of this site out of path segments.
func (s *site) link(segments ...string) string {
	escaped := make([]string, len(segments))
	for i, seg := range segments {
		escaped[i] = url.PathEscape(seg)
	}
	return s.base + "/" + strings.Join(escaped, "/")
}

// speak chooses the language of the answer and remembers a choice by link.
func (s *site) speak(c *gin.Context) voice {
	l, byLink := chooseLanguage(c.Request)
	if byLink {
		rememberLanguage(c.Writer, l, s.base+"/", s.secure)
	}
	return s.voices[l]
}

// render answers with a page. The whole page is made first, so that an error
// in the middle cannot leave half of one behind.
func (s *site) render(c *gin.Context, v voice, status int, name, title string, data any) {
	q := c.Request.URL.Query()
	q.Set("lang", string(v.other()))
	body, err := s.write(v, name, title, "?"+q.Encode(), data)
	if err != nil {
		s.log.ErrorContext(c.Request.Context(), "render page", "page", name, "error", err)
		c.String(http.StatusInternalServerError, v.say("problem.internal"))
		return
	}
	pageHeaders(c, v)
	h := c.Writer.Header()
	if status != http.StatusOK {
		h.Set("Cache-Control", "no-store")
	} else if sameAsBefore(c, body) {
		c.Status(http.StatusNotModified)
		return
	}
	c.Data(status, "text/html; charset=utf-8", body)
}

// write makes the whole of a page.
func (s *site) write(v voice, name, title, other string, data any) ([]byte, error) {
	var body bytes.Buffer
	err := s.pages[v.language][name].Execute(&body, view{
		Lang: v.tag(), Other: v.other().tag(), Switch: other, Title: title, Page: data,
	})
	return body.Bytes(), err
}

// Values of headers that are the same on every page; nobody adds to them.
var (
	policyValue   = []string{contentPolicy}
	nosniffValue  = []string{"nosniff"}
	referrerValue = []string{"same-origin"}
	varyValue     = []string{"Accept-Language, Cookie"}
	htmlType      = []string{"text/html; charset=utf-8"}
	// A page is asked for again each time: a recall must not wait for a cache.
	askAgain = []string{"private, no-cache"}
)

// pageHeaders are those of every page.
func pageHeaders(c *gin.Context, v voice) {
	h := c.Writer.Header()
	h["Content-Security-Policy"] = policyValue
	h["X-Content-Type-Options"] = nosniffValue
	h["Referrer-Policy"] = referrerValue
	h["Vary"] = varyValue
	h["Cache-Control"] = askAgain
	h.Set("Content-Language", v.tag())
}

// sameAsBefore sets the ETag and tells whether the asker has this version.
func sameAsBefore(c *gin.Context, body []byte) bool {
	return haveAlready(c, `"`+record.SM3(body)[:32]+`"`)
}

// haveAlready sets the ETag and tells whether the asker has that version.
func haveAlready(c *gin.Context, tag string) bool {
	c.Header("ETag", tag)
	for have := range strings.SplitSeq(c.GetHeader("If-None-Match"), ",") {
		have = strings.TrimPrefix(strings.TrimSpace(have), "W/")
		if have == tag || have == "*" {
			return true
		}
	}
	return false
}

// problem is what a problem page says, with a form to try again.
type problem struct {
	Title string
	Text  string
	Form  form
}

func (s *site) problem(c *gin.Context, v voice, status int, key string, f form) {
	title := v.say("problem." + key)
	s.render(c, v, status, "problem", title, problem{Title: title, Text: v.say("problem." + key + ".text"), Form: f})
}

// failed turns an error of the read model into a page. The asker learns what
// to do; the log learns what it was.
func (s *site) failed(c *gin.Context, v voice, err error, missing string, f form) {
	if errors.Is(err, index.ErrNotFound) {
		s.problem(c, v, http.StatusNotFound, missing, f)
		return
	}
	if c.Request.Context().Err() != nil { // the asker has gone
		c.Abort()
		return
	}
	s.log.ErrorContext(c.Request.Context(), "read for page", "path", c.Request.URL.Path, "error", err)
	c.Header("Retry-After", "10")
	s.problem(c, v, http.StatusServiceUnavailable, "unavailable", f)
}
