package web

import (
	"bytes"
	"net/http"
	"slices"
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
	passing  bool     // it depends on more than that, and is not kept

	lang          language
	before, after []byte
	tag           string // of both halves
	code          scans.Code
	grams         int64
	count         atomic.Pointer[counted] // the count as it was last written
}

// counted is a page with a count in its gap. It is kept with the page, since
// most who ask bring no new scan, and one write is cheaper than three.
type counted struct {
	scans.Count
	body []byte
	tag  string
}

// plain is the page without a count.
func (m *made) plain() *counted {
	if last := m.count.Load(); last != nil && last.tag == m.tag {
		return last
	}
	n := &counted{tag: m.tag, body: slices.Concat(m.before, m.after)}
	m.count.Store(n)
	return n
}

// with puts a count into the gap of a page.
func (m *made) with(n scans.Count, text []byte) *counted {
	return &counted{Count: n, body: slices.Concat(m.before, text, m.after),
		tag: m.tag + "-" + strconv.FormatInt(n.Total, 36) + "-" + strconv.FormatInt(n.First.Unix(), 36)}
}

// gap stands in a page where the count of scans goes. No text of a record can
// hold it: templates replace the character.
const gap = "\x00scans\x00"

func (m *made) size() int {
	n := 2*(len(m.before)+len(m.after)) + 1<<10 // as it is, and with the count
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
	n := s.counted(c, v, m)
	if n == nil {
		n = m.plain()
	}
	pageHeaders(c, v)
	if haveAlready(c, `"`+n.tag+`"`) {
		c.Status(http.StatusNotModified)
		return
	}
	h := c.Writer.Header()
	h["Content-Type"] = htmlType
	h["Content-Length"] = []string{strconv.Itoa(len(n.body))}
	c.Status(http.StatusOK)
	if c.Request.Method != http.MethodHead {
		_, _ = c.Writer.Write(n.body) // who has gone needs no page
	}
}
