package api

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// newEngine sets up what every request passes, and the routes. No proxy is
// trusted: the peer's address is who speaks.
func (a *API) newEngine() (*gin.Engine, error) {
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash = false
	r.UseRawPath = true
	r.ContextWithFallback = false
	if err := r.SetTrustedProxies(nil); err != nil {
		return nil, err
	}
	r.NoRoute(func(c *gin.Context) { fail(c, problemNotFound) })
	r.NoMethod(func(c *gin.Context) { fail(c, problemMethod) })
	r.Use(requestID, a.observe, a.recover, a.headers)

	r.GET("/healthz", a.healthz)
	r.GET("/readyz", a.readyz)
	r.GET("/metrics", gin.WrapH(a.opt.Metrics.handler()))
	r.GET("/openapi.json", func(c *gin.Context) { c.Data(http.StatusOK, "application/json", a.openapi) })

	r.Use(a.limitRequests()) // pages that are added later come under it, too
	v1 := r.Group("/v1")
	v1.POST("/records", a.postRecords)
	v1.GET("/records", a.findRecord)
	v1.GET("/records/:id", a.getRecord)
	v1.GET("/transactions/:id", a.getTransaction)
	v1.GET("/jobs/:id", a.getJob)
	v1.GET("/lots/:id", a.getLot)
	v1.GET("/lots/:id/trace", a.getTrace)
	v1.GET("/lots/:id/origins", a.getOrigins)
	v1.GET("/lots/:id/scope", a.getScope)
	v1.GET("/lots/:id/bundle", a.getBundle)
	v1.GET("/trust", a.getTrust)
	v1.GET("/bins/:code", a.getBin)
	v1.GET("/causes/:id", a.getCause)
	v1.GET("/causes/:id/nodes", a.getReached)
	v1.GET("/enterprises/:uscc", a.getEnterprise)
	v1.GET("/stock", a.getStock)
	a.routeRecalls(v1)
	v1.GET("/ledger", a.getLedger)
	a.routeLogs(v1)
	if a.opt.Desk != nil {
		a.routeDesk(v1)
	}
	return r, nil
}
