package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/index"
)

// startView is the page for people who have no code at hand.
type startView struct {
	Form    form
	Latest  []latest
	Next    string // address of the next page; empty at the end
	Further bool   // this is not the first page
}

// latest is one retail batch in the list.
type latest struct {
	Link  string
	Title string
	Maker string
	Batch string
	When  string
	Bad   bool // not fit for food
}

// latestPerPage is how many batches a page lists.
const latestPerPage = 12

func (s *site) start(c *gin.Context) {
	v := s.speak(c)
	f := form{GTIN: typed(c.Query("gtin")), Batch: typed(c.Query("batch")), Lot: typed(c.Query("lot"))}
	if !f.empty() {
		s.find(c, v, f)
		return
	}
	s.showStart(c, v, http.StatusOK, f)
}

// find sends the asker to the page of what the form names.
func (s *site) find(c *gin.Context, v voice, f form) {
	switch {
	case f.Lot != "" && f.GTIN == "" && f.Batch == "":
		if validName(f.Lot, maxLot) {
			s.redirect(c, http.StatusSeeOther, s.link("lots", f.Lot))
			return
		}
		f.Error = v.say("problem.lot")
	default:
		gtin, fault := codeFault(f.GTIN, f.Batch)
		if fault == "" {
			s.redirect(c, http.StatusSeeOther, s.link("01", gtin, "10", f.Batch))
			return
		}
		f.Error = v.say("problem." + fault)
	}
	s.showStart(c, v, http.StatusBadRequest, f)
}

func (s *site) showStart(c *gin.Context, v voice, status int, f form) {
	after := c.Query("after")
	batches, err := s.reader.Retail(c.Request.Context(), after, latestPerPage)
	if errors.Is(err, index.ErrBadCursor) { // an address cut short: begin anew
		s.redirect(c, http.StatusFound, s.link(""))
		return
	}
	if err != nil {
		s.failed(c, v, err, "unknown", f)
		return
	}
	p := startView{Form: f, Further: after != "", Latest: make([]latest, len(batches.Lots))}
	for i, b := range batches.Lots {
		p.Latest[i] = s.latest(v, b)
	}
	if batches.Next != "" {
		p.Next = s.link("") + "?" + url.Values{"after": {batches.Next}}.Encode()
	}
	s.render(c, v, status, "start", v.say("site.name"), p)
}

func (s *site) latest(v voice, b index.RetailLot) latest {
	return latest{
		Link: s.link("01", b.GTIN, "10", b.Batch), Title: v.product(b.Product), Maker: cmp.Or(b.IssuerName, b.Issuer),
		Batch: b.Batch, When: v.day(parseTime(b.OccurredAt)), Bad: b.NonFood != "" || b.Recalled || b.Held,
	}
}
