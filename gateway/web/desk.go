package web

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/draft"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/session"
	"github.com/grainledger/grainledger/record"
)

// Desk is what 企业工作台, the page of an enterprise that has logged in, goes
// by. Each list is that enterprise's alone.
type Desk struct {
	Sessions *session.Keeper
	Stock    OwnStock
	Jobs     OwnJobs
	Recalls  Recalls
}

// OwnStock reads what a party has.
type OwnStock interface {
	OwnLots(ctx context.Context, uscc, cursor string, limit int) (index.OwnLotPage, error)
	Bins(ctx context.Context, uscc, cursor string, limit int) (index.BinPage, error)
	Inbound(ctx context.Context, uscc, cursor string, limit int) (index.InboundPage, error)
	UnderReview(ctx context.Context, uscc, cursor string, limit int) (index.OwnLotPage, error)
}

// OwnJobs reads what a party has submitted.
type OwnJobs interface {
	Get(ctx context.Context, id string) (jobs.Job, error)
	Of(ctx context.Context, uscc string, before int64, limit int) (jobs.Page, error)
}

var (
	_ OwnStock = (*index.Index)(nil)
	_ OwnJobs  = (*jobs.Queue)(nil)
)

// deskPages are the templates of the desk, each around a layout of its own:
// its pages are wider than a shopper's, and have scripts.
var deskPages = []string{"login", "home", "list", "job", "recall"}

// deskView is what every page of the desk hands to its template.
type deskView struct {
	view
	Data template.JS // for the script: where it is and what it says
	Me   *deskMe     // nil: nobody has logged in
}

// deskMe is who has logged in.
type deskMe struct {
	USCC, Name, KeyID, Until string
}

func (s *site) routeDesk(r gin.IRouter) {
	for path, page := range map[string]func(*gin.Context, voice, *deskMe){
		"/desk": s.deskHome, "/desk/list/:list": s.deskList, "/desk/jobs/:id": s.deskJob,
		"/desk/recalls": s.deskRecalls, "/desk/recalls/:id": s.deskRecall,
	} {
		r.Match([]string{http.MethodGet, http.MethodHead}, path, s.fresh(s.atDesk(page)))
	}
}

// atDesk shows a page to who has logged in, and the login to everybody else.
func (s *site) atDesk(page func(*gin.Context, voice, *deskMe)) gin.HandlerFunc {
	return func(c *gin.Context) {
		v := s.speak(c)
		open, err := s.desk.Sessions.Find(c.Request.Context(), s.desk.Sessions.Token(c.Request))
		switch {
		case errors.Is(err, session.ErrNone):
			status := http.StatusOK
			if c.FullPath() != "/desk" {
				status = http.StatusUnauthorized
			}
			s.renderDesk(c, v, status, "login", v.say("desk.login"), nil, nil)
			return
		case err != nil:
			s.failed(c, v, err, "page", form{})
			return
		}
		me := &deskMe{USCC: open.USCC, Name: open.USCC, KeyID: open.KeyID, Until: v.moment(open.Until)}
		known, err := s.reader.Enterprises(c.Request.Context(), []string{open.USCC})
		if err != nil {
			s.failed(c, v, err, "page", form{})
			return
		}
		if name := known[open.USCC].Name; name != "" {
			me.Name = name
		}
		page(c, v, me)
	}
}

// renderDesk answers with a page of the desk, which no cache may keep.
func (s *site) renderDesk(c *gin.Context, v voice, status int, name, title string, me *deskMe, data any) {
	script, err := s.deskData(v)
	if err != nil {
		s.failed(c, v, err, "page", form{})
		return
	}
	q := url.Values{"lang": {string(v.other())}}
	for _, name := range []string{"cursor", "sort"} {
		if value := c.Query(name); value != "" {
			q.Set(name, value)
		}
	}
	var body strings.Builder
	err = s.deskPages[v.language][name].Execute(&body, deskView{Data: script, Me: me,
		view: view{Lang: v.tag(), Other: v.other().tag(), Switch: "?" + q.Encode(), Title: title, Page: data}})
	if err != nil {
		s.failed(c, v, err, "page", form{})
		return
	}
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Content-Language", v.tag())
	h.Set("Cache-Control", "no-store")
	c.Data(status, "text/html; charset=utf-8", []byte(body.String()))
}

// deskList is one list in pages.
func (s *site) deskList(c *gin.Context, v voice, me *deskMe) {
	name := c.Param("list")
	list, ok := s.deskLists()[name]
	if !ok {
		s.problem(c, v, http.StatusNotFound, "page", form{})
		return
	}
	table, err := list(c.Request.Context(), v, me.USCC, c.Query("cursor"), deskPageSize)
	if errors.Is(err, index.ErrBadCursor) {
		s.redirect(c, http.StatusFound, s.link("desk", "list", name))
		return
	}
	if err != nil {
		s.failed(c, v, err, "page", form{})
		return
	}
	s.renderDesk(c, v, http.StatusOK, "list", v.say("desk.list."+name), me, table)
}

// homeView is the first page of the desk.
type homeView struct {
	Types []deskType
	Lists []*deskTable
}

// deskType is a table that an enterprise may upload.
type deskType struct {
	Type, Title string
	CSV, XLSX   string // addresses of its templates
}

func (s *site) deskHome(c *gin.Context, v voice, me *deskMe) {
	var home homeView
	for _, t := range draft.Types() {
		home.Types = append(home.Types, deskType{Type: string(t.Type), Title: v.say("desk.type." + string(t.Type)),
			CSV:  s.link("v1", "templates", string(t.Type)+".csv") + "?lang=" + string(v.language),
			XLSX: s.link("v1", "templates", string(t.Type)+".xlsx") + "?lang=" + string(v.language)})
	}
	lists := s.deskLists()
	for _, name := range []string{"shipments", "under-review", "stock", "bins", "jobs"} {
		table, err := lists[name](c.Request.Context(), v, me.USCC, "", deskFirst)
		if err != nil {
			s.failed(c, v, err, "page", form{})
			return
		}
		home.Lists = append(home.Lists, table)
	}
	s.renderDesk(c, v, http.StatusOK, "home", v.say("desk.title"), me, home)
}

// jobView is a job with a line for each of its records.
type jobView struct {
	jobs.Job
	When      string
	Waiting   bool
	Lines     []jobLine
	Good, Bad int
	Again     int
	CSV, JSON string
}

// jobLine is the receipt of one record.
type jobLine struct {
	Type, Ref, Verdict, Reason, Detail string
	Flags                              []string
	Record, Tx                         string // addresses of what the ledger holds
	ID, Block                          string
}

// deskJob shows a job. Another's is none.
func (s *site) deskJob(c *gin.Context, v voice, me *deskMe) {
	job, err := s.desk.Jobs.Get(c.Request.Context(), c.Param("id"))
	if errors.Is(err, jobs.ErrNotFound) || err == nil && job.Owner != me.USCC {
		s.problem(c, v, http.StatusNotFound, "page", form{})
		return
	}
	if err != nil {
		s.failed(c, v, err, "page", form{})
		return
	}
	p := jobView{Job: job, When: v.moment(parseTime(job.Received)), Waiting: job.Decided == "",
		CSV: s.link("v1", "me", "jobs", job.ID, "receipts.csv"), JSON: s.link("v1", "me", "jobs", job.ID, "receipts.json")}
	for i := range job.Results {
		r := &job.Results[i]
		line := jobLine{Type: v.sayOr("desk.type."+string(r.Type), string(r.Type)), Ref: r.Ref, Verdict: string(r.Outcome), Detail: r.Detail, ID: short(r.ID)}
		switch r.Outcome {
		case record.Accepted:
			p.Good++
		case record.IsDuplicate:
			p.Again++
		default:
			p.Bad++
			line.Reason = v.sayOr("desk.reason."+r.Reason, r.Reason)
		}
		if r.Outcome != record.Rejected {
			line.Record, line.Tx = s.link("v1", "records", r.ID), s.link("v1", "transactions", r.Tx)
			for _, f := range r.Flags {
				line.Flags = append(line.Flags, v.sayOr("flag."+string(f), string(f)))
			}
		}
		if r.Block > 0 {
			line.Block = strconv.FormatUint(r.Block, 10)
		}
		p.Lines = append(p.Lines, line)
	}
	s.renderDesk(c, v, http.StatusOK, "job", v.say("desk.job"), me, p)
}

// sayOr is a text, or what stands for it where there is none.
func (v voice) sayOr(key, otherwise string) string {
	if v.has(key) {
		return v.say(key)
	}
	return otherwise
}
