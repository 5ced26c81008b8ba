package api

import (
	"net/http"
	"strconv"
	"sync"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/index"
)

func (a *API) getLot(c *gin.Context) {
	if !a.fresh.ready(c) {
		return
	}
	lot, err := a.opt.Index.Lot(c.Request.Context(), c.Param("id"))
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, &lot)
}

func (a *API) getTrace(c *gin.Context) {
	direction := index.Direction(c.DefaultQuery("direction", string(index.Up)))
	if direction != index.Up && direction != index.Down {
		fail(c, problemBadRequest.withDetail("direction is up or down"))
		return
	}
	limit, ok := pageLimit(c)
	if !ok || !a.fresh.ready(c) {
		return
	}
	page := tracePages.Get().(*[]byte)
	defer tracePages.Put(page)
	var err error
	*page, err = a.opt.Index.AppendTrace(c.Request.Context(), (*page)[:0], c.Param("id"), direction, c.Query("cursor"), limit)
	if err != nil {
		failRead(c, err)
		return
	}
	send(c, http.StatusOK, "application/json", *page)
}

// tracePages has room for answers, which are large and many.
var tracePages = sync.Pool{New: func() any { return new([]byte) }}

// origins is the answer to a question for a lot's harvests.
type origins struct {
	Lot     string         `json:"lot"`
	Origins []index.Origin `json:"origins"`        // one page, largest share first
	Next    string         `json:"next,omitempty"` // cursor of the next
}

func (a *API) getOrigins(c *gin.Context) {
	limit, ok := pageLimit(c)
	if !ok || !a.fresh.ready(c) {
		return
	}
	if limit == 0 {
		limit = index.MaxLimit // most lots have fewer
	}
	list, next, err := a.opt.Index.OriginsPage(c.Request.Context(), c.Param("id"), c.Query("cursor"), limit)
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, origins{Lot: c.Param("id"), Origins: list, Next: next})
}

// pageLimit reads the size of a page, 0 where none is asked for; false when
// the request has been answered with a problem.
func pageLimit(c *gin.Context) (int, bool) {
	s, given := c.GetQuery("limit")
	if !given {
		return 0, true
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > index.MaxLimit {
		fail(c, problemBadRequest.withDetail("limit is a number from 1 to "+strconv.Itoa(index.MaxLimit)))
		return 0, false
	}
	return n, true
}
