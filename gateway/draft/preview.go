package draft

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/gateway/ledger"
	"github.com/grainledger/grainledger/record"
)

// preview asks the ledger about the rows that have a payload, all in one call,
// so that a row may use what an earlier one makes.
func (d *Drafter) preview(ctx context.Context, issuer string, rows []Row) error {
	var envelopes [][]byte
	var asked []*Row
	for i := range rows {
		r := &rows[i]
		if r.Payload == "" {
			continue
		}
		payload, err := d.named(ctx, issuer, r)
		if err != nil {
			return err
		}
		e := record.Envelope{PayloadType: r.PayloadType, Payload: payload}
		raw, err := e.Encode()
		if err != nil {
			return fmt.Errorf("draft: %w", err)
		}
		envelopes, asked = append(envelopes, raw), append(asked, r)
	}
	if len(asked) == 0 {
		return nil
	}
	verdicts, err := d.ask(ctx, envelopes)
	if err != nil {
		return err
	}
	if len(verdicts) != len(asked) {
		return fmt.Errorf("draft: %d verdicts on %d rows", len(verdicts), len(asked))
	}
	for i, r := range asked {
		t, _ := season.TableOf(r.Type)
		r.decide(t, &verdicts[i])
	}
	return nil
}

func (d *Drafter) ask(ctx context.Context, envelopes [][]byte) ([]record.Verdict, error) {
	batch, err := record.EncodeBatch(envelopes)
	if err != nil {
		return nil, fmt.Errorf("draft: %w", err)
	}
	answer, err := d.ledger.Evaluate(ctx, ledger.Tx{Function: record.FnPreview, Args: [][]byte{batch}})
	if err != nil {
		return nil, err
	}
	verdicts, err := record.ReadVerdicts("", answer, envelopes)
	if err != nil {
		return nil, fmt.Errorf("draft: the ledger's answer: %w", err)
	}
	return verdicts, nil
}

// named is the payload as the ledger is asked about it. Where a record of the
// same number is there already, its sealed parts are taken to be the same: only
// the enterprise, which has the sealing key, can tell. So a table that was
// submitted before shows as that, and not as another under the same numbers.
func (d *Drafter) named(ctx context.Context, issuer string, r *Row) ([]byte, error) {
	if len(r.Open) == 0 {
		return []byte(r.Payload), nil
	}
	have, err := d.records.RecordByRef(ctx, issuer, r.Ref)
	if errors.Is(err, index.ErrNotFound) {
		return []byte(r.Payload), nil
	}
	if err != nil {
		return nil, fmt.Errorf("draft: %w", err)
	}
	var first struct {
		Sealed []string `json:"sealed"`
	}
	if err := json.Unmarshal(have.Payload, &first); err != nil || len(first.Sealed) != len(r.Open) {
		return []byte(r.Payload), nil //nolint:nilerr // another record: the ledger says so
	}
	payload := r.Payload
	for i, o := range r.Open {
		payload = strings.Replace(payload, o.Name, first.Sealed[i], 1)
	}
	return []byte(payload), nil
}
