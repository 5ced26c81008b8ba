package api

import (
	"net/http"
	"testing"

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
