package api

import "github.com/gin-gonic/gin"

// getEnterprise shows an enterprise with one page of its facilities.
func (a *API) getEnterprise(c *gin.Context) {
	limit, ok := pageLimit(c)
	if !ok || !a.fresh.ready(c) {
		return
	}
	e, err := a.opt.Index.Enterprise(c.Request.Context(), c.Param("uscc"), c.Query("cursor"), limit)
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, &e)
}
