package api

import "github.com/gin-gonic/gin"

// health is the answer of a gateway that lives or is ready.
type health struct {
	Status string `json:"status"`          // ok
	Height uint64 `json:"height,omitzero"` // blocks of the ledger
	Index  uint64 `json:"index,omitzero"`  // blocks that the index has read
}

// healthz: the process answers.
func (a *API) healthz(c *gin.Context) { answer(c, health{Status: "ok"}) }

// readyz: the ledger works and the index is not far behind.
func (a *API) readyz(c *gin.Context) {
	h, err := a.opt.Chain.Health(c.Request.Context())
	if err != nil {
		_ = c.Error(err)
		fail(c, problemNotReady.withDetail("the ledger does not work"))
		return
	}
	read := a.opt.Index.Height()
	if read+a.opt.MaxLag < h.Height {
		fail(c, problemNotReady.withDetail("the index is still reading the blocks"))
		return
	}
	answer(c, health{Status: "ok", Height: h.Height, Index: read})
}
