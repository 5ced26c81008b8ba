package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/ledger"
)

func (d *desk) getStock(c *gin.Context)       { ownPage(d, c, d.Stock.OwnLots) }
func (d *desk) getBins(c *gin.Context)        { ownPage(d, c, d.Stock.Bins) }
func (d *desk) getShipments(c *gin.Context)   { ownPage(d, c, d.Stock.Inbound) }
func (d *desk) getUnderReview(c *gin.Context) { ownPage(d, c, d.Stock.UnderReview) }

// ownPage answers with a page of a list that is the session's enterprise's.
func ownPage[P any](d *desk, c *gin.Context, list func(ctx context.Context, uscc, cursor string, limit int) (P, error)) {
	limit, ok := pageLimit(c)
	if !ok || !d.api.fresh.ready(c) {
		return
	}
	page, err := list(c.Request.Context(), who(c).USCC, c.Query("cursor"), limit)
	if err != nil {
		failRead(c, err)
		return
	}
	answer(c, &page)
}

// postOwnJob takes submissions of a session. It is POST /v1/records without
// waiting, under the enterprise's name, so that it can find the job again.
func (d *desk) postOwnJob(c *gin.Context) {
	name, ok := fileName(c)
	if !ok {
		return
	}
	peer := peerOf(c.RemoteIP())
	if err := d.api.opt.Submitter.Admit(peer); err != nil {
		failSubmit(c, err)
		return
	}
	subs, _, ok := d.api.readRecords(c, peer)
	if !ok {
		return
	}
	job, err := d.Jobs.AddFor(c.Request.Context(), jobs.Owner{USCC: who(c).USCC, Name: name}, subs)
	d.api.answerJob(c, "/v1/me/jobs/", job, err)
}

// ownJobs is a page of jobs.
type ownJobs struct {
	Jobs []jobs.Job `json:"jobs"`
	Next string     `json:"next,omitempty"`
}

func (d *desk) getOwnJobs(c *gin.Context) {
	limit, ok := pageLimit(c)
	if !ok {
		return
	}
	if limit == 0 {
		limit = 20
	}
	before, err := strconv.ParseInt(c.DefaultQuery("cursor", "0"), 10, 64)
	if err != nil || before < 0 {
		fail(c, problemBadRequest.withDetail("the cursor was not given out for this list"))
		return
	}
	page, err := d.Jobs.Of(c.Request.Context(), who(c).USCC, before, limit)
	if err != nil {
		_ = c.Error(err)
		fail(c, problemInternal)
		return
	}
	out := ownJobs{Jobs: page.Jobs}
	if page.Next > 0 {
		out.Next = strconv.FormatInt(page.Next, 10)
	}
	answer(c, &out)
}

// own is a job of the session's enterprise; false when the request has been
// answered with a problem. Another's job is no job.
func (d *desk) own(c *gin.Context) (jobs.Job, bool) {
	job, err := d.Jobs.Get(c.Request.Context(), c.Param("id"))
	switch {
	case errors.Is(err, jobs.ErrNotFound), err == nil && job.Owner != who(c).USCC:
		fail(c, problemNotFound)
	case err != nil:
		_ = c.Error(err)
		fail(c, problemInternal)
	default:
		d.api.fresh.note(job.Results)
		d.api.findFirst(c.Request.Context(), job.Results)
		return job, true
	}
	return job, false
}

func (d *desk) getOwnJob(c *gin.Context) {
	if job, ok := d.own(c); ok {
		answer(c, d.api.jobAnswer(c.Request.Context(), job))
	}
}

func (d *desk) getReceiptsJSON(c *gin.Context) {
	job, ok := d.own(c)
	if !ok {
		return
	}
	c.Header("Content-Disposition", `attachment; filename="receipts-`+job.ID[:8]+`.json"`)
	answer(c, &job)
}

func (d *desk) getReceiptsCSV(c *gin.Context) {
	job, ok := d.own(c)
	if !ok {
		return
	}
	attach(c, "receipts-"+job.ID[:8]+".csv", "text/csv; charset=utf-8", receiptsCSV(job.Results))
}

// receiptsCSV is receipts for a spreadsheet.
func receiptsCSV(receipts []ledger.Receipt) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff") // by which spreadsheets know UTF-8
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	write := func(cells ...string) {
		for i := range cells {
			cells[i] = inert(cells[i])
		}
		_ = out.Write(cells) // a buffer takes everything
	}
	write("type", "ref", "verdict", "code", "reason", "field", "detail", "record", "transaction", "block", "refused in")
	for _, r := range receipts {
		code, block := "", ""
		if r.Code != 0 {
			code = strconv.Itoa(int(r.Code))
		}
		if r.Block != 0 {
			block = strconv.FormatUint(r.Block, 10)
		}
		write(string(r.Type), r.Ref, string(r.Outcome), code, r.Reason, r.Field, r.Detail, r.ID, r.Tx, block, r.RefusedIn)
	}
	out.Flush()
	return b.Bytes()
}

// inert is a cell that no spreadsheet program takes for a formula: what begins
// like one gets an apostrophe before it, which such programs do not show.
func inert(cell string) string {
	if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r\n") {
		return "'" + cell
	}
	return cell
}
