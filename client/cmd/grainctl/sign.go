package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

type signFlags struct {
	recordType, key, keys string
	add, drafts           bool
	as                    string
}

func (a *app) signCommand() *cobra.Command {
	var f signFlags
	cmd := &cobra.Command{
		Use:   "sign FILE.json",
		Short: "Sign a payload, or add a signature to a record",
		Long: `Reads a payload as JSON (“-” is standard input), checks its form as the ledger
would, signs it and prints the envelope, which “grainctl submit” takes.

With --add it reads an envelope, or a submission with sealed parts, says on
standard error what is being signed, and prints it with one more signature: of
a counterparty that confirms the record, or of a further key of the root.

With --drafts it reads the file of unsigned records that the page 企业工作台 gives
out, seals what is to be sealed, signs each with its issuer's key, and prints
the submissions, which the page takes back.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.drafts {
				return f.runDrafts(cmd, args[0])
			}
			if f.add {
				return f.runAdd(cmd, args[0])
			}
			return f.run(cmd, args[0])
		},
	}
	cmd.Flags().StringVar(&f.recordType, "type", "", "type of the record, for example harvest")
	cmd.Flags().StringVar(&f.key, "key", "", "file of the signing key (instead of --keys)")
	cmd.Flags().BoolVar(&f.add, "add", false, "FILE is a signed record: add a signature to it")
	cmd.Flags().BoolVar(&f.drafts, "drafts", false, "FILE holds unsigned records of the page 企业工作台: sign them all")
	cmd.Flags().StringVar(&f.as, "as", "", "with --add: whose key of --keys signs, a USCC (left out: the issuer's)")
	keysFlag(cmd, &f.keys)
	return cmd
}

func (f *signFlags) run(cmd *cobra.Command, file string) error {
	switch {
	case f.recordType == "":
		return errors.New(`required flag(s) "type" not set`)
	case f.as != "":
		return errors.New("--as goes with --add: a payload is signed by its issuer")
	}
	data, err := readInput(cmd, file)
	if err != nil {
		return err
	}
	p, err := record.DecodePayload(record.Type(f.recordType), data)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if err := record.Check(p, time.Now()); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	key, err := f.signingKey(cmd, p.Head().Issuer)
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
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", out)
	return err
}

func (f *signFlags) signingKey(cmd *cobra.Command, uscc string) (*record.PrivateKey, error) {
	if f.key != "" {
		return client.LoadKey(f.key, warner(cmd))
	}
	return keyring(cmd, f.keys).Key(uscc)
}

// maxInput bounds a file that is read whole.
const maxInput = 256 << 20

// readInput reads a file, or standard input for "-".
func readInput(cmd *cobra.Command, file string) ([]byte, error) {
	in := cmd.InOrStdin()
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err == nil && len(data) > maxInput {
		err = fmt.Errorf("%s is longer than %d MiB", file, maxInput>>20)
	}
	return data, err
}
