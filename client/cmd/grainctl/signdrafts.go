package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/client/season"
	"github.com/grainledger/grainledger/record"
)

// draft is a row of a draft, as far as it is to be signed. A file of drafts,
// which the enterprise page gives out, is a JSON array of them; other members
// are for people.
type draft struct {
	PayloadType string            `json:"payloadType"`
	Payload     string            `json:"payload"`
	Open        []season.OpenPart `json:"open"`
}

// runDrafts seals and signs what a page has prepared, and prints submissions.
func (f *signFlags) runDrafts(cmd *cobra.Command, file string) error {
	if f.recordType != "" || f.add || f.as != "" {
		return errors.New("--drafts goes with neither --type nor --add nor --as: each draft names its type and issuer")
	}
	data, err := readInput(cmd, file)
	if err != nil {
		return err
	}
	var drafts []draft
	if err := json.Unmarshal(data, &drafts); err != nil {
		return fmt.Errorf("%s is not a file of drafts: %w", file, err)
	}
	signer := newSigner(keyring(cmd, f.keys))
	signed := make([]client.Submission, len(drafts))
	for i := range drafts {
		if signed[i], err = f.signDraft(cmd, signer, &drafts[i]); err != nil {
			return fmt.Errorf("%s, draft %d: %w", file, i+1, err)
		}
	}
	out, err := json.Marshal(signed)
	if err != nil {
		return err
	}
	cmd.PrintErrf("%d records are signed\n", len(signed))
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", out)
	return err
}

func (f *signFlags) signDraft(cmd *cobra.Command, s *signer, d *draft) (client.Submission, error) {
	e := record.Envelope{PayloadType: d.PayloadType}
	t, err := e.Type()
	if err != nil {
		return client.Submission{}, err
	}
	p, err := record.DecodePayload(t, []byte(d.Payload))
	if err != nil {
		return client.Submission{}, err
	}
	issuer := p.Head().Issuer
	key, err := f.signingKey(cmd, issuer)
	if err != nil {
		return client.Submission{}, err
	}
	payload, parts := []byte(d.Payload), [][]byte(nil)
	if len(d.Open) > 0 {
		seal, err := s.seal(issuer)
		if err != nil {
			return client.Submission{}, err
		}
		if payload, parts, err = season.Close(seal, payload, d.Open); err != nil {
			return client.Submission{}, err
		}
	}
	if p, err = record.DecodePayload(t, payload); err != nil {
		return client.Submission{}, err
	}
	if err := record.Check(p, time.Now()); err != nil {
		return client.Submission{}, err
	}
	e, err = record.SignBytes(t, payload, key)
	return client.Submission{Envelope: e, Sealed: parts}, err
}
