package api

import (
	"context"
	"errors"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/index"
)

// Recalls reads recalls and how far they are. That there is one, of what and
// why is public; who has how much is business data.
type Recalls interface {
	Recalls(ctx context.Context, cursor string, limit int) (index.RecallPage, error)
	Recall(ctx context.Context, id string) (index.Recall, error)
	RecallHolders(ctx context.Context, id, party, sort, cursor string, limit int) (index.RecallHolders, error)
	RecallLots(ctx context.Context, id, party, cursor string, limit int) (index.RecallLots, error)
	RecallSeries(ctx context.Context, id, cursor string, limit int) (index.RecallSeries, error)
	Drill(ctx context.Context, lot string) (index.Drill, error)
}

func (a *API) routeRecalls(v1 *gin.RouterGroup) {
	v1.GET("/recalls", a.getRecalls)
	v1.GET("/recalls/:id", a.getRecall)
	v1.GET("/recalls/:id/holders", a.getRecallHolders)
	v1.GET("/recalls/:id/lots", a.getRecallLots)
	v1.GET("/recalls/:id/series", a.getRecallSeries)
	v1.GET("/recalls/:id/sheet.csv", a.getRecallCSV)
	v1.GET("/recalls/:id/sheet.xlsx", a.getRecallXLSX)
	v1.GET("/lots/:id/recall-drill", a.getDrill)
}

// getRecalls lists recalls in force and ended, the newest first.
func (a *API) getRecalls(c *gin.Context) {
	limit, ok := pageLimit(c)
	if !ok || !a.fresh.ready(c) {
		return
	}
	page, err := a.opt.Index.Recalls(c.Request.Context(), c.Query("cursor"), limit)
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, &page)
}

// getRecall answers with a recall; with figures for its issuer and regulators.
func (a *API) getRecall(c *gin.Context) {
	if !a.fresh.ready(c) {
		return
	}
	r, err := a.opt.Index.Recall(c.Request.Context(), c.Param("id"))
	if err != nil {
		failRead(c, err)
		return
	}
	caller, in := a.opt.Authorise(c)
	all := in && caller != "" && caller == r.Issuer
	if in && caller != "" && !all {
		if all, in = a.regulator(c, caller); !in {
			return
		}
	}
	if !all {
		r.Figures = nil
	}
	answer(c, &r)
}

// recallView is which lines of a recall a caller sees: all, or where party is
// not empty that party's own.
type recallView struct {
	recall index.Recall
	party  string
	limit  int
}

// recallFor is what a request for business data of a recall may see; false
// when it has been answered with a problem.
func (a *API) recallFor(c *gin.Context) (v recallView, ok bool) {
	if v.limit, ok = pageLimit(c); !ok || !a.fresh.ready(c) {
		return v, false
	}
	caller, ok := a.caller(c)
	if !ok {
		return v, false
	}
	var err error
	if v.recall, err = a.opt.Index.Recall(c.Request.Context(), c.Param("id")); err != nil {
		failRead(c, err)
		return v, false
	}
	if caller == v.recall.Issuer {
		return v, true
	}
	regulator, ok := a.regulator(c, caller)
	if ok && !regulator {
		v.party = caller
	}
	return v, ok
}

func (a *API) getRecallHolders(c *gin.Context) {
	v, ok := a.recallFor(c)
	if !ok {
		return
	}
	page, err := a.opt.Index.RecallHolders(c.Request.Context(), v.recall.ID, v.party, c.Query("sort"), c.Query("cursor"), v.limit)
	if err != nil {
		failRecall(c, err)
		return
	}
	answer(c, &page)
}

func (a *API) getRecallLots(c *gin.Context) {
	v, ok := a.recallFor(c)
	if !ok {
		return
	}
	page, err := a.opt.Index.RecallLots(c.Request.Context(), v.recall.ID, v.party, c.Query("cursor"), v.limit)
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, &page)
}

// getRecallSeries answers with sums over all holders, so that only who may see
// all of them gets it.
func (a *API) getRecallSeries(c *gin.Context) {
	v, ok := a.recallFor(c)
	if !ok {
		return
	}
	if v.party != "" {
		fail(c, problemForbidden)
		return
	}
	page, err := a.opt.Index.RecallSeries(c.Request.Context(), v.recall.ID, c.Query("cursor"), v.limit)
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, &page)
}

// getDrill answers with what a recall of a lot would find now.
func (a *API) getDrill(c *gin.Context) {
	if !a.fresh.ready(c) {
		return
	}
	lot, ok := a.lotOfConcern(c)
	if !ok {
		return
	}
	d, err := a.opt.Index.Drill(c.Request.Context(), lot)
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, &d)
}

func failRecall(c *gin.Context, err error) {
	if errors.Is(err, index.ErrBadSort) {
		fail(c, problemBadRequest.withDetail("sort is one of "+strings.Join(index.HolderSorts(), ", ")))
		return
	}
	failRead(c, err)
}
