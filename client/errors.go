package client

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/record"
)

// Step says how far a call came before it failed.
type Step string

// Steps.
const (
	// StepPrepare: the call was never sent; its arguments cannot be sent.
	StepPrepare Step = "prepare"
	// StepSend: no answer came. What a submission did is not known;
	// submitting the same records again is safe and tells.
	StepSend Step = "send"
	// StepAnswer: an answer came that cannot be read. As with StepSend the
	// outcome of a submission is not known.
	StepAnswer Step = "answer"
	// StepRefused: the gateway answered that it did not do it.
	StepRefused Step = "refused"
)

// Error is a call that failed. Where the ledger gave a reason, Code holds it
// and errors.Is(err, &record.Error{Code: …}) finds it.
type Error struct {
	Op         string        // what was called, for example "submit"
	Step       Step          // how far it came
	Status     int           // HTTP status; 0 where there was no answer
	Code       record.Code   // the ledger's reason; 0 where it gave none
	Title      string        // the problem's title, for people
	Detail     string        // the problem's detail, for people
	RetryAfter time.Duration // how long the gateway asks to wait; 0 where it does not say
	Err        error         // the cause; a *record.Error where Code is set
}

// Error writes the call, the step and what is known of the cause.
func (e *Error) Error() string {
	s := e.Op + ": " + e.words()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	} else if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

func (e *Error) words() string {
	switch e.Step {
	case StepPrepare:
		return "not sent"
	case StepSend:
		return "no answer from the gateway"
	case StepAnswer:
		return fmt.Sprintf("unreadable answer (HTTP %d)", e.Status)
	}
	title := e.Title
	if title == "" {
		title = strings.ToLower(http.StatusText(e.Status))
	}
	return fmt.Sprintf("the gateway says %q (HTTP %d)", title, e.Status)
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Temporary tells whether the same call may succeed later.
func (e *Error) Temporary() bool {
	switch e.Step {
	case StepSend:
		return true
	case StepAnswer, StepRefused:
		switch e.Status {
		case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
	}
	return false
}

// problem is an RFC 9457 problem document with our members.
type problem struct {
	Title  string         `json:"title"`
	Detail string         `json:"detail"`
	Code   jsontext.Value `json:"code"`
	Field  string         `json:"field"`
}

// refused reads the error that an answer other than 2xx stands for. The body
// need not be a problem document: proxies on the way answer in HTML.
func refused(op string, status int, header http.Header, body []byte) *Error {
	e := &Error{Op: op, Step: StepRefused, Status: status, RetryAfter: retryAfter(header, time.Now())}
	var p problem
	if json.Unmarshal(body, &p) != nil {
		return e
	}
	e.Title, e.Detail = p.Title, p.Detail
	if reason := p.reason(); reason != nil {
		e.Code, e.Err = reason.Code, reason
	}
	return e
}

// reason is the ledger's refusal in the problem: by number, or written out in
// the code or the detail.
func (p *problem) reason() *record.Error {
	var number record.Code
	if len(p.Code) > 0 && json.Unmarshal(p.Code, &number) == nil && number != 0 {
		return &record.Error{Code: number, Field: p.Field, Detail: p.Detail}
	}
	if e, ok := record.ParseError(p.Detail); ok {
		return e
	}
	return nil
}
