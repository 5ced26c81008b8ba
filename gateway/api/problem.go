package api

import (
	"math/rand/v2"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// Problem is the body of every error (RFC 9457).
type Problem struct {
	Type      string          `json:"type"` // urn:grainledger:problem:<reason>
	Title     string          `json:"title"`
	Status    int             `json:"status"`
	Reason    string          `json:"reason"`            // the last part of Type
	Detail    string          `json:"detail,omitempty"`  // about this case, for people
	Code      record.Code     `json:"code,omitzero"`     // the ledger's reason, where it is one
	Field     string          `json:"field,omitempty"`   // of the record
	RequestID string          `json:"requestId"`         // finds the request in the log
	Receipt   *ledger.Receipt `json:"receipt,omitempty"` // of the record that was refused
	retry     bool            // a later attempt may succeed: Retry-After is set
}

const problemURN = "urn:grainledger:problem:"

func newProblem(status int, reason, title string) Problem {
	return Problem{Type: problemURN + reason, Title: title, Status: status, Reason: reason}
}

func (p Problem) retryable() Problem {
	p.retry = true
	return p
}

func (p Problem) withDetail(detail string) Problem {
	p.Detail = detail
	return p
}

// The gateway's own problems. Titles are fixed; what went wrong inside stands
// in the log alone.
var (
	problemBadRequest  = newProblem(http.StatusBadRequest, "bad_request", "The request cannot be read.")
	problemNotFound    = newProblem(http.StatusNotFound, "not_found", "There is no such thing here.")
	problemNotLogged   = newProblem(http.StatusNotFound, "not_logged", "The records log has no such record, or has not read its block yet.")
	problemBeyond      = newProblem(http.StatusNotFound, "beyond_log", "The log is not that long, or the record stands behind that size.")
	problemNotAnchored = newProblem(http.StatusNotFound, "not_anchored", "The ledger has not anchored any checkpoint of the log yet.")
	problemMethod      = newProblem(http.StatusMethodNotAllowed, "method_not_allowed", "The address does not take this method.")
	problemSlow        = newProblem(http.StatusRequestTimeout, "request_timeout", "The request did not arrive in time.")
	problemTooLarge    = newProblem(http.StatusRequestEntityTooLarge, "body_too_large", "The request is too large.")
	problemTxTooLarge  = newProblem(http.StatusRequestEntityTooLarge, "transaction_too_large", "The record is more than a transaction of this ledger holds. Nothing was written.")
	problemMediaType   = newProblem(http.StatusUnsupportedMediaType, "unsupported_media_type", "The body must be application/json without a content coding.")
	problemQuota       = newProblem(http.StatusTooManyRequests, "too_many_waiting", "Too many records of this issuer are waiting.").retryable()
	problemForged      = newProblem(http.StatusTooManyRequests, "too_many_forged", "Too many badly signed records came from this address.").retryable()
	problemPeerQuota   = newProblem(http.StatusTooManyRequests, "too_many_from_address", "Too many records from this address are waiting.").retryable()
	problemInternal    = newProblem(http.StatusInternalServerError, "internal_error", "The gateway failed.")
	problemGraph       = newProblem(http.StatusUnprocessableEntity, "graph_too_large", "The lot graph is too large for one answer.")
	problemBusy        = newProblem(http.StatusServiceUnavailable, "busy", "The gateway has too much to do.").retryable()
	problemUnavailable = newProblem(http.StatusServiceUnavailable, "ledger_unavailable", "The ledger cannot be reached.").retryable()
	problemDisagree    = newProblem(http.StatusServiceUnavailable, "endorsers_disagree", "The endorsing organisations came to different results. Nothing was written.").
				withDetail("Operators have been told. Sending again helps once they have found out which organisation is at fault.").retryable()
	problemInvalid = newProblem(http.StatusServiceUnavailable, "transaction_invalid", "The channel did not accept the transaction. Nothing was written.").
			withDetail("Its endorsements did not satisfy the channel's rules, or the rules changed while it was under way. Operators have been told.").retryable()
	problemContention  = newProblem(http.StatusServiceUnavailable, "contention", "Others keep changing what the record needs. Nothing was written.").retryable()
	problemBehind      = newProblem(http.StatusServiceUnavailable, "index_behind", "The gateway is still reading the newest blocks.").retryable()
	problemNotReady    = newProblem(http.StatusServiceUnavailable, "not_ready", "The gateway is not ready.").retryable()
	problemNotYetUnder = newProblem(http.StatusServiceUnavailable, "not_yet_anchored", "The records are not under a checkpoint that the ledger has anchored yet.").retryable()
	problemUnknown     = newProblem(http.StatusGatewayTimeout, "outcome_unknown", "The outcome is not known yet. Sending the same records again is safe and tells.").retryable()
)

// refusal is the problem that stands for a record that was refused.
func refusal(r ledger.Receipt) Problem {
	status, _ := statusOf(r.Code)
	p := newProblem(status, r.Reason, titleOf(r.Code))
	p.Code, p.Field, p.Detail, p.Receipt = r.Code, r.Field, r.Detail, &r
	p.retry = status == http.StatusServiceUnavailable
	return p
}

// titleOf is a reason's fixed public message, by the kind of the reason.
func titleOf(c record.Code) string {
	switch c {
	case record.LogShrunk, record.LogForked, record.LogInconsistent:
		return "The log does not continue what the ledger has anchored of it."
	}
	switch c / 1000 {
	case 1:
		return "The record does not have its form."
	case 2:
		return "The record is not signed as it must be."
	case 3:
		return "The issuer has used this reference before."
	case 4:
		return "The signer may not sign this record."
	case 5:
		return "The record names something that does not exist, or exists already."
	case 6:
		return "The issuer or owner does not have this grain."
	case 7:
		return "The grain is not fit for this."
	case 8:
		return "The quantities do not allow this."
	}
	return "The ledger could not take the record."
}

// fail ends a request with a problem.
func fail(c *gin.Context, p Problem) {
	p.RequestID = c.GetString(requestIDKey)
	if p.retry {
		c.Header("Retry-After", strconv.Itoa(1+rand.IntN(3))) // jitter keeps the callers apart
	}
	c.Abort()
	write(c, p.Status, "application/problem+json", &p)
}
