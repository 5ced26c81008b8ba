package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

type verifyFlags struct {
	app   *app
	pub   string
	keys  string
	given func(flag string) bool

	// Of bundles.
	trustFile string
	language  string
	json      bool
}

func (a *app) verifyCommand() *cobra.Command {
	f := &verifyFlags{app: a}
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check a signed record or a bundle",
		Long: `Checks the signatures of a record in an envelope or submission (“-” is standard
input) and says what was checked and what was not. The public key comes from
--pub, or is the issuer's: from --keys, or as --gateway has it registered. With
--pub or --keys nothing is asked of anybody.

A bundle (the evidence about a lot, which a shopper's page and “grainctl bundle”
fetch) is checked with the root's keys in --trust and without any network. What
was checked and what no bundle can prove is said check by check; the exit code
is 0 only where everything that can be checked holds.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.given = cmd.Flags().Changed
			if raw, err := readInput(cmd, args[0]); err != nil {
				return err
			} else if f.trustFile != "" || isBundle(raw) {
				return f.verifyBundle(cmd, raw)
			} else {
				cmd.SetIn(bytes.NewReader(raw)) // standard input is read once
			}
			records, err := readSubmissions(cmd, args)
			if err != nil {
				return err
			}
			var faults []error
			for _, s := range records {
				faults = append(faults, f.verify(cmd, s))
			}
			return errors.Join(faults...)
		},
	}
	cmd.Flags().StringVar(&f.pub, "pub", "", "public key, 04||x||y in hex")
	cmd.Flags().StringVar(&f.keys, "keys", "", "key directory that holds the issuer's key")
	cmd.Flags().StringVar(&f.trustFile, "trust", "", "trust file to check a bundle with (grainctl trust writes one)")
	cmd.Flags().StringVar(&f.language, "lang", "en", "language of the words about a bundle: en or zh")
	cmd.Flags().BoolVar(&f.json, "json", false, "of a bundle the report as JSON")
	return cmd
}

func (f *verifyFlags) verify(cmd *cobra.Command, s client.Submission) error {
	// Who the issuer is stands in the payload; a first pass without keys
	// reads it.
	v, err := client.Verify(s)
	if v == nil {
		return err
	}
	trust, err := f.trust(cmd, v)
	if err != nil {
		return err
	}
	v, err = client.Verify(s, trust.keys...)
	if err == nil && countValid(v) < trust.threshold {
		err = record.Refuse(record.TooFewSigned, "%d of %d signatures of the root", countValid(v), trust.threshold)
	}
	printVerification(cmd.OutOrStdout(), v, trust, err)
	return err
}

// trust is whose keys the record is checked with.
type trust struct {
	keys      []*record.PublicKey
	threshold int    // valid signatures that are needed
	source    string // where the keys come from
	ledger    string // what the gateway says of the record; empty where it was not asked
	revoked   map[string]bool
	today     int // signatures that the root needs now, where those needed then are not known
}

func (f *verifyFlags) trust(cmd *cobra.Command, v *client.Verification) (*trust, error) {
	switch {
	case f.pub != "":
		k, err := record.ParsePublicKey(f.pub)
		if err != nil {
			return nil, fmt.Errorf("--pub: %w", err)
		}
		return &trust{keys: []*record.PublicKey{k}, threshold: 1, source: "the key that --pub gives"}, nil
	case f.keys != "":
		k, err := keyring(cmd, f.keys).Key(v.Head.Issuer)
		if err != nil {
			return nil, err
		}
		return &trust{keys: []*record.PublicKey{k.Public()}, threshold: 1, source: "the issuer's key in " + f.keys}, nil
	case f.given("gateway"):
		c, err := f.app.client(cmd)
		if err != nil {
			return nil, err
		}
		return registered(cmd.Context(), c, v)
	}
	return nil, errors.New("no key to check with: give --pub, --keys or --gateway")
}

// registered asks the gateway for the issuer's keys and whether it knows the
// record.
func registered(ctx context.Context, c *client.Client, v *client.Verification) (*trust, error) {
	ledger, err := c.Ledger(ctx)
	if err != nil {
		return nil, err
	}
	t := &trust{threshold: 1, source: "the issuer's keys as the gateway has them registered", revoked: map[string]bool{}}
	var points []string
	root := v.Head.Issuer == ledger.Root.USCC
	if root {
		points, t.threshold = ledger.Root.Keys, ledger.Root.Threshold
	}
	// Those of the root are the ones that a rotation took away.
	e, err := c.Enterprise(ctx, v.Head.Issuer)
	if err != nil && !(root && client.IsNotFound(err)) {
		return nil, fmt.Errorf("keys of %s: %w", v.Head.Issuer, err)
	}
	if err == nil {
		for _, k := range e.Keys {
			points = append(points, k.PublicKey)
			t.revoked[k.ID] = k.Revoked
		}
	}
	for _, p := range points {
		k, err := record.ParsePublicKey(p)
		if err != nil {
			return nil, err
		}
		t.keys = append(t.keys, k)
	}
	var accepted bool
	t.ledger, accepted, err = onLedger(ctx, c, v.ID)
	if accepted && t.threshold > 1 {
		// It was accepted by the root as it was then, which may have needed fewer.
		t.today, t.threshold = t.threshold, 1
	}
	return t, err
}

func onLedger(ctx context.Context, c *client.Client, id string) (says string, accepted bool, err error) {
	r, err := c.Record(ctx, id)
	if client.IsNotFound(err) {
		return "the gateway knows no accepted record of this id", false, nil
	}
	if err != nil {
		return "", false, err
	}
	return fmt.Sprintf("accepted in block %d, transaction %s, as the gateway says (not proved)", r.Place.Block, r.Place.Tx), true, nil
}

// countValid counts keys, not signatures: one key may not count twice.
func countValid(v *client.Verification) int {
	valid := map[string]bool{}
	for _, s := range v.Signatures {
		if s.Valid {
			valid[s.KeyID] = true
		}
	}
	return len(valid)
}

func printVerification(w io.Writer, v *client.Verification, t *trust, err error) {
	line := func(label, format string, args ...any) {
		fmt.Fprintf(w, "%-12s %s\n", label, fmt.Sprintf(format, args...))
	}
	line("record", "%s", v.ID)
	line("type", "%s", v.Type)
	line("issuer", "%s", v.Head.Issuer)
	line("ref", "%s", v.Head.Ref)
	line("occurred at", "%s", v.Head.OccurredAt)
	if v.Form == nil {
		line("form", "the payload is well formed for its type")
	} else {
		line("form", "NOT as the ledger wants it: %v", v.Form)
	}
	for i, s := range v.Signatures {
		line(fmt.Sprintf("signature %d", i+1), "%s", signatureWords(s, t))
	}
	if v.SealedNamed > 0 {
		line("sealed parts", "%d named, %d given and matching", v.SealedNamed, v.SealedGiven)
	}
	if t.ledger != "" {
		line("ledger", "%s", t.ledger)
	}
	line("checked with", "%s", t.source)
	line("not checked", "%s", t.unchecked())
	if err != nil {
		line("result", "NOT VALID: %v", err)
		return
	}
	line("result", "signed by a key that was given, and unchanged since")
}

func signatureWords(s client.SignatureResult, t *trust) string {
	switch {
	case s.Valid && t.revoked[s.KeyID]:
		return "valid, by key " + s.KeyID + ", which was revoked (before or after this record)"
	case s.Valid:
		return "valid, by key " + s.KeyID
	case s.Known:
		return "NOT VALID for key " + s.KeyID
	}
	return "not checked: key " + s.KeyID + " was not given"
}

func (t *trust) unchecked() string {
	s := "whether the key was good at the time"
	if t.ledger == "" {
		s = "whether the key is registered for the issuer and was good at the time, whether the ledger accepted the record"
	}
	if t.today > 0 {
		s += fmt.Sprintf(", how many keys of the root had to sign then (today %d)", t.today)
	}
	return s + ", and whether what it says is true"
}
