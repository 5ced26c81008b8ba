package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
)

// recordsView is a page of the list of all signed records of a path.
type recordsView struct {
	Title    string
	Subtitle string
	Back     string
	Rows     []recordRow
	First    int // number of the first row
	All      int
	Before   string // address of the page before; empty on the first
	Next     string
	Cut      bool
}

// recordRow is one record, as short as it can be told from others.
type recordRow struct {
	Stage string
	When  string
	evidence
}

// recordsPerPage is how many records a page lists. A path has at most
// maxNodes nodes, so the last page is known.
const recordsPerPage = 50

// records lists what a path is made of, record by record, in pages.
func (s *site) records(c *gin.Context) {
	v, id := s.speak(c), c.Param("id")
	page, err := strconv.Atoi(c.DefaultQuery("page", "1"))
	if !validName(id, maxLot) || err != nil || page < 1 || page > 1_000 {
		s.problem(c, v, http.StatusBadRequest, "lot", s.asked(c))
		return
	}
	st, err := gather(c.Request.Context(), s.reader, nil, id)
	if err != nil {
		s.failed(c, v, err, "unknown", s.asked(c))
		return
	}
	st.ownNode()
	cast := newCast(st, v)
	events := st.events()
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	first := min((page-1)*recordsPerPage, len(events))
	last := min(first+recordsPerPage, len(events))
	out := recordsView{
		Title: cast.title(st), Subtitle: cast.subtitle(st), Back: s.link("lots", id),
		First: first + 1, All: len(events), Cut: st.cut,
	}
	if st.retail() {
		out.Back = s.link("01", st.lot.GTIN, "10", st.lot.Batch)
	}
	for _, e := range events[first:last] {
		list, _ := cast.evidence(group{events: []event{e}})
		for _, ev := range list {
			out.Rows = append(out.Rows, recordRow{Stage: v.say("stage." + string(e.stage)), When: ev.When, evidence: ev})
		}
	}
	at := func(page int) string { return s.link("lots", id, "records") + "?page=" + strconv.Itoa(page) }
	if page > 1 && first > 0 {
		out.Before = at(page - 1)
	}
	if last < len(events) {
		out.Next = at(page + 1)
	}
	s.render(c, v, http.StatusOK, "records", out.Title+" "+out.Subtitle, out)
}
