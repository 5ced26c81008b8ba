package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// Stocks reads what is business data: who has how much grain. It is shown to
// callers who have said who they are, and to each only what is theirs.
type Stocks interface {
	Stock(ctx context.Context, f index.StockFilter, cursor string, limit int) (index.StockPage, error)
	SumStock(ctx context.Context, f index.StockFilter, by, cursor string, limit int) (index.StockSums, error)
	Scope(ctx context.Context, of, cursor string, limit int) (index.Scope, error)
	SumScope(ctx context.Context, of string) (index.ScopeSums, error)
}

// Authorise tells on whose behalf a request comes; false where it does not say
// so, or not truly.
type Authorise func(c *gin.Context) (uscc string, ok bool)

var (
	problemLogin     = newProblem(http.StatusUnauthorized, "login_required", "This is shown to enterprises that have logged in.")
	problemForbidden = newProblem(http.StatusForbidden, "not_yours", "This is shown to those whose grain it is, and to regulators.")
)

// maxFilter bounds the members of a filter, so that a cursor can hold them.
const maxFilter = 30

// getStock lists or sums the stock of the caller, or, for a regulator, of
// anybody.
func (a *API) getStock(c *gin.Context) {
	f := index.StockFilter{Party: c.Query("owner"), Place: c.Query("place"), Variety: c.Query("variety"), Nature: c.Query("nature")}
	var err error
	if year := c.Query("year"); year != "" {
		f.Year, err = strconv.Atoi(year)
	}
	if err != nil || max(len(f.Party), len(f.Place), len(f.Variety), len(f.Nature)) > maxFilter || f.Year < 0 || f.Year > 9999 {
		fail(c, problemBadRequest.withDetail("year is a number, and nothing is longer than "+strconv.Itoa(maxFilter)+" bytes"))
		return
	}
	limit, ok := pageLimit(c)
	if !ok || !a.fresh.ready(c) {
		return
	}
	caller, ok := a.caller(c)
	if !ok {
		return
	}
	if f.Party != caller {
		regulator, ok := a.regulator(c, caller)
		switch {
		case !ok:
			return
		case !regulator && f.Party != "":
			fail(c, problemForbidden)
			return
		case !regulator:
			f.Party = caller
		}
	}
	var page any
	if by := c.Query("groupBy"); by != "" {
		page, err = a.opt.Index.SumStock(c.Request.Context(), f, by, c.Query("cursor"), limit)
	} else {
		page, err = a.opt.Index.Stock(c.Request.Context(), f, c.Query("cursor"), limit)
	}
	if errors.Is(err, index.ErrBadGroup) {
		fail(c, problemBadRequest.withDetail("groupBy is owner, place, variety, nature or year"))
		return
	}
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, page)
}

// getScope tells whom a recall of a lot would reach: page by page, or summed
// up by holder.
func (a *API) getScope(c *gin.Context) {
	limit, ok := pageLimit(c)
	if !ok || !a.fresh.ready(c) {
		return
	}
	of, ok := a.lotOfConcern(c)
	if !ok {
		return
	}
	var page any
	var err error
	if c.Query("groupBy") == "holder" {
		page, err = a.opt.Index.SumScope(c.Request.Context(), of)
	} else {
		page, err = a.opt.Index.Scope(c.Request.Context(), of, c.Query("cursor"), limit)
	}
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, page)
}

// caller is who asks; false when the request has been answered with a problem.
func (a *API) caller(c *gin.Context) (string, bool) {
	uscc, ok := a.opt.Authorise(c)
	if !ok || uscc == "" {
		fail(c, problemLogin)
		return "", false
	}
	return uscc, true
}

// regulator tells whether an enterprise is one; not ok when the request has
// been answered with a problem.
func (a *API) regulator(c *gin.Context, uscc string) (is, ok bool) {
	e, err := a.opt.Index.Enterprise(c.Request.Context(), uscc, "", 1)
	if err != nil && !errors.Is(err, index.ErrNotFound) {
		failRead(c, err)
		return false, false
	}
	return err == nil && e.Kind == record.KindRegulator, true
}

// lotOfConcern is the lot of a request whose caller may see where it has gone;
// not ok when the request has been answered with a problem.
func (a *API) lotOfConcern(c *gin.Context) (lot string, ok bool) {
	caller, ok := a.caller(c)
	if !ok {
		return "", false
	}
	lot = c.Param("id")
	concerned, err := a.concerned(c, caller, lot)
	switch {
	case err != nil:
		failRead(c, err)
	case !concerned:
		fail(c, problemForbidden)
	default:
		return lot, true
	}
	return "", false
}

// concerned tells whether an enterprise may see where a lot has gone: it made
// the lot or has a part of it, or it is a regulator.
func (a *API) concerned(c *gin.Context, uscc, lot string) (bool, error) {
	ctx := c.Request.Context()
	l, err := a.opt.Index.Lot(ctx, lot)
	if err != nil {
		return false, err
	}
	if l.Issuer == uscc {
		return true, nil
	}
	for _, p := range l.Parts {
		if p.Party == uscc && (p.Owned > 0 || p.NonFood > 0 || p.Held > 0) {
			return true, nil
		}
	}
	e, err := a.opt.Index.Enterprise(ctx, uscc, "", 1)
	if errors.Is(err, index.ErrNotFound) {
		return false, nil
	}
	return err == nil && e.Kind == record.KindRegulator, err
}
