package api

import (
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/bundle"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// Bundles makes bundles and the trust file to check them with.
type Bundles interface {
	Bundle(ctx context.Context, lot string, limit int) ([]byte, error)
	Trust(ctx context.Context) (*proof.Trust, error)
}

var _ Bundles = (*bundle.Maker)(nil)

// bundleSizes is how many records of the path a bundle has, by whom it is for.
var bundleSizes = map[string]int{"consumer": proof.ConsumerRecords, "full": bundle.FullRecords}

func (a *API) getBundle(c *gin.Context) {
	limit, ok := bundleSizes[c.DefaultQuery("for", "consumer")]
	if !ok {
		fail(c, problemBadRequest.withDetail("for is consumer or full"))
		return
	}
	if !a.fresh.ready(c) {
		return
	}
	raw, err := a.opt.Bundles.Bundle(c.Request.Context(), c.Param("id"), limit)
	if err != nil {
		failBundle(c, err)
		return
	}
	evidence(c, raw)
}

func (a *API) getTrust(c *gin.Context) {
	if !a.fresh.ready(c) {
		return
	}
	trust, err := a.opt.Bundles.Trust(c.Request.Context())
	if err != nil {
		failBundle(c, err)
		return
	}
	raw, err := trust.Encode()
	if err != nil {
		_ = c.Error(err)
		fail(c, problemInternal)
		return
	}
	evidence(c, raw)
}

func failBundle(c *gin.Context, err error) {
	if errors.Is(err, bundle.ErrNotAnchored) {
		fail(c, problemNotYetUnder)
		return
	}
	failRead(c, err)
}

// evidence answers with bytes whose spelling counts.
func evidence(c *gin.Context, raw []byte) {
	h := c.Writer.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	tag := `"` + record.SM3(raw)[:32] + `"`
	h.Set("ETag", tag)
	for have := range strings.SplitSeq(c.GetHeader("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(have), "W/") == tag {
			c.Status(http.StatusNotModified)
			return
		}
	}
	if !strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
		c.Data(http.StatusOK, "application/json", raw)
		return
	}
	h.Set("Content-Encoding", "gzip")
	h.Set("ETag", `W/`+tag)
	c.Status(http.StatusOK)
	z := gzip.NewWriter(c.Writer)
	if _, err := z.Write(raw); err != nil {
		_ = c.Error(err)
		return
	}
	if err := z.Close(); err != nil {
		_ = c.Error(err)
	}
}
