package api

import "github.com/gin-gonic/gin"

// getTransaction shows what the ledger decided in a transaction, refusals
// included.
func (a *API) getTransaction(c *gin.Context) {
	if !a.fresh.ready(c) {
		return
	}
	receipt, err := a.opt.Index.Receipt(c.Request.Context(), c.Param("id"))
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, &receipt)
}
