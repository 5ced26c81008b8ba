package api

import "github.com/gin-gonic/gin"

func (a *API) getCause(c *gin.Context) {
	if !a.fresh.ready(c) {
		return
	}
	cause, err := a.opt.Index.Cause(c.Request.Context(), c.Param("id"))
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, &cause)
}

// getReached answers with the nodes that a cause has marked.
func (a *API) getReached(c *gin.Context) {
	limit, ok := pageLimit(c)
	if !ok || !a.fresh.ready(c) {
		return
	}
	reached, err := a.opt.Index.Reached(c.Request.Context(), c.Param("id"), c.Query("cursor"), limit)
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, &reached)
}
