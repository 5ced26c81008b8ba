package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/proof"
)

// isBundle tells a bundle from a signed record.
func isBundle(raw []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(raw), []byte(`{"bundle"`))
}

// errBundle is that a bundle failed; the report has said why.
var errBundle = errors.New("the bundle failed")

// verifyBundle checks a bundle and says in plain words what came of it.
func (f *verifyFlags) verifyBundle(cmd *cobra.Command, raw []byte) error {
	if f.trustFile == "" {
		return errors.New("a bundle is checked with --trust keys.json (grainctl trust writes one)")
	}
	if !slices.Contains(proof.Languages, f.language) {
		return fmt.Errorf("--lang is one of %v", proof.Languages)
	}
	file, err := readInput(cmd, f.trustFile)
	if err != nil {
		return err
	}
	trust, err := proof.ParseTrust(file)
	if err != nil {
		return fmt.Errorf("--trust %s: %w", f.trustFile, err)
	}
	report := client.VerifyBundle(raw, trust)
	if f.json {
		text, err := json.Marshal(report, json.Deterministic(true), jsontext.WithIndent("  "))
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s\n", text)
	} else {
		printReport(cmd.OutOrStdout(), report, trust, f.language)
	}
	if !report.Holds {
		return errBundle
	}
	return nil
}

var labels = map[string]map[string]string{
	"en": {"lot": "lot", "batch": "GTIN %s, batch %s", "root": "root trusted", "result": "result"},
	"zh": {"lot": "批次", "batch": "商品条码 %s，批号 %s", "root": "信任的根", "result": "结论"},
}

func printReport(w io.Writer, r *proof.Report, trust *proof.Trust, language string) {
	label := labels[language]
	if r.Subject.Lot != "" {
		fmt.Fprintf(w, "%s: %s\n", label["lot"], r.Subject.Lot)
	}
	if r.Subject.GTIN != "" {
		fmt.Fprintf(w, label["batch"]+"\n", r.Subject.GTIN, r.Subject.Batch)
	}
	fmt.Fprintf(w, "%s: %s, %s\n", label["root"], trust.Root.USCC, trust.Fingerprint())
	for _, c := range r.Checks {
		fmt.Fprintf(w, "[%s] %s\n    %s\n", c.OutcomeWord(language), c.Title(language), c.Words(language))
	}
	fmt.Fprintf(w, "%s: %s\n", label["result"], r.Result(language))
}

func (a *app) trustCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "trust FILE",
		Short: "Write a trust file for checking bundles, as a gateway has it",
		Long: `Asks the gateway for the root's keys, the records log and its key, and writes
them to FILE (“-” is standard output) for “grainctl verify --trust”.

The file comes from the gateway whose bundles it is to check. Compare the
fingerprint that this command prints with the one that the regulator publishes,
by another way than this gateway, before you rely on it. A file that exists
already is not replaced.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client(cmd)
			if err != nil {
				return err
			}
			trust, err := c.Trust(cmd.Context())
			if err != nil {
				return err
			}
			raw, err := trust.Encode()
			if err != nil {
				return err
			}
			if err := writeNew(cmd, args[0], raw); err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "root %s, fingerprint %s\nCompare it with what the regulator publishes before you rely on this file.\n",
				trust.Root.USCC, trust.Fingerprint())
			return nil
		},
	}
}

func (a *app) bundleCommand() *cobra.Command {
	var full bool
	cmd := &cobra.Command{
		Use:   "bundle LOT FILE",
		Short: "Fetch the evidence about a lot, to be checked without the gateway",
		Long: `Writes the bundle of a lot to FILE (“-” is standard output): the signed records
on its path with their proofs. “grainctl verify FILE --trust keys.json” checks it
without a network.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client(cmd)
			if err != nil {
				return err
			}
			raw, err := c.Bundle(cmd.Context(), args[0], full)
			if err != nil {
				return err
			}
			return writeNew(cmd, args[1], raw)
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "not only the largest origins")
	return cmd
}

// writeNew writes a file that is not there yet, or standard output for “-”.
func writeNew(cmd *cobra.Command, name string, raw []byte) error {
	if name == "-" {
		_, err := cmd.OutOrStdout().Write(raw)
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	return errors.Join(err, f.Close())
}
