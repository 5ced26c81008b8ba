package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/grainledger/grainledger/gateway/jobs"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// TestEveryCodeHasAStatus walks the reasons: none may be forgotten.
func TestEveryCodeHasAStatus(t *testing.T) {
	for _, code := range record.Codes() {
		status, known := statusOf(code)
		if !known {
			t.Errorf("%d %s has no status", code, code)
		}
		if http.StatusText(status) == "" || (status < 400) != (code == record.Duplicate) {
			t.Errorf("%d %s has status %d", code, code, status)
		}
		p := refusal(ledger.Receipt{Verdict: record.Refusal(record.Refuse(code, "detail"))})
		if p.Title == "" || p.Reason != code.String() || p.Status != status {
			t.Errorf("%d %s gives the problem %+v", code, code, p)
		}
	}
	if status, known := statusOf(7777); known || status != http.StatusUnprocessableEntity {
		t.Errorf("a code of a newer contract gives %d", status)
	}
}

// TestUndecidedHasAProblem goes through why records may not be decided.
func TestUndecidedHasAProblem(t *testing.T) {
	invalid := &ledger.InvalidError{Code: "ENDORSEMENT_POLICY_FAILURE"}
	refused := &ledger.ContractError{Message: record.Refuse(record.NotInitialised, "no root yet").Error()}
	for _, test := range []struct {
		name   string
		err    error
		status int
		reason string
	}{
		{"busy", ledger.ErrBusy, 503, "busy"},
		{"jobs full", jobs.ErrFull, 503, "busy"},
		{"issuer's share", ledger.ErrQuota, 429, "too_many_waiting"},
		{"address's share", ledger.ErrPeerQuota, 429, "too_many_from_address"},
		{"forged", ledger.ErrForged, 429, "too_many_forged"},
		{"conflict", ledger.ErrConflict, 503, "contention"},
		{"disagree", ledger.ErrDisagree, 503, "endorsers_disagree"},
		{"disagree, with words around it", fmt.Errorf("submit: %w: Org2 differs", ledger.ErrDisagree), 503, "endorsers_disagree"},
		{"invalid", invalid, 503, "transaction_invalid"},
		{"too large", fmt.Errorf("%w: 5 MiB", ledger.ErrTooLarge), 413, "transaction_too_large"},
		{"away", ledger.ErrUnavailable, 503, "ledger_unavailable"},
		{"closed", ledger.ErrClosed, 503, "ledger_unavailable"},
		{"jobs closed", jobs.ErrClosed, 503, "ledger_unavailable"},
		{"unknown", ledger.ErrUnknown, 504, "outcome_unknown"},
		{"left", context.Canceled, 504, "outcome_unknown"},
		{"unknown, then disagree", fmt.Errorf("%w: %w", ledger.ErrUnknown, ledger.ErrDisagree), 504, "outcome_unknown"},
		{"unknown, then invalid", fmt.Errorf("%w: %w", ledger.ErrUnknown, invalid), 504, "outcome_unknown"},
		{"halves of a batch", errors.Join(nil, ledger.ErrDisagree), 503, "endorsers_disagree"},
		{"refused as a whole", refused, 503, "not_initialised"},
		{"refused in words of no contract", &ledger.ContractError{Message: "chaincode not found"}, 500, "internal_error"},
		{"panic", ledger.ErrPanic, 500, "internal_error"},
		{"anything else", errors.New("what is this"), 500, "internal_error"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, _ := undecided(test.err)
			if p.Status != test.status || p.Reason != test.reason || p.Title == "" {
				t.Errorf("problem %+v", p)
			}
			if retry := test.status == 429 || test.status == 503 || test.status == 504; p.retry != retry {
				t.Errorf("Retry-After is set: %t", p.retry)
			}
		})
	}
}
