package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/gateway/tlog"
	"github.com/grainledger/grainledger/proof"
	"github.com/grainledger/grainledger/record"
)

// Log proves what the records log holds.
type Log interface {
	Anchored(ctx context.Context) (tlog.Anchor, error)
	Inclusion(ctx context.Context, id string, size uint64) (uint64, []proof.Hash, error)
	Consistency(ctx context.Context, before, after uint64) ([]proof.Hash, error)
	Tile(ctx context.Context, id tlog.TileID, width int) ([]byte, error)
}

// Anchoring tells how far the records log is and how much of it is anchored.
type Anchoring interface {
	Index(ctx context.Context, id string) (uint64, error)
	AnchoredSize() uint64
}

// RecordsLog is the transparency log of records.
type RecordsLog interface {
	Log
	Anchoring
}

var _ RecordsLog = (*tlog.Log)(nil)

const (
	// forEver is for answers that no later state of the log changes.
	forEver = "public, max-age=31536000, immutable"
	// forNow is for the newest checkpoint: one a second is enough.
	forNow = "public, max-age=1"
)

func (a *API) routeLogs(r *gin.RouterGroup) {
	log := r.Group("/logs/records")
	log.GET("/checkpoint", a.getCheckpoint)
	log.GET("/inclusion", a.getInclusion)
	log.GET("/consistency", a.getConsistency)
	log.GET("/tile/:level/*tile", a.getTile)
}

// getCheckpoint shows the newest anchored checkpoint as its signers signed it.
func (a *API) getCheckpoint(c *gin.Context) {
	anchor, err := a.opt.Records.Anchored(c.Request.Context())
	if err != nil {
		failLog(c, err)
		return
	}
	c.Header("Cache-Control", forNow)
	c.Data(http.StatusOK, "text/plain; charset=utf-8", anchor.Note)
}

func (a *API) getTile(c *gin.Context) {
	id, width, err := tlog.ParseTile(c.Param("level"), strings.TrimPrefix(c.Param("tile"), "/"))
	if err != nil {
		fail(c, problemNotFound)
		return
	}
	tile, err := a.opt.Records.Tile(c.Request.Context(), id, width)
	if err != nil {
		failLog(c, err)
		return
	}
	c.Header("Cache-Control", forEver)
	c.Data(http.StatusOK, "application/octet-stream", tile)
}

// inclusion is the proof that a record is in the log.
type inclusion struct {
	Record string       `json:"record"`
	Index  uint64       `json:"index"`
	Size   uint64       `json:"size"` // of the log that the proof is for
	Path   []proof.Hash `json:"path"`
}

func (a *API) getInclusion(c *gin.Context) {
	size, ok := a.logSize(c, "size")
	if !ok {
		return
	}
	p := inclusion{Record: c.Query("record"), Size: size}
	var err error
	if p.Index, p.Path, err = a.opt.Records.Inclusion(c.Request.Context(), p.Record, size); err != nil {
		failLog(c, err)
		return
	}
	answerProof(c, "size", &p)
}

// consistency is the proof that the log of one size begins with that of another.
type consistency struct {
	From uint64       `json:"from"`
	To   uint64       `json:"to"`
	Path []proof.Hash `json:"path"`
}

func (a *API) getConsistency(c *gin.Context) {
	from, err := strconv.ParseUint(c.Query("from"), 10, 63)
	if err != nil {
		fail(c, problemBadRequest.withDetail("from is a number of records"))
		return
	}
	to, ok := a.logSize(c, "to")
	if !ok {
		return
	}
	p := consistency{From: from, To: to}
	if p.Path, err = a.opt.Records.Consistency(c.Request.Context(), from, to); err != nil {
		failLog(c, err)
		return
	}
	answerProof(c, "to", &p)
}

// logSize reads a size, that of the anchored checkpoint where none is asked
// for; false when the request has been answered with a problem.
func (a *API) logSize(c *gin.Context, name string) (uint64, bool) {
	s, given := c.GetQuery(name)
	if !given {
		if size := a.opt.Records.AnchoredSize(); size > 0 {
			return size, true
		}
		failLog(c, tlog.ErrNotAnchored)
		return 0, false
	}
	size, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		fail(c, problemBadRequest.withDetail(name+" is a number of records"))
		return 0, false
	}
	return size, true
}

// answerProof answers with a proof, which holds for ever where its size was
// asked for.
func answerProof(c *gin.Context, size string, p any) {
	if _, given := c.GetQuery(size); given {
		c.Header("Cache-Control", forEver)
	}
	answer(c, p)
}

// failLog answers a question to the log that failed.
func failLog(c *gin.Context, err error) {
	switch {
	case errors.Is(err, tlog.ErrNotLogged):
		fail(c, problemNotLogged)
	case errors.Is(err, tlog.ErrBeyond):
		fail(c, problemBeyond)
	case errors.Is(err, tlog.ErrNotAnchored):
		fail(c, problemNotAnchored)
	default:
		_ = c.Error(err)
		fail(c, problemInternal)
	}
}

// jobAnswer is a job, and whether what it brought is anchored.
type jobAnswer struct {
	jobs.Job
	Anchored bool `json:"anchored"` // every record that was accepted is under an anchored checkpoint
}

func (a *API) jobAnswer(ctx context.Context, job jobs.Job) *jobAnswer {
	out := &jobAnswer{Job: job, Anchored: job.Status == ledger.StatusCommitted}
	for _, r := range job.Results {
		if r.Outcome == record.Rejected || r.Type == record.TypeCheckpoint {
			continue
		}
		if _, anchored := a.anchored(ctx, r.ID); !anchored {
			out.Anchored = false
			break
		}
	}
	return out
}

// anchored is the place of a record in the log, nil where it has none (yet),
// and whether it is under an anchored checkpoint.
func (a *API) anchored(ctx context.Context, id string) (index *uint64, anchored bool) {
	i, err := a.opt.Records.Index(ctx, id)
	if err != nil {
		return nil, false // the answer stands without
	}
	return &i, i < a.opt.Records.AnchoredSize()
}
