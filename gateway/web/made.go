package web

import (
	"bytes"
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/scans"
	"github.com/grainledger/grainledger/record"
)

// made is a page that is ready, or where to go instead. The count of scans
// changes with every visit, so it is put between the two halves of the page.
type made struct {
	redirect string
	moment   uint64   // of the read model, before anything was read
	nodes    []string // what it depends on

	lang          language
	before, after []byte
	tag           string // of both halves
	code          scans.Code
	grams         int64
	count         atomic.Pointer[counted] // the count as it was last written
}

// counted is a count in HTML.
type counted struct {
	scans.Count
	body []byte
	tag  string
}

// gap stands in a page where the count of scans goes. No text of a record can
// hold it: templates replace the character.
const gap = "\x00scans\x00"

func (m *made) size() int {
	n := len(m.before) + len(m.after) + 1<<10
	for _, id := range m.nodes {
		n += len(id) + 16
	}
	return n
}

// split makes a page of a body with a gap.
func split(body []byte, l language) *made {
	before, after, _ := bytes.Cut(body, []byte(gap))
	return &made{lang: l, before: before, after: after, tag: record.SM3(body)[:32]}
}

// serve answers with a page that is ready.
func (s *site) serve(c *gin.Context, v voice, m *made) {
	if m.redirect != "" {
		s.redirect(c, http.StatusFound, m.redirect)
		return
	}
	tag, n := m.tag, s.counted(c, v, m)
	if n != nil {
		tag += n.tag
	}
	pageHeaders(c, v)
	// A page is asked for again each time: a recall must not wait for a cache.
	c.Header("Cache-Control", "private, no-cache")
	if haveAlready(c, `"`+tag+`"`) {
		c.Status(http.StatusNotModified)
		return
	}
	length := len(m.before) + len(m.after)
	if n != nil {
		length += len(n.body)
	}
	c.Header("Content-Type", "text/html; charset=utf-8")
	c.Header("Content-Length", strconv.Itoa(length))
	c.Status(http.StatusOK)
	if c.Request.Method == http.MethodHead {
		return
	}
	_, _ = c.Writer.Write(m.before) // who has gone needs no page
	if n != nil {
		_, _ = c.Writer.Write(n.body)
	}
	_, _ = c.Writer.Write(m.after)
}
