package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/scans"
)

// scanView is what the page says of the scans of its code.
type scanView struct {
	First string // empty where it was never scanned
	Total int64
	Many  bool // far more than the batch has bags
}

// counted counts the visit where it is a scan, and gives the page with its
// count; nil where the page has none, or where it cannot be had: a page without it is
// worth showing.
func (s *site) counted(c *gin.Context, v voice, m *made) *counted {
	if s.opt.Scans == nil || m.code.Batch == "" {
		return nil
	}
	count := func() (scans.Count, error) { return s.opt.Scans.Count(c.Request.Context(), m.code) }
	if s.isScan(c) {
		count = func() (scans.Count, error) {
			return s.opt.Scans.Scan(c.Request.Context(), m.code, s.visitor(c.Request))
		}
	}
	n, err := count()
	if err != nil {
		s.log.ErrorContext(c.Request.Context(), "count scans", "error", err)
		return nil
	}
	if last := m.count.Load(); last != nil && last.Count == n && last.tag != m.tag {
		return last
	}
	view := scanView{First: v.moment(n.First), Total: n.Total, Many: s.opt.Warning.many(n.Total, m.grams)}
	var body bytes.Buffer
	if err := s.pages[v.language]["lot"].ExecuteTemplate(&body, "scans", view); err != nil {
		s.log.ErrorContext(c.Request.Context(), "render scans", "error", err)
		return nil
	}
	out := m.with(n, body.Bytes())
	m.count.Store(out)
	return out
}

// many tells whether a batch of that weight was scanned far more often than it
// has bags.
func (w ScanWarning) many(total, grams int64) bool {
	const tonne = 1_000_000
	return w.PerTonne > 0 && total > max(w.AtLeast, grams/1000*w.PerTonne/(tonne/1000))
}

// isScan tells whether a request is somebody's visit from outside: a person's
// browser that follows the code, and no program, no look ahead, and no step
// from one page of this site to another.
func (s *site) isScan(c *gin.Context) bool {
	r := c.Request
	if r.Method != http.MethodGet || c.Param("batch") == "" || s.robots.is(r.UserAgent()) {
		return false
	}
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if v := strings.ToLower(r.Header.Get(name)); strings.Contains(v, "prefetch") || strings.Contains(v, "preview") || strings.Contains(v, "prerender") {
			return false
		}
	}
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		return false
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "same-site":
		return false
	}
	return !strings.HasPrefix(r.Referer()+"/", s.public+"/")
}

// visitor tells one phone from another, as far as a request shows it. The
// counter hashes it at once and keeps nothing of it.
func (s *site) visitor(r *http.Request) string {
	return s.address(r) + "\x00" + r.UserAgent() + "\x00" + r.Header.Get("Accept-Language")
}

// address is where a request comes from: its peer, or behind proxies that the
// operator has named whom the last of them names.
func (s *site) address(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	at := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusts(at); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = next.Unmap()
	}
	return at.String()
}

func (s *site) trusts(a netip.Addr) bool {
	for _, p := range s.opt.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// robots is words by which programs that read the web name themselves.
type robots []string

func loadRobots() (robots, error) {
	raw, err := files.ReadFile("data/robots.json")
	if err != nil {
		return nil, err
	}
	var list struct {
		Words robots `json:"words"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("data/robots.json: %w", err)
	}
	return list.Words, nil
}

// is tells whether a program asks. A browser always names itself.
func (list robots) is(agent string) bool {
	agent = strings.ToLower(agent)
	for _, word := range list {
		if strings.Contains(agent, word) {
			return true
		}
	}
	return agent == ""
}
