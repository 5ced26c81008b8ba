package api

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// results is the answer to a list of submissions.
type results struct {
	Results []ledger.Receipt `json:"results"`
}

// postRecords takes one submission or a list, and answers when all are
// decided, or with a job where the caller prefers not to wait.
func (a *API) postRecords(c *gin.Context) {
	peer := peerOf(c.RemoteIP())
	if err := a.opt.Submitter.Admit(peer); err != nil {
		failSubmit(c, err)
		return
	}
	subs, list, ok := a.readRecords(c, peer)
	if !ok {
		return
	}
	if prefersAsync(c.Request.Header) {
		a.postJob(c, subs)
		return
	}
	a.decide(c, subs, list)
}

// readRecords reads submissions, and tells whether they came as a list; false
// when the request has been answered with a problem.
func (a *API) readRecords(c *gin.Context, peer string) (subs []ledger.Submission, list, ok bool) {
	body, ok := a.readBody(c)
	if !ok {
		return nil, false, false
	}
	parts, list, err := splitList(body)
	switch {
	case err != nil:
		fail(c, problemBadRequest.withDetail("the body is neither a JSON object nor a list of objects"))
		return nil, false, false
	case len(parts) > a.opt.MaxRecords:
		fail(c, problemTooLarge.withDetail("a request has at most "+strconv.Itoa(a.opt.MaxRecords)+" records"))
		return nil, false, false
	}
	subs = make([]ledger.Submission, len(parts))
	for i, part := range parts {
		if subs[i], err = splitSubmission(part); err != nil {
			fail(c, problemBadRequest.withDetail("record "+strconv.Itoa(i)+" cannot be read"))
			return nil, false, false
		}
		subs[i].Peer = peer
	}
	return subs, list, true
}

func (a *API) decide(c *gin.Context, subs []ledger.Submission, list bool) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), a.opt.SubmitWait)
	defer cancel()
	ticket, err := a.opt.Submitter.Enqueue(ctx, subs)
	if err != nil {
		failSubmit(c, err)
		return
	}
	receipts, err := ticket.Wait(ctx)
	a.fresh.note(receipts)
	if err != nil {
		failSubmit(c, err)
		return
	}
	a.findFirst(ctx, receipts)
	switch {
	case list:
		answer(c, results{Results: receipts})
	case receipts[0].Outcome == record.Rejected:
		fail(c, refusal(receipts[0]))
	default:
		answer(c, receipts[0])
	}
}

// findFirst adds to duplicates the block of their first receipt, as far as
// the index has read it.
func (a *API) findFirst(ctx context.Context, receipts []ledger.Receipt) {
	var ids []string
	first := func(r *ledger.Receipt) bool {
		return r.Block == 0 && (r.Outcome == record.IsDuplicate || r.Outcome == record.Accepted)
	}
	for i := range receipts {
		if first(&receipts[i]) {
			ids = append(ids, receipts[i].ID)
		}
	}
	if len(ids) == 0 {
		return
	}
	places, err := a.opt.Index.Places(ctx, ids)
	if err != nil {
		return // the answer stands without
	}
	for i := range receipts {
		if r := &receipts[i]; first(r) {
			r.Block = places[r.ID].Block
		}
	}
}

// PeerOf is peerOf, for routes of other packages that bring records.
func PeerOf(address string) string { return peerOf(address) }

// peerOf is whose share an address counts to: its own, or where it is of
// IPv6, that of its network of 64 bits, of which one host may use them all.
func peerOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	network, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return network.String()
}

// failSubmit answers a submission that was not decided.
func failSubmit(c *gin.Context, err error) {
	p, expected := undecided(err)
	if !expected {
		_ = c.Error(err) // for the log
	}
	fail(c, p)
}

// wholeRefusal is the problem for a transaction that the contract refused
// with everything in it.
func wholeRefusal(err *ledger.ContractError) Problem {
	e, ok := record.ParseError(err.Message)
	if !ok {
		return problemInternal
	}
	p := refusal(ledger.Receipt{Verdict: record.Refusal(e)})
	p.Receipt = nil
	return p
}

// recordAnswer is a record with what was signed.
type recordAnswer struct {
	index.Record
	LogIndex     *uint64        `json:"logIndex,omitempty"` // its place in the records log
	Anchored     bool           `json:"anchored"`           // under a checkpoint on the ledger
	Payload      jsontext.Value `json:"payload"`
	Envelope     []byte         `json:"envelope"`
	Cosignatures [][]byte       `json:"cosignatures,omitempty"`
}

func (a *API) getRecord(c *gin.Context) {
	if !a.fresh.ready(c) {
		return
	}
	r, err := a.opt.Index.Record(c.Request.Context(), c.Param("id"))
	a.answerRecord(c, r, err)
}

// findRecord shows the record that an issuer gave a number.
func (a *API) findRecord(c *gin.Context) {
	issuer, ref := c.Query("issuer"), c.Query("ref")
	if issuer == "" || ref == "" {
		fail(c, problemBadRequest.withDetail("issuer and ref name the record"))
		return
	}
	if !a.fresh.ready(c) {
		return
	}
	r, err := a.opt.Index.RecordByRef(c.Request.Context(), issuer, ref)
	a.answerRecord(c, r, err)
}

func (a *API) answerRecord(c *gin.Context, r index.Record, err error) {
	if err != nil {
		failRead(c, err)
		return
	}
	at, anchored := a.anchored(c.Request.Context(), r.ID)
	answer(c, recordAnswer{Record: r, LogIndex: at, Anchored: anchored, Payload: r.Payload, Envelope: r.Envelope, Cosignatures: r.Cosignatures})
}

// prefersAsync looks for the preference respond-async (RFC 7240).
func prefersAsync(h http.Header) bool {
	for _, line := range h.Values("Prefer") {
		for preference := range strings.SplitSeq(line, ",") {
			token, _, _ := strings.Cut(preference, ";")
			if strings.EqualFold(strings.TrimSpace(token), "respond-async") {
				return true
			}
		}
	}
	return false
}
