package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/grainledger/grainledger/client"
	"github.com/grainledger/grainledger/record"
)

type signFlags struct{ recordType, key, keys string }

func (a *app) signCommand() *cobra.Command {
	var f signFlags
	cmd := &cobra.Command{
		Use:   "sign FILE.json",
		Short: "Sign a payload",
		Long: `Reads a payload as JSON (“-” is standard input), checks its form as the ledger
would, signs it and prints the envelope, which “grainctl submit” takes.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	cmd.Flags().StringVar(&f.recordType, "type", "", "type of the record, for example harvest")
	cmd.Flags().StringVar(&f.key, "key", "", "file of the signing key (instead of --keys)")
	keysFlag(cmd, &f.keys)
	cmd.MarkFlagRequired("type")
	return cmd
}

func (f *signFlags) run(cmd *cobra.Command, file string) error {
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

func (f *signFlags) signingKey(cmd *cobra.Command, issuer string) (*record.PrivateKey, error) {
	if f.key != "" {
		return client.LoadKey(f.key, warner(cmd))
	}
	return keyring(cmd, f.keys).Key(issuer)
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
