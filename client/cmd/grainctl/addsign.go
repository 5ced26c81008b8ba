package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

// runAdd adds a signature to a signed record.
func (f *signFlags) runAdd(cmd *cobra.Command, file string) error {
	if f.key != "" && f.as != "" {
		return errors.New("give --key or --as: a key file says itself who signs")
	}
	s, p, err := f.signedRecord(cmd, file)
	if err != nil {
		return err
	}
	uscc := f.as
	if uscc == "" {
		uscc = p.Head().Issuer
	}
	key, err := f.signingKey(cmd, uscc)
	if err != nil {
		return err
	}
	id := key.Public().ID()
	if slices.ContainsFunc(s.Envelope.Signatures, func(sig record.Signature) bool { return sig.KeyID == id }) {
		return fmt.Errorf("%s: key %s has signed this record already", file, id)
	}
	if err := showSigned(cmd.ErrOrStderr(), s, p, id); err != nil {
		return err
	}
	if f.key == "" && uscc != p.Head().Issuer && !slices.Contains(record.Counterparties(p), uscc) {
		warner(cmd)(uscc + " is neither the issuer nor a counterparty of this record: its signature will confirm nothing")
	}
	if err := s.Envelope.AddSignature(key); err != nil {
		return err
	}
	out, err := json.Marshal(s)
	if err != nil {
		return err
	}
	// What is handed on must be what a gateway takes.
	again, err := client.ParseSubmissions(out)
	if err == nil {
		_, err = client.Verify(again[0], key.Public())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", out)
	return err
}

// signedRecord reads the one record of a file, whose form must be right.
func (f *signFlags) signedRecord(cmd *cobra.Command, file string) (s client.Submission, p record.Payload, err error) {
	records, err := readSubmissions(cmd, []string{file})
	if err != nil {
		return s, nil, err
	}
	if len(records) != 1 {
		return s, nil, fmt.Errorf("%s holds %d records; --add signs one", file, len(records))
	}
	s = records[0]
	t, err := s.Envelope.Type()
	if err == nil {
		p, err = record.DecodePayload(t, s.Envelope.Payload)
	}
	if err == nil {
		err = record.Check(p, time.Now())
	}
	if err != nil {
		return s, nil, fmt.Errorf("%s: %w", file, err)
	}
	if f.recordType != "" && f.recordType != string(t) {
		return s, nil, fmt.Errorf("%s is a record of type %s, not %s", file, t, f.recordType)
	}
	return s, p, nil
}

// showSigned says what a signature will stand for. The payload has no control
// characters: its form was checked.
func showSigned(w io.Writer, s client.Submission, p record.Payload, key string) error {
	payload := jsontext.Value(slices.Clone(s.Envelope.Payload))
	if err := payload.Compact(); err != nil {
		return err
	}
	h := p.Head()
	_, err := fmt.Fprintf(w, "record       %s\ntype         %s\nissuer       %s\nref          %s\noccurred at  %s\npayload      %s\n"+
		"signed by    %d keys before\nnow by key   %s\n",
		s.Envelope.ID(), p.Type(), h.Issuer, h.Ref, h.OccurredAt, payload, len(s.Envelope.Signatures), key)
	return err
}
