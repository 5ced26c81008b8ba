package api

import "github.com/gin-gonic/gin"

func (a *API) getBin(c *gin.Context) {
	if !a.fresh.ready(c) {
		return
	}
	bin, err := a.opt.Index.Bin(c.Request.Context(), c.Param("code"))
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, &bin)
}
