package jobs

import (
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// storedSubmission is a submission in the file.
type storedSubmission struct {
	Envelope []byte   `json:"e"`
	Sealed   [][]byte `json:"s,omitempty"`
	Peer     string   `json:"p,omitempty"`
}

func encodeBody(subs []ledger.Submission) ([]byte, error) {
	stored := make([]storedSubmission, len(subs))
	for i, s := range subs {
		stored[i] = storedSubmission(s)
	}
	return json.Marshal(stored)
}

func decodeBody(body []byte) ([]ledger.Submission, error) {
	var stored []storedSubmission
	if err := json.Unmarshal(body, &stored); err != nil {
		return nil, fmt.Errorf("a job cannot be read: %w", err)
	}
	subs := make([]ledger.Submission, len(stored))
	for i, s := range stored {
		subs[i] = ledger.Submission(s)
	}
	return subs, nil
}
