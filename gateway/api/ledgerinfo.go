package api

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"sync"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

// ledgerInfo is what there is to know of the ledger as a whole.
type ledgerInfo struct {
	Height  uint64        `json:"height"`         // number of blocks
	Indexed uint64        `json:"indexed"`        // blocks that the index has read; answers show these
	Behind  uint64        `json:"behind"`         // blocks that it has not
	Head    string        `json:"head,omitempty"` // hash of the newest block, hex
	Root    *record.Root  `json:"root,omitempty"` // the regulator from whom every key hangs
	NodeKey string        `json:"nodeKey,omitempty"`
	Types   []record.Type `json:"types"` // whose rules are in force
	Version string        `json:"version"`
}

// getLedger waits for the index as every read does, but answers in any case:
// while an index is built anew, this is where one sees how far it is.
func (a *API) getLedger(c *gin.Context) {
	ctx := c.Request.Context()
	if err := a.fresh.await(ctx); errors.Is(err, index.ErrClosed) {
		fail(c, problemNotReady)
		return
	}
	health, err := a.opt.Chain.Health(ctx)
	if err != nil {
		_ = c.Error(err)
		fail(c, problemUnavailable)
		return
	}
	indexed := a.opt.Index.Height()
	height := max(health.Height, indexed) // a block may have come since
	info := ledgerInfo{Height: height, Indexed: indexed, Behind: height - indexed, NodeKey: a.opt.NodeKey, Types: record.Types(), Version: a.opt.Version}
	slices.Sort(info.Types)
	if info.Head, err = a.head.at(ctx, a.opt.Chain, height); err != nil {
		_ = c.Error(err)
		fail(c, problemUnavailable)
		return
	}
	root, err := a.opt.Index.Root(ctx)
	switch {
	case err == nil:
		info.Root = &root
	case !errors.Is(err, index.ErrNotFound):
		failRead(c, err)
		return
	}
	answer(c, &info)
}

// headCache keeps the hash of the newest block, so that asking again does not
// read the block again.
type headCache struct {
	mu     sync.Mutex
	height uint64
	hash   string
}

func (h *headCache) at(ctx context.Context, chain Chain, height uint64) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if height == 0 || h.height == height {
		return h.hash, nil
	}
	for block, err := range chain.Blocks(ctx, height-1) {
		if err != nil {
			return "", err
		}
		h.height, h.hash = height, hex.EncodeToString(block.Hash)
		break
	}
	return h.hash, nil
}
