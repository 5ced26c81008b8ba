package api

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/ledger"
)

// postJob takes submissions that the caller does not wait for. The answer
// means that they are durable.
func (a *API) postJob(c *gin.Context, subs []ledger.Submission) {
	job, err := a.opt.Jobs.Add(c.Request.Context(), subs)
	a.answerJob(c, "/v1/jobs/", job, err)
}

func (a *API) answerJob(c *gin.Context, at string, job jobs.Job, err error) {
	if err != nil {
		failSubmit(c, err)
		return
	}
	c.Header("Location", at+job.ID)
	c.Header("Preference-Applied", "respond-async")
	write(c, http.StatusAccepted, "application/json", a.jobAnswer(c.Request.Context(), job))
}

// getJob tells how far a job is. Whoever knows its id may ask.
func (a *API) getJob(c *gin.Context) {
	job, err := a.opt.Jobs.Get(c.Request.Context(), c.Param("id"))
	switch {
	case errors.Is(err, jobs.ErrNotFound):
		fail(c, problemNotFound)
	case err != nil:
		_ = c.Error(err)
		fail(c, problemInternal)
	default:
		a.fresh.note(job.Results)
		a.findFirst(c.Request.Context(), job.Results)
		answer(c, a.jobAnswer(c.Request.Context(), job))
	}
}
