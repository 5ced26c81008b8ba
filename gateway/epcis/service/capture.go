package service

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/api"
	"github.com/grainledger/grainledger/gateway/epcis"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// What happens to a document of which some events cannot be taken.
const (
	rollback = "rollback" // none is submitted; the default
	proceed  = "proceed"  // the others are
)

// captureJob is the answer about a document.
type captureJob struct {
	CaptureID  string         `json:"captureID"`
	CreatedAt  string         `json:"createdAt"`
	FinishedAt string         `json:"finishedAt,omitempty"`
	Running    bool           `json:"running"`
	Success    bool           `json:"success"` // every event stands in the ledger
	Behaviour  string         `json:"captureErrorBehaviour"`
	Events     int            `json:"gl:events"`
	Records    []string       `json:"gl:eventIDs,omitempty"` // of what the ledger accepted, now or before
	Errors     []captureError `json:"errors"`
	More       int            `json:"gl:moreErrors,omitzero"` // that were not kept
}

// captureError is why an event was not taken, as a problem document.
type captureError struct {
	Type   string      `json:"type"`
	Title  string      `json:"title"`
	Status int         `json:"status"`
	Detail string      `json:"detail,omitempty"`
	Event  int         `json:"gl:event"`           // its place in the document, from 0
	Field  string      `json:"gl:field,omitempty"` // of the event or the record
	Code   record.Code `json:"gl:code,omitzero"`   // the ledger's reason
}

func unmapped(event int, err error) captureError {
	e := captureError{Type: "epcisException:ValidationException", Title: "The event cannot be mapped to a record.", Status: http.StatusBadRequest, Detail: err.Error(), Event: event}
	var f *epcis.FieldError
	if errors.As(err, &f) {
		e.Field, e.Detail = f.Field, f.Why
	}
	return e
}

func refused(event int, v *record.Verdict) captureError {
	return captureError{Type: "epcisException:ValidationException", Title: "The ledger refuses the record.", Status: http.StatusUnprocessableEntity,
		Detail: v.Reason + ": " + v.Detail, Event: event, Field: v.Field, Code: v.Code}
}

// capturing is a document on its way.
type capturing struct {
	peer      string
	behaviour string
	events    int
	subs      []ledger.Submission
	places    []int // of the submissions in the document
	errors    []captureError
}

// postCapture takes a document: each event is mapped and held against what was
// signed before the answer, and in rollback the ledger is asked about all of
// them. The answer means that what is submitted survives a restart.
func (s *Service) postCapture(c *gin.Context) {
	select {
	case s.captures <- struct{}{}:
		defer func() { <-s.captures }()
	default:
		fail(c, http.StatusServiceUnavailable, "ServiceUnavailable", "too many documents are being read")
		return
	}
	peer := api.PeerOf(c.RemoteIP())
	if s.opt.Admit != nil {
		if err := s.opt.Admit(peer); err != nil {
			fail(c, http.StatusTooManyRequests, "CaptureLimitExceeded", "too many badly signed records came from this address")
			return
		}
	}
	job := &capturing{peer: peer, behaviour: rollback}
	if b := c.GetHeader("GS1-Capture-Error-Behaviour"); b != "" {
		if job.behaviour = b; b != rollback && b != proceed {
			fail(c, http.StatusBadRequest, "ValidationException", "GS1-Capture-Error-Behaviour is rollback or proceed")
			return
		}
	}
	body, ok := readBody(c, maxDocument)
	if !ok {
		return
	}
	document, err := epcis.ReadDocument(body)
	if err != nil {
		fail(c, http.StatusBadRequest, "ValidationException", err.Error())
		return
	}
	if !s.fresh(c) { // lots are looked up by their batch
		return
	}
	ctx := c.Request.Context()
	s.mapAll(ctx, document, job)
	if job.behaviour == rollback && len(job.errors) == 0 {
		if err := s.tryAll(ctx, job); err != nil {
			failInside(c, err)
			return
		}
	}
	id, err := s.submit(ctx, job)
	if err != nil {
		failInside(c, err)
		return
	}
	c.Header("Location", s.base+"/epcis/capture/"+id)
	c.Header("GS1-Capture-Error-Behaviour", job.behaviour)
	c.Status(http.StatusAccepted)
}

// readBody reads a JSON body; false when the request has been answered.
func readBody(c *gin.Context, limit int64) ([]byte, bool) {
	media, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || media != "application/json" && media != "application/ld+json" || c.GetHeader("Content-Encoding") != "" {
		fail(c, http.StatusUnsupportedMediaType, "UnsupportedMediaType", "the body must be application/json or application/ld+json without a content coding")
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		fail(c, http.StatusRequestEntityTooLarge, "CaptureLimitExceeded", "a body has at most "+strconv.FormatInt(limit, 10)+" bytes")
	case err != nil:
		fail(c, http.StatusBadRequest, "ValidationException", "the body did not arrive whole")
	default:
		return body, true
	}
	return nil, false
}

// mapAll maps the events of a document.
func (s *Service) mapAll(ctx context.Context, d *epcis.Document, job *capturing) {
	batches := func(gtin, batch string) (string, error) {
		lot, err := s.opt.Records.LotByBatch(ctx, gtin, batch)
		if errors.Is(err, index.ErrNotFound) {
			return "", errors.New("the ledger has no batch of this number")
		}
		return lot, err
	}
	job.events = len(d.Body.EventList)
	for i, raw := range d.Body.EventList {
		captured, err := epcis.Capture(raw, d.Context, batches)
		if err != nil {
			job.errors = append(job.errors, unmapped(i, err))
			continue
		}
		job.subs = append(job.subs, ledger.Submission{Envelope: captured.Envelope, Sealed: captured.Sealed, Peer: job.peer})
		job.places = append(job.places, i)
	}
	if job.behaviour == rollback && len(job.errors) > 0 {
		job.subs, job.places = nil, nil
	}
}

// tryAll asks the ledger what it would decide about all events in one
// transaction, whose writes are thrown away. If it would refuse one, none is
// submitted. Between this and the commit others may change the state: then a
// record may be refused all the same, and the job says so.
func (s *Service) tryAll(ctx context.Context, job *capturing) error {
	envelopes := make([][]byte, len(job.subs))
	for i, sub := range job.subs {
		envelopes[i] = sub.Envelope
	}
	batch, err := record.EncodeBatch(envelopes)
	if err != nil {
		return err
	}
	response, err := s.opt.Ledger.Evaluate(ctx, ledger.Tx{Function: record.FnSubmit, Args: [][]byte{batch}})
	if err != nil {
		return err
	}
	verdicts, err := record.ReadVerdicts("", response, envelopes)
	if err != nil {
		return fmt.Errorf("epcis: the ledger's trial: %w", err)
	}
	for i := range verdicts {
		if verdicts[i].Outcome == record.Rejected {
			job.errors = append(job.errors, refused(job.places[i], &verdicts[i]))
			if s.opt.Charge != nil {
				s.opt.Charge(job.peer, verdicts[i].Code, len(envelopes[i]))
			}
		}
	}
	if len(job.errors) > 0 {
		job.subs, job.places = nil, nil
	}
	return nil
}

// submit hands over what is to be submitted and notes the job.
func (s *Service) submit(ctx context.Context, job *capturing) (id string, err error) {
	created := time.Now().UnixMilli()
	finished, queued := created, jobs.Job{}
	if len(job.subs) > 0 {
		if queued, err = s.opt.Jobs.Add(ctx, job.subs); err != nil {
			return "", err
		}
		finished = 0
	}
	places, err1 := json.Marshal(job.places)
	kept, more := keep(job.errors)
	problems, err2 := json.Marshal(kept)
	if err := errors.Join(err1, err2); err != nil {
		return "", err
	}
	id = newID()
	_, err = s.store.exec(ctx, `INSERT INTO capture (id, created, finished, behaviour, events, job, places, errors, more, peer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, created, finished, job.behaviour, job.events, queued.ID, string(places), string(problems), more, job.peer)
	if err != nil {
		return "", err
	}
	return id, s.store.forgetCaptures(ctx, job.peer, created-s.opt.Retention.Milliseconds())
}

// keep bounds what is kept of errors, which quote what a stranger sent, and
// counts what is left out.
func keep(all []captureError) (kept []captureError, more int) {
	kept = all[:min(len(all), keptErrors)]
	for i := range kept {
		kept[i].Field, kept[i].Detail = clip(kept[i].Field), clip(kept[i].Detail)
	}
	return kept, len(all) - len(kept)
}

func clip(s string) string {
	if len(s) <= keptText {
		return s
	}
	return strings.ToValidUTF8(s[:keptText], "") + "…"
}

func newID() string {
	b := make([]byte, 16) // whoever knows it may ask
	rand.Read(b)          // never fails
	return hex.EncodeToString(b)
}

// captureRow is a job as it is kept.
type captureRow struct {
	captureJob
	created, finished int64
	job               string
	places            []int
}

func (s *Service) capture(ctx context.Context, id string) (*captureRow, error) {
	r := &captureRow{}
	var places, problems string
	err := s.store.db.QueryRowContext(ctx, `SELECT id, created, finished, behaviour, events, job, places, errors, more FROM capture WHERE id = ?`, id).
		Scan(&r.CaptureID, &r.created, &r.finished, &r.Behaviour, &r.Events, &r.job, &places, &problems, &r.More)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(json.Unmarshal([]byte(places), &r.places), json.Unmarshal([]byte(problems), &r.Errors)); err != nil {
		return nil, err
	}
	r.CreatedAt = stamp(r.created)
	if r.Errors == nil {
		r.Errors = []captureError{}
	}
	return r, nil
}

func stamp(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339) }

// getCapture tells how far a document is.
func (s *Service) getCapture(c *gin.Context) {
	row, err := s.capture(c.Request.Context(), c.Param("id"))
	if err == nil {
		err = s.finish(c.Request.Context(), row)
	}
	switch {
	case errors.Is(err, sql.ErrNoRows), errors.Is(err, jobs.ErrNotFound):
		fail(c, http.StatusNotFound, "NoSuchResourceException", "there is no such job, or its result is no longer kept")
	case err != nil:
		failInside(c, err)
	default:
		write(c, http.StatusOK, "application/json", &row.captureJob)
	}
}

// finish adds what became of the records of a job.
func (s *Service) finish(ctx context.Context, row *captureRow) error {
	if row.job == "" {
		row.FinishedAt, row.Success = stamp(row.finished), len(row.Errors) == 0
		return nil
	}
	job, err := s.opt.Jobs.Get(ctx, row.job)
	if err != nil {
		return err
	}
	if job.Status != ledger.StatusCommitted {
		row.Running = true
		return nil
	}
	s.opt.Fresh.Note(job.Results)
	row.FinishedAt = job.Decided
	for i := range job.Results {
		if v := &job.Results[i].Verdict; v.Outcome == record.Rejected {
			row.Errors = append(row.Errors, refused(row.places[i], v))
		} else {
			row.Records = append(row.Records, epcis.EventID(v.ID))
		}
	}
	row.Success = len(row.Errors) == 0
	return nil
}

// listCaptures would show other people's jobs: a job's id is what lets one ask
// for it, so that the list of all of them is empty for everybody.
func (s *Service) listCaptures(c *gin.Context) {
	fail(c, http.StatusNotImplemented, "ImplementationException",
		"who knows a job's id may ask for it; there is no list, since nobody is logged in here and the list would give all ids away")
}
