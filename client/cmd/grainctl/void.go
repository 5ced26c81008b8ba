package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/record"
)

type voidFlags struct {
	app                               *app
	ref, reason, replacement          string
	as, regulator, occurred, key, dir string
}

func (a *app) voidCommand() *cobra.Command {
	f := &voidFlags{app: a}
	cmd := &cobra.Command{
		Use:   "void ID",
		Short: "Sign that a record is taken back, or replaced",
		Long: `Reads the record with this id from the gateway, signs a void of it, or with
--replacement a correct, and prints the envelope, which “grainctl submit” takes.
It is signed by the record's issuer, or with --as by a regulator. To make grain
fit for food again lab and regulator both sign: the lab names --regulator, who
adds its signature with “grainctl sign --add”.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	cmd.Flags().StringVar(&f.ref, "ref", "", "the issuer's own document number of the void")
	cmd.Flags().StringVar(&f.reason, "reason", "", "why")
	cmd.Flags().StringVar(&f.replacement, "replacement", "", "id of the record that stands instead: makes it a correct")
	cmd.Flags().StringVar(&f.as, "as", "", "USCC of the regulator that signs (left out: the record's issuer)")
	cmd.Flags().StringVar(&f.regulator, "regulator", "", "USCC of the regulator that signs beside the issuer")
	cmd.Flags().StringVar(&f.occurred, "occurred-at", "", "when it was decided, RFC 3339 (left out: now)")
	cmd.Flags().StringVar(&f.key, "key", "", "file of the signing key (instead of --keys)")
	keysFlag(cmd, &f.dir)
	return cmd
}

func (f *voidFlags) run(cmd *cobra.Command, id string) error {
	c, err := f.app.client(cmd)
	if err != nil {
		return err
	}
	taken, err := c.Annul(cmd.Context(), id, f.reason)
	if err != nil {
		return err
	}
	p := f.payload(taken)
	if err := record.Check(p, time.Now()); err != nil {
		return err
	}
	key, err := (&signFlags{key: f.key, keys: f.dir}).signingKey(cmd, p.Head().Issuer)
	if err != nil {
		return err
	}
	envelope, err := record.Sign(p, key)
	if err != nil {
		return err
	}
	out, err := envelope.Encode()
	if err != nil {
		return err
	}
	cmd.PrintErrf("%s of %s %s by %s\n", p.Type(), taken.Original.Type, taken.Of.Ref, p.Head().Issuer)
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", out)
	return err
}

func (f *voidFlags) payload(taken record.Annulment) record.Payload {
	taken.Regulator = f.regulator
	h := record.Header{Issuer: f.as, Ref: f.ref, OccurredAt: f.occurred}
	if h.Issuer == "" {
		h.Issuer = taken.Of.Issuer
	}
	if h.OccurredAt == "" {
		h.OccurredAt = time.Now().Format(time.RFC3339)
	}
	if f.replacement == "" {
		return &record.Void{Header: h, Annulment: taken}
	}
	return &record.Correct{Header: h, Annulment: taken, Replacement: f.replacement}
}
